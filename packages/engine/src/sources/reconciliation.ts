/** Compares purchases with what their providers know, and takes in what never arrived. */
import type * as wire from '@drawdown/client';
import { DrawdownError } from '../errors.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import type { PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';
import { idOf, type Purchase, purchasesAfter } from './purchase-rows.ts';
import { type Fact, type Outcome, outcomeOf, unite } from './purchase-state.ts';

export interface ReconcileOptions {
  /** Purchases that were made at or after this instant, in epoch milliseconds. */
  readonly since: number;
  /** False: what differs is only told. */
  readonly repair: boolean;
}

/** One purchase that was looked at. */
export interface Reconciled {
  readonly purchase: string;
  readonly account: string;
  readonly provider: wire.PaymentProvider;
  /** `unasked`: the provider cannot be asked about it. `unknown`: it knows no such checkout. */
  readonly result: 'same' | 'repaired' | 'differs' | 'unknown' | 'unasked' | 'refused';
  readonly before: wire.PurchaseState;
  readonly after: wire.PurchaseState;
  /** Why it was refused. */
  readonly reason?: string;
}

interface Means {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly enter: (provider: ProviderId, event: PaymentEvent) => Promise<Purchase | null>;
}

/** Rows in memory at a time. */
const AT_ONCE = 100;

/**
 * Looks at every purchase, in order of accounts. What the provider tells goes the way of its events, so a repair is
 * entered once and a late event finds nothing left to do. What one provider refuses or cannot answer does not keep
 * the others from being looked at.
 */
export async function* reconcile(
  means: Means,
  { since, repair }: ReconcileOptions,
): AsyncGenerator<Reconciled, void> {
  const { database, accounts } = means;
  for (let place = { account: -1, no: 0 }; ; ) {
    const rows = await purchasesAfter(database, place, { since, limit: AT_ONCE });
    for (const purchase of rows) {
      const account = (await accounts.idOf(purchase.account)) ?? '';
      const looked = await look(means, purchase, repair).catch((error: unknown): Looked => {
        if (!(error instanceof DrawdownError)) throw error;
        return { result: 'refused', reason: error.message };
      });
      const { state, provider } = purchase;
      yield { purchase: idOf(purchase), account, provider, before: state, after: state, ...looked };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    place = last;
  }
}

type Looked = Pick<Reconciled, 'result'> & Partial<Pick<Reconciled, 'after' | 'reason'>>;

async function look({ providers, enter }: Means, purchase: Purchase, repair: boolean): Promise<Looked> {
  const { checkout, payment } = purchase;
  const provider = providers.get(purchase.provider);
  if (provider?.look === undefined) return { result: 'unasked' };
  const event = await provider.look({ purchase: idOf(purchase), checkout, payment });
  if (event === null) return { result: 'unknown' };
  const after = differenceOf(purchase, event.facts);
  if (after === null) return { result: 'same' };
  if (!repair) return { result: 'differs', after: after.state };
  const entered = await enter(purchase.provider, event);
  return { result: 'repaired', after: entered?.state ?? after.state };
}

/** What follows if the provider's facts are added; null where nothing else would. */
function differenceOf(purchase: Purchase, facts: readonly Fact[]): Outcome | null {
  const before = outcomeOf(purchase.facts);
  const after = outcomeOf(unite(purchase.facts, facts));
  const isSame =
    after.state === before.state &&
    after.back === before.back &&
    after.frozen === before.frozen &&
    (after.paid === null) === (before.paid === null);
  return isSame ? null : after;
}
