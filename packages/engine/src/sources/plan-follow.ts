/** From what a provider says of a plan to what the subscription becomes, and what the account's ledger takes. */
import type { Catalog, Policies } from '../catalog/catalog.ts';
import { nextStamp } from '../core/account.ts';
import { addDuration, type Duration, parseDuration } from '../core/calendar.ts';
import type { Command } from '../core/command.ts';
import { DrawdownError } from '../errors.ts';
import { type Elsewhere, firstOf, type Reported, reportedBy } from './plan-elsewhere.ts';
import { type PlanCheckout, planIdOf } from './plan-rows.ts';
import { agreeAsBilled, agreeNext, changeAsBilled } from './plan-sold.ts';
import type { PlanInvoice, PlanNews } from './provider.ts';
import { newPurchase } from './purchase-new.ts';
import { newPart } from './purchase-parts.ts';
import type { Purchase } from './purchase-rows.ts';
import { demandBilled } from './subscription-billed.ts';
import { agree } from './subscription-change.ts';
import { cancelAt, cancelLater, goOn } from './subscription-end.ts';
import { type Decided, fail, type Ground, isKnown, renew } from './subscription-pay.ts';
import type { Subscription } from './subscription-state.ts';
import { type Offer, refillOf, refillStepOf, stepOf, type Terms } from './subscription-terms.ts';

export interface Followed {
  readonly checkout: PlanCheckout;
  /** Null while nothing was paid and no trial runs, and where nothing may begin or go on any more. */
  readonly after: Subscription | null;
  readonly commands: readonly Command[];
  /** One for each payment that is new: what refunds and disputes of it are about. */
  readonly purchases: readonly Purchase[];
  /** Of periods that were paid before their payments were purchases: they are nobody's news. */
  readonly reported: readonly Purchase[];
  /** Payments for which nothing can be granted any more: what was paid is owed back, each once. */
  readonly late: readonly Purchase[];
  /** Invoices that are not what was agreed: nothing is granted for them. */
  readonly refused: readonly Refused[];
  /** That of the last period, where it is refused: earlier ones were answered when they came. */
  readonly refusal: DrawdownError | null;
  /** Taken in up to a change that has to see the lots of what came before it: the rest is to be taken in next. */
  readonly isPartial: boolean;
  /** The provider goes on charging for what is not given here. */
  readonly isUnwanted: boolean;
}

export interface Refused {
  readonly ref: string;
  /** When it was paid. */
  readonly at: number;
  readonly error: DrawdownError;
}

export interface Standing {
  readonly checkout: PlanCheckout;
  readonly one: Subscription | null;
  /** The account is closed, or was merged, or another subscription of the plan was faster. */
  readonly isTooLate: boolean;
  /** The last number that was given to a purchase of the account. */
  readonly lastPurchase: number;
  readonly policies: Pick<Policies, 'reversal' | 'freePeriods'>;
  /** What was known of it before; null: it was sold here, so that every payment is a purchase. */
  readonly elsewhere: Elsewhere | null;
  /** What a change at the provider may be to. */
  readonly catalog: Pick<Catalog, 'plans'>;
}

/**
 * Every invoice is a renewal like any other, by its name and the end of its period, so that what is said twice, late or
 * in another order comes to the same. An end that was now comes before the invoices: what was paid for beyond it is
 * not issued. An invoice that is not what was agreed is left out, and keeps none of the others from being taken in.
 */
export function followPlan(standing: Standing, news: PlanNews, ground: Ground): Followed {
  const { checkout, isTooLate } = standing;
  const external = news.external ?? checkout.external;
  const invoices = inOrder(news.paid);
  if (isTooLate && news.begun) return tooLate(standing, news, ground);
  const begun = standing.one === null && news.begun ? beginPlan(standing, invoices, { news, ground }) : null;
  const one = begun?.after ?? standing.one;
  if (one === null) {
    const state = checkout.state === 'open' ? (news.ended ?? 'open') : checkout.state;
    const refused = refusalsOf(standing, invoices);
    const refusal = refusalOfLast(refused, invoices);
    return { ...NOTHING, checkout: { ...checkout, external, state }, refused, refusal };
  }
  const plan = new PlanChange(one, begun?.commands ?? [], { standing, ground });
  const { ends } = news;
  if (ends?.how === 'now') plan.do((now) => cancelAt(now, ends.at ?? ground.now, ground));
  const isPartial = plan.payAll(invoices) === 'partly';
  const { failed, next } = news;
  if (!isPartial) {
    if (failed !== null) plan.do((now) => fail(now, failed, ground));
    if (ends?.how === 'period_end') plan.do((now) => cancelLater(now, ground));
    if (ends === null) plan.do((now) => goOn(now, ground));
    if (next !== undefined) plan.do((now) => agreeNext(now, { next, catalog: standing.catalog }, ground));
  }
  const { current, commands, purchases, reported, late, refused } = plan;
  const after = { ...checkout, external, state: 'begun' as const };
  const refusal = refusalOfLast(refused, invoices);
  const told = { purchases, reported, late, refused, refusal, isPartial, isUnwanted: false };
  return { checkout: after, after: current, commands, ...told };
}

const NOTHING = {
  after: null,
  commands: [],
  purchases: [],
  reported: [],
  late: [],
  refused: [],
  refusal: null,
  isPartial: false,
  isUnwanted: false,
};

function refusalOfLast(refused: readonly Refused[], invoices: readonly PlanInvoice[]): DrawdownError | null {
  const last = invoices.at(-1);
  return refused.find(({ ref }) => ref === last?.ref)?.error ?? null;
}

/** Nothing begins and nothing is granted: what was paid is owed back, and the provider is to charge no more. */
function tooLate(standing: Standing, news: PlanNews, { account, now }: Ground): Followed {
  const { checkout, one } = standing;
  const state = one === null ? 'refused' : checkout.state;
  let no = standing.lastPurchase;
  const known = new Set(one?.paid.map(({ ref }) => ref));
  const late = inOrder(news.paid)
    .filter(({ ref }) => !known.has(ref))
    .flatMap((invoice) => {
      if (invoice.payment === null || invoice.net <= 0) return [];
      if (one !== null && reportedIn(standing, one, invoice) !== null) return [];
      no = nextStamp(no, now);
      const about = { no, account: account.number, now, endsAt: now, lots: [], isFirst: false };
      return [paymentOf(standing, { invoice, terms: checkout.offer, ...about })];
    });
  const external = news.external ?? checkout.external;
  const isUnwanted = news.ends?.how !== 'now';
  return { ...NOTHING, checkout: { ...checkout, external, state }, late, isUnwanted };
}

const reportedIn = ({ elsewhere, catalog }: Standing, one: Subscription, invoice: PlanInvoice) =>
  elsewhere && reportedBy(one, invoice, { elsewhere, catalog });

/** By the period that they are for; those that name none are for the first that is unpaid. */
function inOrder(invoices: readonly PlanInvoice[]): PlanInvoice[] {
  const place = ({ periodStart, periodEnd }: PlanInvoice) =>
    periodStart ?? periodEnd ?? Number.POSITIVE_INFINITY;
  return [...invoices].sort((a, b) => place(a) - place(b) || (a.ref < b.ref ? -1 : 1));
}

/** Null where all that was paid is not what was asked for at the checkout. */
function beginPlan(
  standing: Standing,
  invoices: readonly PlanInvoice[],
  { news, ground }: { news: PlanNews; ground: Ground },
): Decided | null {
  const { checkout } = standing;
  const { account, no, offer, trial } = checkout;
  const isTrial = trial !== null || news.trialEndsAt !== null;
  const refused = refusalsOf(standing, invoices).length;
  if (!isTrial && refused > 0 && refused === invoices.length) return null;
  const { timeZone } = ground.account;
  // A provider's clock may be ahead of ours; what is paid is there at once all the same.
  const startsAt = Math.min(firstOf(checkout, invoices) ?? news.anchor ?? ground.now, ground.now);
  const trialEndsAt = news.trialEndsAt ?? (trial && endOf(startsAt, trial.validity, timeZone));
  const fresh = {
    account,
    no,
    ref: `checkout:${planIdOf(checkout)}`,
    createdAt: ground.now,
    cancelAt: null,
    cancelled: null,
    graceUntil: null,
    pausedAt: null,
    provider: checkout.provider,
  };
  // Days that the provider gives by itself come without credits.
  const agreed = trialEndsAt === null ? null : { credits: trial?.credits ?? 0n, endsAt: trialEndsAt };
  return agree(fresh, { offer, startsAt, timeZone, trial: agreed }, ground);
}

const endOf = (instant: number, validity: string, timeZone: string): number =>
  addDuration(instant, parseDuration(validity) as Duration, { timeZone });

/** Of a plan that has not begun: what was asked for at the checkout is what must be paid. */
function refusalsOf({ checkout, policies }: Standing, invoices: readonly PlanInvoice[]): Refused[] {
  return invoices.flatMap((invoice) => {
    const bill = { ...invoice, mayBeFree: policies.freePeriods };
    const error = refusalIn(() => demandBilled(checkout.offer, bill, { subscription: planIdOf(checkout) }));
    return error === null ? [] : [{ ref: invoice.ref, at: invoice.at, error }];
  });
}

function refusalIn(act: () => void): DrawdownError | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof DrawdownError) return error;
    throw error;
  }
}

/** A subscription on its way through several changes, with what they ask of the ledger. */
class PlanChange {
  current: Subscription;
  readonly commands: Command[];
  readonly purchases: Purchase[] = [];
  readonly reported: Purchase[] = [];
  readonly late: Purchase[] = [];
  readonly refused: Refused[] = [];
  readonly #standing: Standing;
  readonly #ground: Ground;
  #stamp: number;
  #no: number;
  /** The numbers that the lots of the last change will get, in order. */
  #last: number[] = [];

  constructor(
    one: Subscription,
    commands: readonly Command[],
    { standing, ground }: { standing: Standing; ground: Ground },
  ) {
    this.current = one;
    this.commands = [];
    this.#standing = standing;
    this.#ground = ground;
    this.#stamp = ground.account.stamp;
    this.#no = standing.lastPurchase;
    this.#issue(commands);
  }

  do(decide: (one: Subscription) => Decided): void {
    const { after, commands } = decide(this.current);
    this.current = after;
    this.#issue(commands);
  }

  /** A change voids lots that have not begun, which must be there: what came before it is entered first. */
  payAll(invoices: readonly PlanInvoice[]): 'all' | 'partly' {
    for (const invoice of invoices) {
      const known = reportedIn(this.#standing, this.current, invoice);
      if (known !== null) {
        if (known !== 'nothing') this.#takeOver(invoice, known);
        continue;
      }
      const isChange = invoice.startsAnew === true && !isKnown(this.current, invoice.ref);
      if (isChange && this.commands.length > 0) return 'partly';
      this.#pay(invoice);
    }
    return 'all';
  }

  /** What refunds and disputes of it will be about. */
  #takeOver(invoice: PlanInvoice, { paid, lots, credits }: Reported): void {
    if (invoice.payment === null || invoice.net <= 0) return;
    const terms = this.current.terms[paid.term] as Terms;
    const made = this.#payment(invoice, { terms, endsAt: paid.endsAt, lots, isFirst: false });
    this.reported.push({ ...made, credits, parts: [{ ...newPart(credits), lots }] });
  }

  #pay(invoice: PlanInvoice): void {
    const { ref, periodEnd, net, currency } = invoice;
    const before = this.current.paid.length;
    const bill = { ...invoice, mayBeFree: this.#standing.policies.freePeriods };
    const payment = { ref, periodEnd, cost: { amountMinor: Math.max(0, net), currency }, bill };
    const { catalog } = this.#standing;
    const error = refusalIn(() => {
      if (invoice.startsAnew === true) {
        this.do((now) => changeAsBilled(now, { invoice, payment, catalog }, this.#ground));
      } else {
        this.do((now) => renew(agreeAsBilled(now, invoice, catalog), payment, this.#ground));
      }
    });
    const paid = this.current.paid[before];
    const isPurchase = invoice.payment !== null && net > 0;
    const isFirst = this.current.paid
      .slice(0, before)
      .every(({ cost }) => cost === null || cost.amountMinor === 0);
    // A period behind the end that was agreed is nobody's, nor one that is paid already: the money is the payer's.
    const isSpare = error === null ? paid === undefined : error.code === 'subscription_state';
    if (isSpare && isPurchase && !isKnown(this.current, ref)) {
      const terms = this.current.terms.at(-1) as Terms;
      this.late.push(this.#payment(invoice, { terms, endsAt: this.#ground.now, lots: [], isFirst: false }));
    } else if (error !== null) this.refused.push({ ref, at: invoice.at, error });
    else if (paid !== undefined && isPurchase) {
      const terms = this.current.terms[paid.term] as Terms;
      const payment = this.#payment(invoice, { terms, endsAt: paid.endsAt, lots: this.#last, isFirst });
      // Of a period that was over when its payment was heard of nothing could be given: the money is the payer's.
      (paid.endsAt <= this.#ground.now ? this.late : this.purchases).push(payment);
    }
  }

  #issue(commands: readonly Command[]): void {
    this.#last = [];
    for (const command of commands) {
      this.commands.push(command);
      if (command.verb !== 'grant') continue;
      this.#stamp = nextStamp(this.#stamp, this.#ground.now);
      this.#last.push(this.#stamp);
    }
  }

  #payment(invoice: PlanInvoice, about: Period): Purchase {
    const { now, account } = this.#ground;
    this.#no = nextStamp(this.#no, now);
    const place = { no: this.#no, account: account.number, now };
    return paymentOf(this.#standing, { invoice, ...about, ...place });
  }
}

interface Period {
  readonly terms: Offer;
  readonly endsAt: number;
  readonly lots: readonly number[];
  /** Nothing was paid before, so that what was agreed at the checkout may be withdrawn from. */
  readonly isFirst: boolean;
}

/** A payment of a plan as the purchase that it is. */
function paymentOf(
  { checkout, policies }: Standing,
  about: Period & { invoice: PlanInvoice; account: number; no: number; now: number },
): Purchase {
  const { invoice, terms, endsAt, lots, isFirst, account, no, now } = about;
  const credits = refillOf(terms) * BigInt(Math.round(stepOf(terms) / refillStepOf(terms)));
  const { payment, gross, net, currency, at } = invoice;
  return {
    ...newPurchase(account, no, now),
    provider: checkout.provider,
    payment,
    pack: null,
    plan: terms.plan,
    subscription: account === checkout.account ? checkout.no : null,
    endsAt,
    credits,
    bonus: 0n,
    class: terms.class,
    validity: null,
    priceMinor: net,
    currency,
    reversal: policies.reversal,
    refundWindow: isFirst ? checkout.refundWindow : null,
    jurisdiction: checkout.jurisdiction,
    law: checkout.law,
    consent: isFirst ? checkout.consent : null,
    returnUrl: null,
    facts: [{ kind: 'paid', payment: payment as string, gross, net, currency, at }],
    parts: [{ ...newPart(credits), lots }],
    state: 'completed',
    paidAt: now,
    key: null,
    fingerprint: null,
  };
}
