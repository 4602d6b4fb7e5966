/** Payments of periods that a store reports as renewals: each is a purchase of its period's lots, so that it can go back. */
import { nextStamp } from '../core/account.ts';
import { parseSubscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { issuedOf } from './plan-elsewhere.ts';
import type { PeriodSale, ProviderId } from './provider.ts';
import { newPurchase } from './purchase-new.ts';
import { newPart } from './purchase-parts.ts';
import { insertion, lastPurchase, type Purchase, purchaseByPayment } from './purchase-rows.ts';
import type { Fact, Paid } from './purchase-state.ts';
import type { SourceSetting } from './source.ts';
import { readSubscriptions } from './subscription-rows.ts';
import type { Terms } from './subscription-terms.ts';

/**
 * Made when it is first heard of, by whatever is heard. Null where nothing was given for the period. Throws
 * `purchase_not_found` where the period is not known to be paid yet: whoever tells of it again may find it then.
 */
export async function purchaseOfPeriod(
  {
    accounts,
    catalog,
    database,
    runner,
  }: Pick<SourceSetting, 'accounts' | 'catalog' | 'database' | 'runner'>,
  provider: ProviderId,
  { sale, facts }: { readonly sale: PeriodSale; readonly facts: readonly Fact[] },
): Promise<Purchase | null> {
  const { payment } = sale;
  const known = await purchaseByPayment(database, { provider, payment });
  if (known !== null) return known;
  const address = parseSubscriptionId(sale.subscription);
  const id = address === null ? null : await accounts.idOf(address.account);
  const money = facts.find((fact) => fact.kind === 'paid');
  if (address === null || id === null) throw new DrawdownError('subscription_not_found');
  if (money === undefined || money.net <= 0) return null;
  const { reversal } = catalog.policies;
  const prepare = async (on: Connection, { now }: { now: number }): Promise<Prepared> => {
    const nothing = { command: { verb: 'settle' } as const, writes: () => [] };
    if ((await purchaseByPayment(on, { provider, payment })) !== null) return nothing;
    const one = (await readSubscriptions(on, address.account)).find(({ no }) => no === address.no);
    const paid = one?.paid.find(({ ref }) => ref === payment);
    if (one === undefined || paid === undefined) throw new DrawdownError('purchase_not_found');
    const issued = (await issuedOf(on, address)).get(`${paid.term}:${paid.no}`);
    if (issued === undefined) return nothing;
    const terms = one.terms[paid.term] as Terms;
    const no = nextStamp(await lastPurchase(on, address.account), now);
    const purchase = {
      ...newPurchase(address.account, no, now),
      ...soldAs(money),
      provider,
      payment,
      plan: terms.plan,
      subscription: address.no,
      endsAt: paid.endsAt,
      credits: issued.credits,
      class: terms.class,
      reversal,
      parts: [{ ...newPart(issued.credits), lots: issued.lots }],
    };
    return { command: { verb: 'settle' }, writes: () => [insertion(purchase)] };
  };
  await runner.runPrepared({
    account: { number: address.account, id },
    verb: 'sale',
    input: { provider, payment },
    call: { actor: `provider:${provider}`, principal: 'source' },
    // What goes back after the account's end is settled with it.
    alsoClosed: true,
    prepare,
    answer: () => undefined,
  });
  return purchaseByPayment(database, { provider, payment });
}

const soldAs = ({ net, currency }: Paid) => ({
  pack: null,
  bonus: 0n,
  validity: null,
  priceMinor: net,
  currency,
  refundWindow: null,
  jurisdiction: null,
  law: null,
  consent: null,
  returnUrl: null,
  key: null,
  fingerprint: null,
});
