import { type Account, type Entry, findGrant, type Grant, type Spending } from './account.ts';
import { MAX_ATOMS, smaller } from './amount.ts';
import { apply, isRepayment } from './apply.ts';
import { copyOf } from './balance.ts';
import { type Command, type Decision, refuse } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter, type Posting } from './entry.ts';
import { decideGrant, exceedsLimit } from './grant.ts';
import { comparator } from './order.ts';
import { returning, spent } from './refund.ts';

/** Enters a debt that no lot is moved for. */
export function decideOwe(account: Account, command: Command & { verb: 'owe' }, context: Context): Decision {
  const { now, rules, actor } = context;
  const post = ledgerWriter(account, { at: now, actor, catalog: rules.version });
  return { entries: [post({ type: 'adjust', debt: command.amount, detail: { reason: command.reason } })] };
}

/**
 * Takes back a debt that was no debt after all. What of it was repaid meanwhile goes back into the very lots that it was
 * repaid out of, the newest repayment first, as a refund of that repayment; the rest is owed no more. What no repayment is
 * known for, because it was made in an account that was merged into this one, `otherwise` is granted for.
 */
export function decideForgive(
  account: Account,
  command: Command & { verb: 'forgive' },
  context: Context,
): Decision {
  const ahead = copyOf(account);
  const inOrder = comparator(context.rules);
  const entries: Entry[] = [];
  const enter = (entered: readonly Entry[]): void => {
    for (const entry of entered) {
      apply(ahead, entry, inOrder);
      entries.push(entry);
    }
  };
  const occasion = { at: context.now, actor: context.actor, catalog: context.rules.version };
  const post = (posting: Posting): void => enter([ledgerWriter(ahead, occasion)(posting)]);
  const repaid = command.amount > ahead.debt ? command.amount - ahead.debt : 0n;
  if (exceedsLimit(account, repaid)) return refuse({ code: 'balance_limit_exceeded', limit: MAX_ATOMS });

  let left = repaid;
  for (const { entry, refunded } of repaymentsOf(ahead)) {
    const amount = smaller(left, spent(entry) - refunded);
    if (amount === 0n) continue;
    left -= amount;
    const lot = findGrant(ahead, (entry.moves[0] as Entry['moves'][number]).grant) as Grant;
    const returns = { lots: [{ lot, amount }], debt: amount, homeless: 0n };
    for (const posting of returning(ahead, returns, entry, { reason: 'debt_forgiven' }, context))
      post(posting);
  }
  if (left < command.amount) {
    post({ type: 'adjust', debt: left - command.amount, detail: { reason: command.reason } });
  }
  if (left > 0n && command.otherwise !== null) {
    const decision = decideGrant(ahead, { ...command.otherwise, amount: left }, context);
    if ('refusal' in decision) return decision;
    enter(decision.entries);
  }
  return { entries };
}

const repaymentsOf = (account: Account): Spending[] =>
  [...account.spendings.values()]
    .filter(({ entry }) => isRepayment(entry))
    .sort((a, b) => b.entry.seq - a.entry.seq);
