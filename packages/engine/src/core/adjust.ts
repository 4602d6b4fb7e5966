import { type Account, type Move, nextStamp, type Terms } from './account.ts';
import { MAX_ATOMS } from './amount.ts';
import { type Command, type Decision, detailOf, refuse } from './command.ts';
import { shortOf } from './consume.ts';
import type { Context } from './decide.ts';
import { ledgerWriter } from './entry.ts';
import { exceedsLimit } from './grant.ts';
import { draw } from './order.ts';

/**
 * A correction by staff, with a reason. A positive one issues a lot of the class named (the first class otherwise)
 * that never expires; a negative one takes in draw order, from lots of the class named where one is, all or nothing.
 */
export function decideAdjust(
  account: Account,
  command: Command & { verb: 'adjust' },
  context: Context,
): Decision {
  return command.amount > 0n ? increase(account, command, context) : decrease(account, command, context);
}

function increase(account: Account, command: Command & { verb: 'adjust' }, context: Context): Decision {
  const { now, rules, actor } = context;
  if (exceedsLimit(account, command.amount))
    return refuse({ code: 'balance_limit_exceeded', limit: MAX_ATOMS });
  const terms: Terms = {
    no: nextStamp(account.stamp, now),
    class: command.class ?? (rules.classes[0]?.id as string),
    amount: command.amount,
    priority: 0,
    effectiveAt: now,
    expiresAt: null,
    features: null,
    source: { type: 'adjustment', ref: null },
    cost: null,
    catalog: rules.version,
    metadata: command.metadata ?? {},
  };
  const post = ledgerWriter(account, { at: now, actor, catalog: rules.version });
  const moves: Move[] = [{ grant: terms.no, remaining: terms.amount, held: 0n }];
  return {
    entries: [
      post({
        type: 'adjust',
        moves,
        detail: detailOf({ grants: [terms], reason: command.reason, metadata: command.metadata }),
      }),
    ],
  };
}

function decrease(account: Account, command: Command & { verb: 'adjust' }, context: Context): Decision {
  const { now, rules, actor } = context;
  const spend = {
    amount: -command.amount,
    feature: null,
    classes: command.class === null ? null : [command.class],
    quote: null,
  };
  const { draws, missing } = draw(account.grants, spend.amount, spend, now);
  if (missing > 0n) return refuse(shortOf(account, spend, missing, now));
  const post = ledgerWriter(account, { at: now, actor, catalog: rules.version });
  return {
    entries: [
      post({
        type: 'adjust',
        moves: draws.map((one): Move => ({ grant: one.grant, remaining: -one.amount, held: 0n })),
        detail: detailOf({ reason: command.reason, metadata: command.metadata }),
      }),
    ],
  };
}
