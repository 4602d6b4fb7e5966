/**
 * Plans that were sold elsewhere and that a provider charges for: which of its invoices paid what is known already, by
 * whatever name it was reported, so that their refunds and disputes find its lots and nothing is given for it again.
 */
import type { Catalog } from '../catalog/catalog.ts';
import { subscriptionId } from '../core/id.ts';
import { type Connection, statement } from '../store/database.ts';
import type { PlanCheckout } from './plan-rows.ts';
import { soldOrNull } from './plan-sold.ts';
import type { PlanInvoice } from './provider.ts';
import { readParts } from './purchase-parts.ts';
import { SOURCE } from './subscription-lots.ts';
import { type Paid, periodEnding, type Subscription } from './subscription-state.ts';
import { sellsTheSame, type Terms } from './subscription-terms.ts';

/** What a period's payment brought. */
interface Issued {
  readonly lots: number[];
  /** Atoms. */
  credits: bigint;
  /** It is a purchase already. */
  isBought: boolean;
}

export interface Elsewhere {
  /** By `term:period`. */
  readonly issued: ReadonlyMap<string, Issued>;
  /** The provider's names of all invoices that were paid there. */
  readonly refs: ReadonlySet<string>;
  /** The provider's names of the payments that are purchases already. */
  readonly payments: ReadonlySet<string>;
}

/** A payment of a period that was reported before it could be a purchase. */
export interface Reported {
  readonly paid: Paid;
  readonly lots: readonly number[];
  readonly credits: bigint;
}

const ISSUED = statement<
  [number, string, string],
  { no: bigint; amount: bigint; term: number | null; period: number | null }
>(
  'plan_lots_issued',
  `select no, amount, (metadata ->> 'term')::int4 as term, (metadata ->> 'period')::int4 as period
     from drawdown.grants where account = $1 and source_type = $2 and source_ref = $3 order by no`,
);
const PURCHASES = statement<[number, number], { payment: string | null; parts: string }>(
  'plan_purchases_of',
  'select payment, parts from drawdown.purchases where account = $1 and subscription = $2 and moved_to is null',
);

const keyOf = ({ term, no }: Pick<Paid, 'term' | 'no'>): string => `${term}:${no}`;

/** What was issued of a subscription, by `term:period`, as it stood before this transaction. */
export async function issuedOf(
  on: Connection,
  { account, no }: { readonly account: number; readonly no: number },
): Promise<Map<string, Issued>> {
  const { rows } = await on.query(ISSUED, [account, SOURCE, subscriptionId(account, no)]);
  const issued = new Map<string, Issued>();
  for (const lot of rows) {
    // Of a trial nothing was paid.
    if (lot.term === null || lot.period === null) continue;
    const key = keyOf({ term: Number(lot.term), no: Number(lot.period) });
    const known = issued.get(key) ?? { lots: [], credits: 0n, isBought: false };
    known.lots.push(Number(lot.no));
    known.credits += lot.amount;
    issued.set(key, known);
  }
  return issued;
}

/** The same, with which of it is a purchase already. */
export async function readElsewhere(
  on: Connection,
  plan: { readonly account: number; readonly no: number },
  invoices: readonly PlanInvoice[],
): Promise<Elsewhere> {
  const issued = await issuedOf(on, plan);
  const { rows } = await on.query(PURCHASES, [plan.account, plan.no]);
  const bought = new Set(rows.flatMap(({ parts }) => readParts(parts).flatMap(({ lots }) => lots)));
  for (const one of issued.values()) one.isBought = one.lots.some((no) => bought.has(no));
  const refs = new Set(invoices.map(({ ref }) => ref));
  return { issued, refs, payments: new Set(rows.flatMap(({ payment }) => payment ?? [])) };
}

/**
 * What an invoice paid that is known already: a period that it is named by, or one that was reported by a name that is none
 * of the provider's. `nothing`: it was before the subscription was ours, or is a purchase. Null: it is to be taken in.
 */
export function reportedBy(
  one: Subscription,
  invoice: PlanInvoice,
  { elsewhere, catalog }: { readonly elsewhere: Elsewhere; readonly catalog: Pick<Catalog, 'plans'> },
): Reported | 'nothing' | null {
  if (invoice.payment !== null && elsewhere.payments.has(invoice.payment)) return 'nothing';
  const named = one.paid.find(({ ref }) => ref === invoice.ref);
  if (named === undefined && isBefore(one, invoice)) return 'nothing';
  const paid = named ?? unnamedBy(one, invoice, { elsewhere, catalog });
  if (paid === null) return null;
  const issued = elsewhere.issued.get(keyOf(paid));
  if (issued === undefined) return 'nothing';
  // Another invoice of the same period is money for nothing, and is judged as such.
  if (issued.isBought) return named === undefined ? null : 'nothing';
  issued.isBought = true;
  return { paid, lots: issued.lots, credits: issued.credits };
}

/** Of what was sold elsewhere, periods that were over before it was heard of are nobody's; null: none was. */
export function firstOf(
  { checkout, createdAt }: Pick<PlanCheckout, 'checkout' | 'createdAt'>,
  invoices: readonly PlanInvoice[],
): number | null {
  const first = invoices.findIndex(({ periodEnd }) => periodEnd !== null && periodEnd > createdAt);
  return checkout === null && first > 0 ? ((invoices[first] as PlanInvoice).periodStart ?? null) : null;
}

/** More than half of its period lies before the first one that was agreed. */
function isBefore({ terms }: Subscription, { periodStart, periodEnd }: PlanInvoice): boolean {
  const first = Math.min(...terms.map(({ startsAt }) => startsAt));
  return periodEnd !== null && ((periodStart ?? periodEnd) + periodEnd) / 2 < first;
}

function unnamedBy(
  one: Subscription,
  { periodEnd, periodStart, startsAnew, sold }: PlanInvoice,
  { elsewhere, catalog }: { readonly elsewhere: Elsewhere; readonly catalog: Pick<Catalog, 'plans'> },
): Paid | null {
  if (periodEnd === null) return null;
  const period = periodEnding(one, periodEnd);
  const paid = one.paid.find(({ term, no }) => term === period.term && no === period.no);
  if (paid === undefined || (paid.ref !== null && elsewhere.refs.has(paid.ref))) return null;
  if (startsAnew !== true) return paid;
  // A change that was reported began then, and is to what was sold; any other period is another one.
  const terms = one.terms[paid.term] as Terms;
  const offer = sold === undefined ? null : soldOrNull(catalog, sold, terms);
  const isNear = Math.abs(paid.startsAt - (periodStart ?? periodEnd)) < (paid.endsAt - paid.startsAt) / 4;
  return isNear && offer !== null && sellsTheSame(offer, terms) ? paid : null;
}
