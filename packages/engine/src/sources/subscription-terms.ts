import type { Billing, Plan } from '../catalog/catalog.ts';

/** Money in the minor unit of its currency. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/**
 * What was agreed, frozen: no later catalog is ever read for it. Credits and price of a plan with seats are those of
 * one seat. Periods and refills are counted in whole months from `anchor`, which keeps its day and time of day for
 * good: a change of terms at a period's end goes on counting from the same anchor.
 */
export interface Terms {
  readonly plan: string;
  readonly kind: 'personal' | 'team';
  readonly class: string;
  readonly interval: 'month' | 'year';
  readonly refill: 'monthly' | 'upfront';
  /** Null for a personal plan. */
  readonly seats: number | null;
  /** The sizes on offer when this was agreed. */
  readonly sizes: readonly number[];
  /** Atoms of one refill, per seat. */
  readonly credits: bigint;
  /** Of one period, per seat; null where no currency was agreed. */
  readonly price: Money | null;
  readonly rollover: {
    readonly maximum: bigint;
    readonly percentage: number;
    readonly validity: string;
  } | null;
  readonly grace: string | null;
  /** The account's zone when this was agreed: a move of the account moves no period. */
  readonly timeZone: string;
  readonly anchor: number;
  /** Months from the anchor to the first period. */
  readonly months: number;
  /** Months of the first period; of all later ones, the interval. */
  readonly first: number;
  readonly startsAt: number;
  /** Other terms are in force from here on; periods that would begin then do not exist. Null: none are agreed. */
  readonly endsAt: number | null;
}

/** Where terms begin; the rest of them is what is sold. */
type Beginning = Pick<Terms, 'timeZone' | 'anchor' | 'months' | 'first' | 'startsAt'>;

/** What is sold, before it is known from when. */
export type Offer = Omit<Terms, keyof Beginning | 'endsAt'>;

/** What is sold, without when: terms are offers too. */
export function bare(offer: Offer): Offer {
  const { plan, kind, class: klass, interval, refill, seats, sizes, credits, price, rollover, grace } = offer;
  return { plan, kind, class: klass, interval, refill, seats, sizes, credits, price, rollover, grace };
}

export const begin = (offer: Offer, { timeZone, anchor }: Pick<Terms, 'timeZone' | 'anchor'>): Terms => ({
  ...offer,
  timeZone,
  anchor,
  months: 0,
  first: stepOf(offer),
  startsAt: anchor,
  endsAt: null,
});

/** What a plan sells, as it stands in the catalog now. */
export function termsOf(
  plan: Plan,
  billing: Billing,
  agreed: { readonly seats: number | null; readonly currency: string | null },
): Offer {
  const { rollover } = plan;
  return {
    plan: plan.id,
    kind: plan.kind,
    class: plan.class,
    interval: billing.interval,
    refill: billing.refill,
    seats: agreed.seats,
    sizes: plan.seats,
    credits: billing.credits,
    price: priceIn(billing, agreed.currency),
    rollover: rollover && {
      maximum: rollover.maximum,
      percentage: rollover.percentage,
      validity: rollover.validity.iso,
    },
    grace: plan.grace?.iso ?? null,
  };
}

/** The price in the currency agreed; where none was, in the only one there is. */
function priceIn(billing: Billing, currency: string | null): Money | null {
  const [only, ...others] = Object.keys(billing.prices);
  const agreed = currency ?? (others.length === 0 ? only : undefined);
  const amountMinor = agreed === undefined ? undefined : billing.prices[agreed];
  return agreed === undefined || amountMinor === undefined ? null : { amountMinor, currency: agreed };
}

/** Months of one interval. */
export const stepOf = (terms: Pick<Terms, 'interval'>): number => (terms.interval === 'year' ? 12 : 1);

/** Months from one refill to the next. */
export const refillStepOf = (terms: Pick<Terms, 'interval' | 'refill'>): number =>
  terms.refill === 'upfront' ? stepOf(terms) : 1;

/** Atoms of one refill, for all seats. */
export const refillOf = (terms: Pick<Terms, 'credits' | 'seats'>): bigint =>
  terms.credits * BigInt(terms.seats ?? 1);

/** The price of one period, for all seats. */
export function priceOf({ price, seats }: Pick<Terms, 'price' | 'seats'>): Money | null {
  return price && { amountMinor: price.amountMinor * (seats ?? 1), currency: price.currency };
}

/** Atoms per year, by which two offers are compared. */
export const yearlyOf = (terms: Pick<Terms, 'credits' | 'seats' | 'interval' | 'refill'>): bigint =>
  (refillOf(terms) * 12n) / BigInt(refillStepOf(terms));

/** Whether two terms sell the same: the same plan, interval and seats. */
export function sellsTheSame(
  a: Pick<Terms, 'plan' | 'interval' | 'seats'>,
  b: Pick<Terms, 'plan' | 'interval' | 'seats'>,
): boolean {
  return a.plan === b.plan && a.interval === b.interval && a.seats === b.seats;
}

/** Amounts are kept as text, since JSON's numbers are read as floats. */
export function writeTerms(terms: readonly Terms[] | Offer): string {
  return JSON.stringify(terms, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

export function readTerms(text: string): Terms[] {
  return (JSON.parse(text) as Kept<Terms>[]).map(readKept<Terms>);
}

export function readKeptOffer(text: string): Offer {
  return readKept<Offer>(JSON.parse(text) as Kept<Offer>);
}

type Kept<T extends Offer> = Omit<T, 'credits' | 'rollover'> & {
  readonly credits: string;
  readonly rollover: { maximum: string; percentage: number; validity: string } | null;
};

function readKept<T extends Offer>(row: Kept<T>): T {
  const { rollover } = row;
  return {
    ...row,
    credits: BigInt(row.credits),
    rollover: rollover && { ...rollover, maximum: BigInt(rollover.maximum) },
  } as unknown as T;
}
