/** What a provider took of a charge, where that is not what was asked for: it buys nothing, and is owed back. */
import type { Connection } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { PaymentEvent } from './provider.ts';
import { asTaken, emptied, writesForNothing } from './purchase-for-nothing.ts';
import { type Purchase, purchaseByNo, update } from './purchase-rows.ts';
import { outcomeOf, type Paid, unite } from './purchase-state.ts';
import type { Ground } from './subscription-pay.ts';
import type { TopUp } from './top-up-rows.ts';

export const isOther = (paid: Paid, asked: TopUp): boolean =>
  paid.gross !== asked.priceMinor || paid.currency !== asked.currency;

/** The payment where it is another sum or currency than was asked for; null: it is as it should be. */
export function otherwiseTaken({ facts }: PaymentEvent, asked: TopUp): Paid | null {
  return (facts.find((fact) => fact.kind === 'paid' && isOther(fact, asked)) as Paid | undefined) ?? null;
}

/**
 * The purchase becomes one of no credits for the money that was taken, so that refunds and disputes find it; all of that is
 * payable. `paid` null: nothing was taken, and what arrives all the same is owed back. Under the account's lock.
 */
export async function takenForNothing(
  on: Connection,
  { account, no }: Pick<TopUp, 'account' | 'no'>,
  { paid, ground }: { paid: Paid | null; ground: Ground },
): Promise<Write[]> {
  const current = await purchaseByNo(on, account, no);
  if (current === null) throw new Error('a charge has a purchase');
  const facts = unite(current.facts, [paid ?? { kind: 'ended', how: 'failed' }]);
  const { now, account: locked } = ground;
  const payment = outcomeOf(facts).paid?.payment ?? current.payment;
  const paidAt = paid === null ? current.paidAt : now;
  const known = { facts, payment, state: outcomeOf(facts).state, paidAt, updatedAt: now };
  const changed: Purchase = asTaken({ ...emptied(current), ...known });
  return [...writesForNothing(changed), update(changed, locked.seq)];
}
