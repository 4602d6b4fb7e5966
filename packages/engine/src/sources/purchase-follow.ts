/** From what an event says to what a purchase becomes and what its lots are to do. */
import type { Account } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { DrawdownError } from '../errors.ts';
import type { PaymentEvent, ProviderId } from './provider.ts';
import { isForNothing } from './purchase-for-nothing.ts';
import { partsText } from './purchase-parts.ts';
import { planOf, type Situation } from './purchase-plan.ts';
import { idOf, type Purchase } from './purchase-rows.ts';
import { type Fact, outcomeOf, unite } from './purchase-state.ts';

/** Facts of an event about this purchase; what was paid must be what was asked for. */
export function checked(current: Purchase, provider: ProviderId, event: PaymentEvent): readonly Fact[] {
  const refuse = (field: string, reason: string): never => {
    throw new DrawdownError('payment_refused', `${field}: ${reason}`, { field, purchase: idOf(current) });
  };
  if (current.provider !== provider) refuse('provider', `the purchase is one of ${current.provider}`);
  // What buys nothing is owed back, however much it is.
  if (isForNothing(current)) return event.facts;
  for (const fact of event.facts) {
    if (fact.kind !== 'paid') continue;
    if (fact.currency !== current.currency) refuse('currency', `${current.currency} was asked for`);
    // With tax on top it is the net that was asked for, with tax included it is the gross.
    if (fact.gross !== current.priceMinor && fact.net !== current.priceMinor) {
      refuse('amount', `${current.priceMinor} was asked for`);
    }
  }
  return event.facts;
}

/** A second payment that was paid back by hand is no payment any more, though its provider never says so. */
function paidByHand(settlements: Situation['settlements']): Fact[] {
  return settlements.flatMap(({ kind, payment, paid }) =>
    kind === 'double' && paid !== null
      ? [{ kind: 'refund', id: `by_hand:${payment}`, amount: paid.minor, failed: false, payment }]
      : [],
  );
}

/** Unchanged, the very same object, where nothing new is known. */
export function follow(
  current: Purchase,
  added: readonly Fact[],
  about: Pick<Situation, 'lots' | 'settlements' | 'now'> & { account: Account },
): { changed: Purchase; commands: readonly Command[] } {
  const facts = unite(current.facts, added);
  const outcome = outcomeOf(unite(facts, paidByHand(about.settlements)));
  const { commands, parts, frozen, awaits } = planOf({
    terms: { ...current, id: idOf(current) },
    outcome,
    parts: current.parts,
    frozen: current.frozen,
    ...about,
  });
  const isKnown = facts.length === current.facts.length && commands.length === 0;
  if (isKnown && awaits === current.awaits && partsText(parts) === partsText(current.parts)) {
    return { changed: current, commands };
  }
  const payment = outcome.paid?.payment ?? current.payment;
  const paidAt = current.paidAt ?? (outcome.paid === null ? null : about.now);
  return {
    changed: {
      ...current,
      facts,
      parts,
      frozen,
      awaits,
      payment,
      paidAt,
      state: outcome.state,
      updatedAt: about.now,
    },
    commands,
  };
}
