import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import { purchaseId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import type { SavedMethod } from './provider.ts';
import type { AutoTopUp, TopUp } from './top-up-rows.ts';

interface Standing {
  readonly id: string;
  readonly method: SavedMethod | null;
  readonly history: readonly TopUp[];
}

/** Where nothing is agreed. */
export function presentNone({ id, method, history }: Standing): wire.NoAutoTopUp {
  return {
    account: id,
    state: 'off',
    payment_method: presentMethod(method),
    history: history.map(presentTopUp),
  };
}

const presentMethod = (method: SavedMethod | null): wire.PaymentMethod | null =>
  method && { provider: method.provider, label: method.label };

const presentTopUp = (one: TopUp): wire.TopUp => ({
  purchase: purchaseId(one.account, one.no),
  packs: one.packs,
  price: { amount_minor: one.priceMinor, currency: one.currency },
  state: one.state,
  reason: one.reason,
  created_at: formatInstant(one.createdAt),
});

export function presentAutoTopUp(
  presenter: Presenter,
  setup: AutoTopUp,
  about: Standing & { readonly now: number; readonly spent: number },
): wire.AutoTopUp {
  const { cappedUntil, currency, consent, capMinor } = setup;
  const isCapped = setup.state === 'on' && cappedUntil !== null && cappedUntil > about.now;
  return {
    account: about.id,
    state: isCapped ? 'capped' : setup.state,
    reason: setup.reason,
    resumes_at: isCapped ? formatInstant(cappedUntil) : null,
    threshold: presenter.credits(setup.threshold),
    pack: setup.pack,
    monthly_cap: { amount_minor: capMinor, currency },
    spent_this_month: { amount_minor: about.spent, currency },
    payment_method: presentMethod(about.method),
    consent: { off_session: true, at: formatInstant(consent.at), actor: consent.actor },
    history: about.history.map(presentTopUp),
    updated_at: formatInstant(setup.updatedAt),
  };
}
