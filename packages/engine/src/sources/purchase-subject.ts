/** Which purchase an event is about, whatever it names it by. */
import { DrawdownError } from '../errors.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import type { Plans } from './plans.ts';
import type { PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';
import type { Orders, Place } from './purchase-order.ts';
import { type Purchase, purchaseByPayment } from './purchase-rows.ts';

interface Means {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly orders: Pick<Orders, 'fromStore' | 'fromPeriod'>;
  readonly plans: Pick<Plans, 'receive'>;
  readonly reach: (purchase: string) => Promise<Found>;
  /** Throws where the installation does not take money that way. */
  readonly providerOf: (id: ProviderId) => PaymentProvider;
}

interface Found {
  readonly purchase: Purchase;
  readonly account: Place;
}

/** Null where it is none of ours. */
export async function subjectOf(
  means: Means,
  id: ProviderId,
  { subject, facts }: PaymentEvent,
): Promise<Found | null> {
  if ('purchase' in subject) return means.reach(subject.purchase);
  if ('account' in subject) {
    const number = await means.accounts.heirOf(subject.account);
    const owner = await means.accounts.idOf(number);
    if (owner === null) throw new DrawdownError('account_not_found');
    const purchase = await means.orders.fromStore({ number, id: owner }, id, subject);
    return { account: { number: purchase.account, id: owner }, purchase };
  }
  if ('period' in subject) {
    const { accounts, orders } = means;
    const purchase = await orders.fromPeriod(id, subject.period, facts);
    const owner = purchase === null ? null : await accounts.idOf(purchase.account);
    return purchase === null || owner === null
      ? null
      : { account: { number: purchase.account, id: owner }, purchase };
  }
  const { payment } = subject;
  const known = await paidWith(means, id, payment);
  if (known !== null) return known;
  // What follows from a payment may arrive before the payment: then only the provider knows what it is for.
  const provider = means.providerOf(id);
  if (provider.purchaseOf === undefined) {
    throw new DrawdownError('unavailable', 'The payment is not known yet: deliver the event again later.');
  }
  const named = await provider.purchaseOf(payment);
  if (named !== null) return means.reach(named);
  const plan = (await provider.planOf?.(payment)) ?? null;
  if (plan === null || (await means.plans.receive(id, plan)) === null) return null;
  return paidWith(means, id, payment);
}

async function paidWith(
  { database, accounts }: Means,
  provider: ProviderId,
  payment: string,
): Promise<Found | null> {
  const purchase = await purchaseByPayment(database, { provider, payment });
  const id = purchase === null ? null : await accounts.idOf(purchase.account);
  return purchase === null || id === null ? null : { purchase, account: { number: purchase.account, id } };
}
