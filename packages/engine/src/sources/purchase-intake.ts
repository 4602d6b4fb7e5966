/** The way in for everything that providers deliver: to the purchases, the subscriptions, or back to the store. */
import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import { parseSubscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import type { Plans } from './plans.ts';
import type {
  Delivery,
  PaymentEvent,
  PaymentProvider,
  PlanEvent,
  ProviderId,
  RenewalEvent,
} from './provider.ts';
import { idOf, lotsNumbered, type Purchase, purchaseByPayment } from './purchase-rows.ts';
import { readSoundly } from './soundness.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What became of a delivery. */
export interface Received {
  /** `null`: genuine, and about no purchase. */
  readonly purchase: string | null;
  readonly state: wire.PurchaseState | null;
}

/** Deliveries by provider and by what became of them, since the start: what an operator is woken by. */
export class Deliveries {
  readonly #counts = new Map<string, number>();

  /** `purchase`, `other`, or the code of the refusal. */
  async count(provider: ProviderId, delivery: Promise<Received>): Promise<Received> {
    try {
      const received = await delivery;
      this.#add(provider, received.purchase === null ? 'other' : 'purchase');
      return received;
    } catch (error) {
      this.#add(provider, error instanceof DrawdownError ? error.code : 'internal');
      throw error;
    }
  }

  #add(provider: ProviderId, outcome: string): void {
    const name = `deliveries.${provider}.${outcome}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** By `deliveries.<provider>.<outcome>`. */
  figures(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

interface Means {
  readonly database: Database;
  readonly plans: Pick<Plans, 'receive'>;
  readonly accounts: Accounts;
  readonly subscriptions: Pick<Subscriptions, 'renew' | 'paymentFailed'>;
  readonly enter: (event: PaymentEvent) => Promise<Purchase | null>;
}

export async function receive(
  means: Means,
  provider: PaymentProvider,
  delivery: Delivery,
): Promise<Received> {
  const event = await readSoundly(provider.read(delivery));
  let purchase: Purchase | null = null;
  if (event === null) purchase = null;
  else if ('plan' in event) await aboutPlan(means, provider.id, event);
  else if ('subscription' in event) await renewed(means, provider, event);
  else if ('usedOf' in event) await reportUse(means, provider, event.usedOf);
  else purchase = await means.enter(event);
  return purchase === null ? { purchase, state: null } : { purchase: idOf(purchase), state: purchase.state };
}

async function aboutPlan({ plans }: Means, provider: ProviderId, event: PlanEvent): Promise<void> {
  const known = await plans.receive(provider, event);
  if (known === null && event.isPayment === true && event.unmarked === undefined)
    throw new DrawdownError('subscription_not_found');
}

/** What the subscriptions make of it is theirs; the invoice names the payment, so that it counts once. */
async function renewed(
  { accounts, plans, subscriptions, enter }: Means,
  provider: PaymentProvider,
  event: RenewalEvent,
): Promise<void> {
  const { id, subscription, paid, ref, periodEnd, cost, billed, plans: sold, purchase } = event;
  // Of a plan that was sold here the provider knows more than one invoice says.
  if ((await plans.receive(provider.id, { plan: subscription, external: null })) !== null) return;
  const address = parseSubscriptionId(subscription);
  const account = address === null ? null : await accounts.idOf(address.account);
  if (account === null) throw new DrawdownError('subscription_not_found');
  const call = {
    idempotencyKey: `${provider.id}:${id}`,
    actor: `provider:${provider.id}`,
    principal: 'source',
  };
  const period = periodEnd === null ? {} : { period_end: formatInstant(periodEnd) };
  if (!paid) {
    await subscriptions.paymentFailed(account, subscription, { ref, ...period }, call);
    return;
  }
  const net = { amount_minor: cost.amountMinor, currency: cost.currency };
  await subscriptions.renew(
    account,
    subscription,
    { ref, ...period, cost: net },
    {
      ...call,
      channel: provider.id,
      ...(billed === undefined ? {} : { billed }),
      ...(sold === undefined ? {} : { plans: sold }),
    },
  );
  // Where it does not get so far, the event comes again.
  if (purchase !== undefined) await enter(purchase);
}

/** From the lots themselves, as they are now. */
async function reportUse({ database }: Means, provider: PaymentProvider, payment: string): Promise<void> {
  const purchase = await purchaseByPayment(database, { provider: provider.id, payment });
  if (purchase === null) throw new DrawdownError('unavailable', 'The payment is not known yet.');
  const numbers = purchase.parts.flatMap((part) => part.lots);
  const lots = await lotsNumbered(database, purchase.account, numbers);
  const before = purchase.parts.reduce((all, part) => all + (part.before?.consumed ?? 0n), 0n);
  const used = lots.reduce((all, lot) => all + lot.consumed, before);
  await provider.reportUse?.(payment, { used, of: purchase.credits + purchase.bonus });
}
