/**
 * Compares plans and purchases with what their providers know, and takes in what never arrived: first every plan, whose
 * payments are purchases, and every purchase that we know, then what the providers know of lately, so that a payment of
 * which nothing ever came here is found as well.
 */
import type * as wire from '@drawdown/client';
import { parsePurchaseId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import { type PlanCheckout, type PlanCheckoutState, planIdOf, plansAfter } from './plan-rows.ts';
import type { Plans } from './plans.ts';
import type { Heard, PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';
import { purchaseWhereItIs } from './purchase-address.ts';
import { idOf, type Purchase, purchaseByPayment, purchasesAfter } from './purchase-rows.ts';
import { type Fact, type Outcome, outcomeOf, unite } from './purchase-state.ts';

export interface ReconcileOptions {
  /**
   * Purchases that were made, plans that ran, and payments that happened, at or after this instant, in epoch
   * milliseconds.
   */
  readonly since: number;
  /** False: what differs is only told. */
  readonly repair: boolean;
}

/** One purchase or plan that was looked at, or a payment that only its provider has a name for. */
export interface Reconciled {
  readonly purchase: string | null;
  /** `sub_…`, where it is a plan that was looked at. */
  readonly subscription: string | null;
  readonly account: string;
  readonly provider: wire.PaymentProvider;
  /**
   * `paid_again`: as it should be, but that it was paid a second time, which is owed to the payer. `missing`: the provider
   * has it and we do not. `unknown`: the provider knows no such checkout. `unasked`: it cannot be
   * asked about it.
   */
  readonly result:
    | 'same'
    | 'repaired'
    | 'differs'
    | 'paid_again'
    | 'missing'
    | 'unknown'
    | 'unasked'
    | 'refused';
  readonly before: wire.PurchaseState | PlanCheckoutState;
  readonly after: wire.PurchaseState | PlanCheckoutState;
  /** Why it was refused; of what is missing, what the provider calls it. */
  readonly reason?: string;
}

interface Means {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly plans: Pick<Plans, 'receive' | 'compare' | 'find'>;
  readonly providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly enter: (provider: ProviderId, event: PaymentEvent) => Promise<Purchase | null>;
  /** Whether the lots did not follow what is known; where it is no rehearsal, they do afterwards. */
  readonly follow: (
    place: { account: { number: number; id: string }; no: number },
    isRehearsal: boolean,
  ) => Promise<boolean>;
}

/** Rows in memory at a time. */
const AT_ONCE = 100;

/**
 * What the provider tells goes the way of its events, so a repair is entered once and a late event finds nothing left to
 * do. What one provider refuses or cannot answer does not keep the others from being looked at.
 */
export async function* reconcile(means: Means, options: ReconcileOptions): AsyncGenerator<Reconciled, void> {
  yield* allPlans(means, options);
  yield* allKnown(means, options);
  for (const provider of means.providers.values()) yield* allHeard(means, provider, options);
}

/** Every plan that a provider charged for then, in order of accounts. */
async function* allPlans(means: Means, options: ReconcileOptions): AsyncGenerator<Reconciled, void> {
  const { database, accounts } = means;
  for (let place = { account: -1, no: 0 }; ; ) {
    const rows = await plansAfter(database, place, { since: options.since, limit: AT_ONCE });
    for (const row of rows) {
      const account = (await accounts.idOf(row.account)) ?? '';
      const looked = await lookAtPlan(means, row, options).catch(refusal);
      const { state, provider } = row;
      const subscription = planIdOf(row);
      yield { purchase: null, subscription, account, provider, before: state, after: state, ...looked };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    place = last;
  }
}

/** A payment that is not what was agreed is told of whatever else is taken in: money came that nothing was given for. */
async function lookAtPlan(
  { plans, providers }: Means,
  row: PlanCheckout,
  { since, repair }: ReconcileOptions,
): Promise<Looked> {
  if (providers.get(row.provider)?.lookAtPlan === undefined) return { result: 'unasked' };
  const compared = await plans.compare(row);
  if (compared === null) return { result: 'unknown' };
  const { differs, payments, refused } = compared;
  const after =
    differs && repair ? await plans.receive(row.provider, { plan: planIdOf(row), external: null }) : null;
  const told = { after: (after ?? compared.checkout).state };
  const spare = refused.filter(({ at }) => at >= since).map(({ ref, error }) => `${ref}: ${error.message}`);
  if (spare.length > 0) return { ...told, result: 'refused', reason: spare.join('; ') };
  if (!differs) return { result: 'same' };
  const reason = payments.length === 0 ? {} : { reason: `paid by ${payments.join(', ')}` };
  return { ...told, result: repair ? 'repaired' : 'differs', ...reason };
}

/** Every purchase, in order of accounts. */
async function* allKnown(
  means: Means,
  { since, repair }: ReconcileOptions,
): AsyncGenerator<Reconciled, void> {
  const { database, accounts } = means;
  for (let place = { account: -1, no: 0 }; ; ) {
    const rows = await purchasesAfter(database, place, { since, limit: AT_ONCE });
    for (const purchase of rows) {
      const account = (await accounts.idOf(purchase.account)) ?? '';
      const told = await look(means, purchase, repair).catch(refusal);
      const looked = await lookAtLots(means, purchase, { account, told, repair }).catch(refusal);
      const { state, provider } = purchase;
      const one = { purchase: idOf(purchase), subscription: null, account, provider };
      yield { ...one, before: state, after: state, ...looked };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    place = last;
  }
}

type Looked = Pick<Reconciled, 'result'> & Partial<Pick<Reconciled, 'after' | 'reason'>>;

function refusal(error: unknown): Looked & { reason: string } {
  if (!(error instanceof DrawdownError)) throw error;
  return { result: 'refused', reason: error.message };
}

async function look(means: Means, purchase: Purchase, repair: boolean): Promise<Looked> {
  const { checkout } = purchase;
  const provider = means.providers.get(purchase.provider);
  if (provider?.look === undefined) return { result: 'unasked' };
  const payments = paymentsIn(purchase);
  // A charge whose outcome is not known is asked about by whoever sent it.
  if (checkout === null && payments.length === 0) return { result: 'unasked' };
  const event = await provider.look({ purchase: idOf(purchase), checkout, payments });
  return event === null ? { result: 'unknown' } : settle(means, purchase, { event, repair });
}

/** By their names at the provider. */
function paymentsIn({ payment, facts }: Purchase): string[] {
  const told = facts.flatMap((fact) => (fact.kind === 'paid' ? [fact.payment] : []));
  return [...new Set([...(payment === null ? [] : [payment]), ...told])];
}

/** Of what the provider has nothing new about, the lots may still not be as the facts want them. */
async function lookAtLots(
  { follow }: Means,
  { account: number, no }: Purchase,
  { account, told, repair }: { account: string; told: Looked; repair: boolean },
): Promise<Looked> {
  if (told.result === 'repaired' || told.result === 'differs') return told;
  const strayed = await follow({ account: { number, id: account }, no }, !repair);
  return strayed ? { result: repair ? 'repaired' : 'differs', reason: 'its lots did not follow' } : told;
}

async function settle(
  { enter }: Means,
  purchase: Purchase,
  { event, repair }: { event: PaymentEvent; repair: boolean },
): Promise<Looked> {
  const after = differenceOf(purchase, event.facts);
  if (after === null) return sameAs(purchase);
  if (!repair) return { result: 'differs', after: after.state };
  const entered = await enter(purchase.provider, event);
  return { result: 'repaired', after: entered?.state ?? after.state };
}

function sameAs({ facts }: Purchase): Looked {
  const names = outcomeOf(facts).again.map(({ paid }) => paid.payment);
  if (names.length === 0) return { result: 'same' };
  return { result: 'paid_again', reason: `also by ${names.join(', ')}` };
}

/** What follows if the provider's facts are added; null where nothing else would. */
function differenceOf(purchase: Purchase, facts: readonly Fact[]): Outcome | null {
  const before = outcomeOf(purchase.facts);
  const after = outcomeOf(unite(purchase.facts, facts));
  const isSame =
    after.state === before.state &&
    after.back === before.back &&
    after.frozen === before.frozen &&
    (after.paid === null) === (before.paid === null) &&
    after.again.length === before.again.length;
  return isSame ? null : after;
}

/** What the provider knows of; only what is not as we have it. */
async function* allHeard(
  means: Means,
  provider: PaymentProvider,
  { since, repair }: ReconcileOptions,
): AsyncGenerator<Reconciled, void> {
  const nothing = {
    purchase: null,
    subscription: null,
    account: '',
    provider: provider.id,
    before: 'open',
    after: 'open',
  } as const;
  const all = provider.recent?.({ since });
  for (;;) {
    const next = await all?.next().catch(refusal);
    if (next === undefined || ('done' in next && next.done === true)) return;
    if ('reason' in next) {
      yield { ...nothing, ...next };
      return;
    }
    const { name } = next.value as Heard;
    const compared = await compare(means, provider, { heard: next.value as Heard, repair }).catch(refusal);
    if (compared === null || compared.result === 'same') continue;
    yield { ...nothing, ...compared, reason: [name, compared.reason].filter(Boolean).join(': ') };
  }
}

type Compared = Looked & Partial<Pick<Reconciled, 'purchase' | 'subscription' | 'account' | 'before'>>;

async function compare(
  means: Means,
  provider: PaymentProvider,
  { heard, repair }: { heard: Heard; repair: boolean },
): Promise<Compared | null> {
  // Plans that are known were looked at; one that was ours is not made up again without its row.
  if ('plan' in heard) {
    const { plan: subscription } = heard;
    const isKnown = (await means.plans.find(subscription)) !== null;
    return isKnown ? null : { subscription, result: 'missing', after: 'begun' };
  }
  const event = await heard.read();
  if (event === null) return null;
  const known = await purchaseOf(means, provider.id, event);
  if (known !== null) {
    const account = (await means.accounts.idOf(known.account)) ?? '';
    return {
      purchase: idOf(known),
      account,
      before: known.state,
      ...(await settle(means, known, { event, repair })),
    };
  }
  // A sale of a store says whose it is and of what; a checkout that was ours is not made up again without its row.
  const after = outcomeOf(event.facts).state;
  if (!('account' in event.subject)) {
    const named = 'purchase' in event.subject ? event.subject.purchase : null;
    return { purchase: named, result: 'missing', after };
  }
  const account = (await means.accounts.idOf(event.subject.account)) ?? '';
  const entered = repair ? await means.enter(provider.id, event) : null;
  if (entered === null) return { result: 'missing', account, after };
  return { result: 'repaired', purchase: idOf(entered), account, after: entered.state };
}

async function purchaseOf(
  { database }: Means,
  provider: ProviderId,
  { subject }: PaymentEvent,
): Promise<Purchase | null> {
  if (!('purchase' in subject)) {
    const { payment } = 'period' in subject ? subject.period : subject;
    return purchaseByPayment(database, { provider, payment });
  }
  const address = parsePurchaseId(subject.purchase);
  return address && purchaseWhereItIs(database, address);
}
