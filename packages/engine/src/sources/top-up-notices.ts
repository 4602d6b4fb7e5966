/** What is told of automatic top-ups: each that was paid, and that no other follows. */

import { purchaseId } from '../core/id.ts';
import type { Notice } from '../core/notice.ts';
import type { AutoTopUp, StopReason, TopUp } from './top-up-rows.ts';

/** Why no top-up follows: it stopped by itself, its owner ended it, or the account did. */
export type EndReason = StopReason | 'switched_off' | 'account_merged';

export function completedNotice(account: string, one: TopUp, now: number): Notice {
  const price = { amount_minor: one.priceMinor, currency: one.currency };
  const data = { account, purchase: purchaseId(one.account, one.no), packs: one.packs, price };
  return { type: 'auto_top_up.completed', at: now, data };
}

export function stoppedNotice(
  account: string,
  { pack, capMinor, currency }: AutoTopUp,
  { reason, now }: { reason: EndReason; now: number },
): Notice {
  const monthly_cap = { amount_minor: capMinor, currency };
  return { type: 'auto_top_up.stopped', at: now, data: { account, reason, pack, monthly_cap } };
}
