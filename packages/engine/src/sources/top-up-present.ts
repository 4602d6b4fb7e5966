import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import { purchaseId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import type { SavedMethod } from './provider.ts';
import type { AutoTopUp, TopUp } from './top-up-rows.ts';

export function presentAutoTopUp(
  presenter: Presenter,
  setup: AutoTopUp,
  about: {
    readonly id: string;
    readonly now: number;
    readonly method: SavedMethod | null;
    readonly spent: number;
    readonly history: readonly TopUp[];
  },
): wire.AutoTopUp {
  const { cappedUntil, currency, consent, capMinor } = setup;
  const isCapped = setup.state === 'on' && cappedUntil !== null && cappedUntil > about.now;
  const { method } = about;
  return {
    account: about.id,
    state: isCapped ? 'capped' : setup.state,
    reason: setup.reason,
    resumes_at: isCapped ? formatInstant(cappedUntil) : null,
    threshold: presenter.credits(setup.threshold),
    pack: setup.pack,
    monthly_cap: { amount_minor: capMinor, currency },
    spent_this_month: { amount_minor: about.spent, currency },
    payment_method: method && { provider: method.provider, label: method.label },
    consent: { off_session: true, at: formatInstant(consent.at), actor: consent.actor },
    history: about.history.map((one) => ({
      purchase: purchaseId(one.account, one.no),
      packs: one.packs,
      price: { amount_minor: one.priceMinor, currency: one.currency },
      state: one.state,
      reason: one.reason,
      created_at: formatInstant(one.createdAt),
    })),
    updated_at: formatInstant(setup.updatedAt),
  };
}
