/**
 * What is known of one payment, and what follows from it. Providers deliver in any order, twice and late, so nothing
 * here is an event that changes a state: facts are collected in a set, and the outcome is a function of the set.
 */
import { canonicalJson } from '../core/canonical.ts';

/** Which payment it is about, where a purchase can have several; absent: the first. */
interface OfPayment {
  readonly payment?: string;
}

/** Amounts are minor units of the payment's currency; times are epoch milliseconds, as the provider tells them. */
export type Fact =
  /** Money arrived: `gross` was charged, `net` of it is not tax. */
  | {
      readonly kind: 'paid';
      /** The provider's own id of the payment. */
      readonly payment: string;
      readonly gross: number;
      readonly net: number;
      readonly currency: string;
      readonly at: number;
      /** One of the staff said so, where the provider said nothing: whatever that says counts instead. */
      readonly by?: 'staff';
    }
  /** The checkout ended without money. */
  | { readonly kind: 'ended'; readonly how: 'canceled' | 'failed' | 'expired' }
  /** One refund; a failed one is told by a second fact with the same id. */
  | (OfPayment & {
      readonly kind: 'refund';
      readonly id: string;
      readonly amount: number;
      readonly failed: boolean;
    })
  /** All that was refunded up to some moment, by a provider that tells sums. */
  | (OfPayment & { readonly kind: 'refunded'; readonly total: number })
  | (OfPayment & {
      readonly kind: 'dispute';
      readonly id: string;
      readonly stage: 'opened' | 'won' | 'lost';
      readonly amount: number;
      /** Absent: the payment's. A dispute in another currency is about all of it. */
      readonly currency?: string;
      readonly at: number;
    })
  | Asked
  /** The provider declined to make it. */
  | { readonly kind: 'declined'; readonly attempt: number };

/**
 * The buyer asked for a refund; asked again, the number is higher. `after`: refunds that were known, which all failed. `ends`:
 * the plan that it pays for went on until then, so that it goes on again where the refund is declined.
 */
export interface Asked {
  readonly kind: 'asked';
  readonly attempt: number;
  readonly after?: number;
  readonly ends?: true;
}

export const PURCHASE_STATES = [
  'open',
  'canceled',
  'failed',
  'expired',
  'completed',
  'refunding',
  'disputed',
  'partly_reversed',
  'reversed',
] as const;
export type PurchaseState = (typeof PURCHASE_STATES)[number];

export type Paid = Extract<Fact, { kind: 'paid' }>;

/** What the facts come to. */
export interface Outcome {
  readonly state: PurchaseState;
  /** The payment that counts. */
  readonly paid: Paid | null;
  /** How many refunds of it were ever told of by themselves. */
  readonly refunds: number;
  /**
   * Payments besides it that have not all gone back: the same was paid for again, and `standing` is owed to the payer, unless
   * a dispute over it is open.
   */
  readonly again: readonly { readonly paid: Paid; readonly standing: number; readonly disputed: boolean }[];
  /** Nobody may spend it until this is settled. */
  readonly frozen: boolean;
  /** How much of the gross has gone back: refunds and lost disputes netted, never more than was paid. */
  readonly back: number;
}

/** The union of two sets of facts, in an order that depends on nothing but the facts. */
export function unite(known: readonly Fact[], more: readonly Fact[]): Fact[] {
  const facts = new Map([...known, ...more].map((fact) => [canonicalJson(fact), fact]));
  return [...facts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

/**
 * Depends on the set alone: neither on the order nor on how often a fact is in `facts`. Of several payments the first
 * counts that has not all gone back, so that a refund or a dispute of one of them is of no concern to the others.
 */
export function outcomeOf(facts: readonly Fact[]): Outcome {
  const payments = paymentsOf(facts).map((paid, nth) =>
    accountOf(paid, aboutPayment(facts, paid, nth === 0)),
  );
  const counting = payments.find(({ paid, back }) => back < paid.gross) ?? payments[0];
  if (counting === undefined) {
    return { state: endOf(facts), paid: null, refunds: 0, again: [], frozen: false, back: 0 };
  }
  const { paid, own, back, disputed, refunding } = counting;
  const again = payments
    .filter((one) => one !== counting && one.back < one.paid.gross)
    .map((one) => ({ paid: one.paid, standing: one.paid.gross - one.back, disputed: one.disputed }));
  const frozen = disputed || refunding;
  return { state: stateOf(counting), paid, refunds: refundsOf(own), again, frozen, back };
}

/** What became of one payment. */
function accountOf(paid: Paid, own: readonly Fact[]) {
  const disputes = disputesOf(own, paid);
  const refunded = refundedBy(own);
  const lost = disputes.reduce((sum, one) => sum + (one.stage === 'lost' ? one.amount : 0), 0);
  const back = Math.min(paid.gross, refunded + lost);
  const disputed = disputes.some((one) => one.stage === 'opened');
  return { paid, own, back, disputed, refunding: isAsked(own, refunded) };
}

function aboutPayment(facts: readonly Fact[], { payment, by }: Paid, isFirst: boolean): Fact[] {
  // Of a payment that the provider has not told of yet it may use another name than the staff did.
  if (by === 'staff') return [...facts];
  return facts.filter((fact) => {
    if (fact.kind === 'paid') return fact.payment === payment;
    if (fact.kind === 'ended' || fact.kind === 'asked' || fact.kind === 'declined') return true;
    return fact.payment === undefined ? isFirst : fact.payment === payment;
  });
}

function stateOf(about: { paid: Paid; back: number; disputed: boolean; refunding: boolean }): PurchaseState {
  if (about.back >= about.paid.gross) return 'reversed';
  if (about.disputed) return 'disputed';
  if (about.refunding) return 'refunding';
  return about.back > 0 ? 'partly_reversed' : 'completed';
}

/** In order of time. Two events may tell of one payment with instants of their own: the earlier one counts. */
function paymentsOf(facts: readonly Fact[]): Paid[] {
  const all = facts.filter((fact) => fact.kind === 'paid');
  const told = all.filter(({ by }) => by === undefined);
  const paid = told.length === 0 ? all : told;
  paid.sort((a, b) => a.at - b.at || (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  return paid.filter((one, nth) => paid.findIndex(({ payment }) => payment === one.payment) === nth);
}

/** Money beats every end; a failure says more than an expiry or a change of mind. */
function endOf(facts: readonly Fact[]): PurchaseState {
  for (const how of ['failed', 'canceled', 'expired'] as const) {
    if (facts.some((fact) => fact.kind === 'ended' && fact.how === how)) return how;
  }
  return 'open';
}

/** Sums and single refunds tell of the same money: what more of them vouch for is what went back. */
function refundedBy(facts: readonly Fact[]): number {
  const made = new Map<string, number>();
  const failed = new Map<string, number>();
  let total = 0;
  for (const fact of facts) {
    if (fact.kind === 'refunded') total = Math.max(total, fact.total);
    if (fact.kind !== 'refund') continue;
    const kind = fact.failed ? failed : made;
    kind.set(fact.id, Math.max(kind.get(fact.id) ?? 0, fact.amount));
  }
  const sum = (amounts: Iterable<number>) => [...amounts].reduce((all, amount) => all + amount, 0);
  const standing = [...made].filter(([id]) => !failed.has(id)).map(([, amount]) => amount);
  return Math.max(0, sum(standing), total - sum(failed.values()));
}

interface Dispute {
  readonly amount: number;
  readonly stage: 'opened' | 'won' | 'lost';
}

/** A dispute's verdict is the later one that the provider gave; of two in one instant, the one for the buyer's credits. */
function disputesOf(facts: readonly Fact[], paid: Paid): Dispute[] {
  const ids = new Set<string>();
  for (const fact of facts) if (fact.kind === 'dispute') ids.add(fact.id);
  return [...ids].map((id) => {
    const own = facts.filter((fact) => fact.kind === 'dispute' && fact.id === id) as Extract<
      Fact,
      { kind: 'dispute' }
    >[];
    const last = (stage: 'won' | 'lost') =>
      Math.max(...own.filter((one) => one.stage === stage).map((one) => one.at), Number.NEGATIVE_INFINITY);
    const [won, lost] = [last('won'), last('lost')];
    const ended = Math.max(won, lost) > Number.NEGATIVE_INFINITY;
    // How much was lost is what the verdict that counts says: one before it may have been about more.
    const decisive = ended && lost > won ? own.filter((one) => one.stage === 'lost' && one.at === lost) : own;
    const amounts = decisive.map(({ amount, currency = paid.currency }) =>
      currency === paid.currency ? amount : paid.gross,
    );
    const amount = Math.max(...amounts);
    return { amount, stage: !ended ? 'opened' : won >= lost ? 'won' : 'lost' };
  });
}

/** Any refund that came since answers the buyer's wish, also one that failed later; so does the provider's refusal. */
function isAsked(facts: readonly Fact[], back: number): boolean {
  const attempt = attemptsOf(facts, 'asked');
  if (back > 0 || attempt <= attemptsOf(facts, 'declined')) return false;
  const known = facts.map((fact) =>
    fact.kind === 'asked' && fact.attempt === attempt ? (fact.after ?? 0) : 0,
  );
  return refundsOf(facts) <= Math.max(0, ...known);
}

function refundsOf(facts: readonly Fact[]): number {
  return new Set(facts.flatMap((fact) => (fact.kind === 'refund' ? [fact.id] : []))).size;
}

/** How often the buyer asked for a refund, or was declined one. */
export function attemptsOf(facts: readonly Fact[], kind: 'asked' | 'declined'): number {
  return facts.reduce((last, fact) => {
    const isThat = fact.kind === kind && 'attempt' in fact;
    return isThat ? Math.max(last, fact.attempt) : last;
  }, 0);
}
