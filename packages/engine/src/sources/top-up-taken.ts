/** What a provider took of a charge, where that is not what was asked for: it buys nothing, and is owed back. */
import { type Connection, statement } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import type { PaymentEvent } from './provider.ts';
import { newPart } from './purchase-parts.ts';
import { purchaseByNo, update } from './purchase-rows.ts';
import { outcomeOf, type Paid, unite } from './purchase-state.ts';
import { settlementOfLate } from './settlement-rows.ts';
import type { Ground } from './subscription-pay.ts';
import type { TopUp } from './top-up-rows.ts';

const TAKEN = statement<readonly unknown[], unknown>(
  'purchase_taken',
  'update drawdown.purchases set credits = 0, bonus = 0, price_minor = $3, currency = $4 where account = $1 and no = $2',
);

/** The payment where it is another sum or currency than was asked for; null: it is as it should be. */
export function otherwiseTaken({ facts }: PaymentEvent, asked: TopUp): Paid | null {
  const differs = (paid: Paid) => paid.gross !== asked.priceMinor || paid.currency !== asked.currency;
  return (facts.find((fact) => fact.kind === 'paid' && differs(fact)) as Paid | undefined) ?? null;
}

/**
 * The purchase becomes one of no credits for the money that was taken, so that refunds and disputes find it; all of that is
 * payable. Under the account's lock.
 */
export async function takenForNothing(
  on: Connection,
  { account, no }: TopUp,
  { paid, ground }: { paid: Paid; ground: Ground },
): Promise<Write[]> {
  const current = await purchaseByNo(on, account, no);
  if (current === null) throw new Error('a charge has a purchase');
  const facts = unite(current.facts, [paid]);
  const none = { credits: 0n, bonus: 0n, parts: [newPart(0n), newPart(0n)] };
  const money = { priceMinor: paid.gross, currency: paid.currency, payment: paid.payment };
  const { now, account: locked } = ground;
  const known = { facts, state: outcomeOf(facts).state, paidAt: now, updatedAt: now };
  const changed = { ...current, ...none, ...money, ...known };
  const terms: Write = { statement: TAKEN, params: [account, no, paid.gross, paid.currency] };
  return [terms, update(changed, locked.seq), ...settlementOfLate(changed)];
}
