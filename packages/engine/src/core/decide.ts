import type { Account, Entry } from './account.ts';
import { decideAdjust } from './adjust.ts';
import { apply, isRepayment } from './apply.ts';
import { copyOf } from './balance.ts';
import { type Command, type Decision, refuse } from './command.ts';
import { decideConsume } from './consume.ts';
import { decideForgive, decideOwe } from './debt.ts';
import { decideGrant } from './grant.ts';
import { decideCapture, decideExtendHold, decideHold, decideRelease } from './hold.ts';
import { decideAttest, decideClose, decideReceive, decideSend } from './life.ts';
import { decideExtend, decideFreeze, decideVoid } from './lot.ts';
import { comparator } from './order.ts';
import { decideRefund } from './refund.ts';
import type { Rules } from './rules.ts';

/** All that a decision may depend on besides the account and the command. */
export interface Context {
  /** One instant per operation, never before the account's last. */
  readonly now: number;
  readonly rules: Rules;
  /** Who acts; recorded on the entry. */
  readonly actor: string;
}

/** What still happens to a closed account: time, repetitions, and what a payment's provider takes back late. */
const AFTER_THE_END: readonly Command['verb'][] = ['settle', 'recall', 'many', 'void', 'owe', 'attest'];

/**
 * The pure heart: what a command does to a settled account, as entries, or why it is refused. Changes nothing:
 * `apply` does. Any command may be decided again on the same state with the same answer.
 */
export function decide(account: Account, command: Command, context: Context): Decision {
  if (account.closed !== null && !AFTER_THE_END.includes(command.verb)) {
    return refuse({ code: 'account_closed', into: account.closed.into });
  }
  switch (command.verb) {
    case 'grant':
      return decideGrant(account, command, context);
    case 'consume':
      return decideConsume(account, command, context);
    case 'hold':
      return decideHold(account, command, context);
    case 'capture':
      return decideCapture(account, command, context);
    case 'release':
      return decideRelease(account, command, context);
    case 'extend_hold':
      return decideExtendHold(account, command, context);
    case 'refund':
      return decideRefund(account, command, context);
    case 'void':
      return decideVoid(account, command, context);
    case 'extend':
      return decideExtend(account, command, context);
    case 'freeze':
    case 'unfreeze':
      return decideFreeze(account, command, context);
    case 'adjust':
      return decideAdjust(account, command, context);
    case 'owe':
      return decideOwe(account, command, context);
    case 'forgive':
      return decideForgive(account, command, context);
    case 'send':
      return decideSend(account, command, context);
    case 'receive':
      return decideReceive(account, command, context);
    case 'close':
      return decideClose(account, command, context);
    case 'attest':
      return decideAttest(account, command, context);
    case 'many':
      return decideMany(account, command.commands, context);
    case 'settle':
      return { entries: [] };
    case 'recall':
      return refuse({ code: 'operation_not_found' });
  }
}

/** Each is decided on what those before it leave, which takes a copy: nothing is changed here. */
function decideMany(account: Account, commands: readonly Command[], context: Context): Decision {
  const ahead = copyOf(account);
  const inOrder = comparator(context.rules);
  const entries: Entry[] = [];
  for (const command of commands) {
    const decision = decide(ahead, command, context);
    if ('refusal' in decision) return decision;
    for (const entry of decision.entries) {
      apply(ahead, entry, inOrder);
      // A debt that a later one forgives may have been repaid by an earlier one.
      if (isRepayment(entry)) ahead.spendings.set(entry.seq, { entry, refunded: 0n });
      entries.push(entry);
    }
  }
  return { entries };
}
