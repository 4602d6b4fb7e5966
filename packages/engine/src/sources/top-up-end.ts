/** How automatic top-ups end: what their owner or the account's end leaves of them, in the transaction of its cause. */
import type { Notice } from '../core/notice.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared, Write } from '../store/task.ts';
import { dropMethod, forgetWrite, paymentMethod } from './payment-method-rows.ts';
import type { SavedMethod } from './provider.ts';
import { purchaseByNo, update } from './purchase-rows.ts';
import { unite } from './purchase-state.ts';
import type { Ground } from './subscription-pay.ts';
import { type EndReason, stoppedNotice } from './top-up-notices.ts';
import * as rows from './top-up-rows.ts';

/** What a change of an account does to its top-ups. */
export interface TopUpsEnd {
  readonly writes: readonly Write[];
  readonly notices: readonly Notice[];
  /** The charge that was sent and whose outcome is not known: whoever ends the account waits for it. */
  readonly sent: rows.TopUp | null;
  /** The charge that is not sent any more. */
  readonly canceled: rows.TopUp | null;
}

/** Whether what was agreed is forgotten, or only stopped. */
type Ending =
  | { readonly forgets: true; readonly reason: EndReason }
  | { readonly forgets: false; readonly reason: rows.StopReason };

/** Ends what was agreed, and takes back the charge that nobody has sent. Under the account's lock. */
export async function endTopUps(on: Connection, ground: Ground, ending: Ending): Promise<TopUpsEnd> {
  const { account, now } = ground;
  const setup = await rows.autoTopUp(on, account.number);
  const open = await rows.openTopUp(on, account.number);
  // Whoever sends it does so without the account's lock: the row decides who was first.
  const canceled = open !== null && (await rows.cancelUnsent(on, open)) ? open : null;
  const agreed = ending.forgets
    ? rows.dropSetup(account.number)
    : rows.stopWrite(account.number, ending.reason, now);
  return {
    writes: [...(setup === null ? [] : [agreed]), ...(await cancelPurchase(on, canceled, ground))],
    notices: setup?.state === 'on' ? [stoppedNotice(account.id, setup, { ...ending, now })] : [],
    sent: open === null || canceled !== null ? null : { ...open, state: 'sent' },
    canceled,
  };
}

async function cancelPurchase(
  on: Connection,
  canceled: rows.TopUp | null,
  { account, now }: Ground,
): Promise<Write[]> {
  const purchase = canceled && (await purchaseByNo(on, canceled.account, canceled.no));
  if (purchase === null) return [];
  const facts = unite(purchase.facts, [{ kind: 'ended', how: 'canceled' }]);
  return [update({ ...purchase, facts, state: 'canceled', updatedAt: now }, account.seq)];
}

/** Forgets how an account pays: here at once, and at the provider as soon as that answers. */
export async function forgetMethod(
  on: Connection,
  { account, now }: Ground,
): Promise<{ method: SavedMethod | null; writes: Write[] }> {
  const method = await paymentMethod(on, account.number);
  const writes =
    method === null ? [] : [dropMethod(account.number), forgetWrite(account.number, method, now)];
  return { method, writes };
}

export const preparedTo = ({
  writes,
  notices = [],
}: {
  readonly writes: readonly Write[];
  readonly notices?: readonly Notice[];
}): Prepared => ({ command: { verb: 'settle' }, writes: () => writes, notices: () => notices });

/**
 * Ends them with their account: nothing is charged any more, and how it was paid is forgotten. The charge that is out
 * is in `sent`: its account is to wait for what becomes of it.
 */
export async function endWithAccount(
  on: Connection,
  ground: Ground,
  reason: 'account_closed' | 'account_merged',
): Promise<TopUpsEnd> {
  const ended = await endTopUps(on, ground, { reason, forgets: true });
  const { writes } = await forgetMethod(on, ground);
  return { ...ended, writes: [...ended.writes, ...writes] };
}
