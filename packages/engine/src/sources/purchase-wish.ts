/** When buyers may give a purchase back by themselves. */
import type { Account, Grant } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import { refundableUntil } from './purchase-present.ts';
import type { Purchase } from './purchase-rows.ts';
import { attemptsOf, type Fact } from './purchase-state.ts';

/** The fact that a refund is asked for; none where one is under way already. Throws `purchase_not_refundable`. */
export function mayAsk(
  purchase: Purchase,
  { account, lots, now }: { account: Account; lots: readonly Grant[]; now: number },
): readonly Fact[] {
  const refuse = (reason: string, sentence: string): never => {
    throw new DrawdownError('purchase_not_refundable', sentence, { reason });
  };
  if (purchase.state === 'refunding') return [];
  if (purchase.state !== 'completed') refuse('state', `The purchase is ${purchase.state}.`);
  const until = refundableUntil(purchase, account.timeZone);
  if (until === null) refuse('policy', 'Refunds of this purchase go through support.');
  else if (now >= until) refuse('window', 'The time in which the purchase could be given back has passed.');
  const untouched = purchase.parts.every(
    ({ before }) => before === null || before.consumed + before.voided === 0n,
  );
  const isWhole =
    untouched && lots.every((lot) => lot.remaining === lot.amount && lot.held === 0n && !lot.frozen);
  if (!isWhole) refuse('spent', 'Some of the credits were spent or are held.');
  return [{ kind: 'asked', attempt: attemptsOf(purchase.facts, 'asked') + 1 }];
}
