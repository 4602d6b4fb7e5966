/** From what a provider says of a plan to what the subscription becomes, and what the account's ledger takes. */
import { nextStamp } from '../core/account.ts';
import { addDuration, type Duration, parseDuration } from '../core/calendar.ts';
import type { Command } from '../core/command.ts';
import { DrawdownError } from '../errors.ts';
import { type PlanCheckout, planIdOf } from './plan-rows.ts';
import type { PlanInvoice, PlanNews } from './provider.ts';
import { newPurchase } from './purchase-order.ts';
import { newPart } from './purchase-plan.ts';
import type { Purchase } from './purchase-rows.ts';
import { agree } from './subscription-change.ts';
import { cancelAt, cancelLater, goOn } from './subscription-end.ts';
import { type Decided, fail, type Ground, renew } from './subscription-pay.ts';
import type { Paid, Subscription } from './subscription-state.ts';
import { priceOf, refillOf, refillStepOf, stepOf, type Terms } from './subscription-terms.ts';

export interface Followed {
  readonly checkout: PlanCheckout;
  /** Null while nothing was paid and no trial runs. */
  readonly after: Subscription | null;
  readonly commands: readonly Command[];
  /** One for each payment that is new: what refunds and disputes of it are about. */
  readonly purchases: readonly Purchase[];
}

export interface Standing {
  readonly checkout: PlanCheckout;
  readonly one: Subscription | null;
  /** The last number that was given to a purchase of the account. */
  readonly lastPurchase: number;
  readonly reversal: 'loss' | 'debt';
}

/**
 * Every invoice is a renewal like any other, by its name and the end of its period, so that what is said twice, late or
 * in another order comes to the same. An end that was now comes before the invoices: what was paid for beyond it is
 * not issued.
 */
export function followPlan(standing: Standing, news: PlanNews, ground: Ground): Followed {
  const { checkout } = standing;
  const external = news.external ?? checkout.external;
  const invoices = inOrder(news.paid);
  const begun = standing.one === null && news.begun ? beginPlan(checkout, invoices, { news, ground }) : null;
  const one = begun?.after ?? standing.one;
  if (one === null) {
    const state = checkout.state === 'open' ? (news.ended ?? 'open') : checkout.state;
    return { checkout: { ...checkout, external, state }, after: null, commands: [], purchases: [] };
  }
  const plan = new PlanChange(one, begun?.commands ?? [], { standing, ground });
  const { ends } = news;
  if (ends?.how === 'now') plan.do((now) => cancelAt(now, ends.at ?? ground.now, ground));
  for (const invoice of invoices) plan.pay(invoice);
  const { failed } = news;
  if (failed !== null) plan.do((now) => fail(now, failed, ground));
  if (ends?.how === 'period_end') plan.do((now) => cancelLater(now, ground));
  if (ends === null) plan.do((now) => goOn(now, ground));
  const { current, commands, purchases } = plan;
  return { checkout: { ...checkout, external, state: 'begun' }, after: current, commands, purchases };
}

/** By the period that they are for; those that name none are for the first that is unpaid. */
function inOrder(invoices: readonly PlanInvoice[]): PlanInvoice[] {
  const end = ({ periodEnd }: PlanInvoice) => periodEnd ?? Number.POSITIVE_INFINITY;
  return [...invoices].sort((a, b) => end(a) - end(b) || (a.ref < b.ref ? -1 : 1));
}

function beginPlan(
  checkout: PlanCheckout,
  invoices: readonly PlanInvoice[],
  { news, ground }: { news: PlanNews; ground: Ground },
): Decided {
  const { account, no, offer, trial } = checkout;
  const [first] = invoices;
  if (first !== undefined && trial === null) checkFirst(checkout, first);
  const { timeZone } = ground.account;
  // A provider's clock may be ahead of ours; what is paid is there at once all the same.
  const startsAt = Math.min(news.anchor ?? ground.now, ground.now);
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
  const agreed = trial && trialEndsAt !== null ? { credits: trial.credits, endsAt: trialEndsAt } : null;
  return agree(fresh, { offer, startsAt, timeZone, trial: agreed }, ground);
}

const endOf = (instant: number, validity: string, timeZone: string): number =>
  addDuration(instant, parseDuration(validity) as Duration, { timeZone });

/** What was paid at the checkout must be what was asked for there. Later invoices are between provider and buyer. */
function checkFirst({ offer, ...checkout }: PlanCheckout, { currency, gross, net }: PlanInvoice): void {
  const price = priceOf(offer);
  const refuse = (field: string, wanted: unknown): never => {
    const about = { field, subscription: planIdOf(checkout) };
    throw new DrawdownError('payment_refused', `${field}: ${wanted} was asked for`, about);
  };
  if (price?.currency !== currency) refuse('currency', price?.currency);
  if (gross !== price?.amountMinor && net !== price?.amountMinor) refuse('amount', price?.amountMinor);
}

/** A subscription on its way through several changes, with what they ask of the ledger. */
class PlanChange {
  current: Subscription;
  readonly commands: Command[];
  readonly purchases: Purchase[] = [];
  readonly #standing: Standing;
  readonly #ground: Ground;
  #stamp: number;
  #no: number;

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

  pay(invoice: PlanInvoice): void {
    const { ref, periodEnd, net, currency } = invoice;
    const before = this.current.paid.length;
    const payment = { ref, periodEnd, cost: { amountMinor: net, currency } };
    const { after, commands } = renew(this.current, payment, this.#ground);
    this.current = after;
    const lots = this.#issue(commands);
    const paid = after.paid[before];
    if (paid !== undefined && invoice.payment !== null && net > 0) this.#enter(invoice, paid, lots);
  }

  /** The numbers that lots will get, in order. */
  #issue(commands: readonly Command[]): number[] {
    const numbers: number[] = [];
    for (const command of commands) {
      this.commands.push(command);
      if (command.verb !== 'grant') continue;
      this.#stamp = nextStamp(this.#stamp, this.#ground.now);
      numbers.push(this.#stamp);
    }
    return numbers;
  }

  #enter(invoice: PlanInvoice, paid: Paid, lots: readonly number[]): void {
    const { checkout, reversal } = this.#standing;
    const { now, account } = this.#ground;
    const terms = this.current.terms[paid.term] as Terms;
    const credits = refillOf(terms) * BigInt(Math.round(stepOf(terms) / refillStepOf(terms)));
    this.#no = nextStamp(this.#no, now);
    const { payment, gross, net, currency, at } = invoice;
    this.purchases.push({
      ...newPurchase(account.number, this.#no, now),
      provider: checkout.provider,
      payment,
      pack: null,
      plan: terms.plan,
      subscription: checkout.no,
      endsAt: paid.endsAt,
      credits,
      bonus: 0n,
      class: terms.class,
      validity: null,
      priceMinor: net,
      currency,
      reversal,
      refundWindow: null,
      jurisdiction: null,
      law: null,
      consent: null,
      returnUrl: null,
      facts: [{ kind: 'paid', payment: payment as string, gross, net, currency, at }],
      parts: [{ ...newPart(credits), lots }],
      frozen: [],
      awaits: false,
      state: 'completed',
      paidAt: now,
      key: null,
      fingerprint: null,
    });
  }
}
