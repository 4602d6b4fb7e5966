/** When buyers may give a purchase back by themselves. */
import type { Account, Grant } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import type { Part } from './purchase-parts.ts';
import { refundableUntil } from './purchase-present.ts';
import type { Purchase } from './purchase-rows.ts';
import { type Asked, attemptsOf, outcomeOf } from './purchase-state.ts';

/** The fact that a refund is asked for; none where one is under way already. Throws `purchase_not_refundable`. */
export function mayAsk(
  purchase: Purchase,
  { account, lots, now }: { account: Account; lots: readonly Grant[]; now: number },
): readonly Asked[] {
  const refuse = (reason: string, sentence: string): never => {
    throw new DrawdownError('purchase_not_refundable', sentence, { reason });
  };
  if (purchase.state === 'refunding') return [];
  if (purchase.state !== 'completed') refuse('state', `The purchase is ${purchase.state}.`);
  const until = refundableUntil(purchase, account.timeZone);
  if (until === null) refuse('policy', 'Refunds of this purchase go through support.');
  else if (now >= until) refuse('window', 'The time in which the purchase could be given back has passed.');
  const isWhole = purchase.parts.every((part) => isUntouched(part, lots));
  if (!isWhole) refuse('spent', 'Some of the credits were spent or are held.');
  const attempt = attemptsOf(purchase.facts, 'asked') + 1;
  const after = outcomeOf(purchase.facts).refunds;
  return [{ kind: 'asked', attempt, ...(after === 0 ? {} : { after }) }];
}

/** All of its credits are there and free, or to come, in whichever lots: what a reversal took in vain came back in new ones. */
function isUntouched({ before, credits, lots: own }: Part, lots: readonly Grant[]): boolean {
  if (before !== null && before.consumed + before.voided > 0n) return false;
  const left = ({ phase, amount, remaining }: Grant) => (phase === 'scheduled' ? amount : remaining);
  const open = lots.filter((lot) => own.includes(lot.no) && left(lot) > 0n);
  const free = open.every(({ held, frozen }) => held === 0n && !frozen);
  return free && open.reduce((all, lot) => all + left(lot), 0n) === credits;
}
