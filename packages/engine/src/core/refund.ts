import {
  type Account,
  type Entry,
  type EntryDetail,
  findGrant,
  type Grant,
  isValid,
  type Move,
  nextStamp,
  type Spending,
  type Terms,
} from './account.ts';
import { MAX_ATOMS, smaller } from './amount.ts';
import { isRepayment } from './apply.ts';
import { addDuration } from './calendar.ts';
import { type Command, type Decision, detailOf, refuse } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter, type Posting } from './entry.ts';
import { exceedsLimit } from './grant.ts';
import { lapses } from './hold.ts';
import { demandMember } from './team.ts';

/**
 * Puts spent credits back into the very lots, last drawn first, never more than was spent (law 7).
 * An overdraft is what was drawn last, so it is forgiven first. Where a lot has expired meanwhile, a new lot of its
 * class with the catalog's grace takes its place, linked to the operation; a voided lot keeps nothing.
 */
export function decideRefund(
  account: Account,
  command: Command & { verb: 'refund' },
  context: Context,
): Decision {
  const spending = account.spendings.get(command.operation);
  if (spending === undefined || spending.entry.at !== command.operationAt || isRepayment(spending.entry)) {
    return refuse({ code: 'operation_not_found' });
  }
  if (!isSpending(spending)) return refuse({ code: 'operation_not_refundable' });
  const refundable = spent(spending.entry) - spending.refunded;
  const amount = command.amount ?? refundable;
  if (amount > refundable || amount === 0n) return refuse({ code: 'amount_exceeds_operation', refundable });
  const returns = returnsOf(account, spending, amount);
  if (exceedsLimit(account, amount + returns.debt)) {
    return refuse({ code: 'balance_limit_exceeded', limit: MAX_ATOMS });
  }

  const member = spending.entry.detail?.member;
  if (member !== undefined) demandMember(account, member);

  const { rules, now, actor } = context;
  const post = ledgerWriter(account, { at: now, actor, catalog: rules.version });
  const { reason, metadata } = command;
  return {
    entries: returning(account, returns, spending.entry, { reason, member, metadata }, context).map(post),
  };
}

/** The refund of an entry, and what ends at once of what it put into lots that have ended. */
export function returning(
  account: Account,
  returns: Returns,
  entry: Entry,
  said: { [K in 'reason' | 'member' | 'metadata']?: EntryDetail[K] | undefined },
  context: Context,
): Posting[] {
  const { moves, grants } = placeReturns(account, returns, entry.seq, context);
  const refund: Posting = {
    type: 'refund',
    moves,
    debt: returns.debt,
    feature: entry.feature,
    reverses: entry.seq,
    detail: detailOf({
      grants: grants.length > 0 ? grants : undefined,
      reversesAt: entry.at,
      ...said,
    }),
  };
  const placed = moves.filter((move) => !grants.some((grant) => grant.no === move.grant));
  const freed = placed.map((move) => ({ grant: move.grant, amount: move.remaining }));
  return [refund, ...lapses(account, freed, context.now)];
}

function isSpending({ entry }: Spending): boolean {
  return (entry.type === 'consume' || entry.type === 'capture') && (entry.amount < 0n || entry.debt > 0n);
}

/** All that an entry took: spending from lots and as overdraft, a repayment from its lot. */
export function spent(entry: Entry): bigint {
  return entry.debt > 0n ? entry.debt - entry.amount : -entry.amount;
}

export interface Returns {
  /** By lot, last drawn first. */
  readonly lots: readonly { lot: Grant; amount: bigint }[];
  /** Signed change of the debt. */
  readonly debt: bigint;
  /** Overdraft that was repaid meanwhile; it belongs to no lot any more. */
  readonly homeless: bigint;
}

/** Splits `amount` over what the operation took, skipping what earlier refunds returned. */
function returnsOf(account: Account, spending: Spending, amount: bigint): Returns {
  let skip = spending.refunded;
  let left = amount;
  const take = (taken: bigint): bigint => {
    const skipped = smaller(skip, taken);
    skip -= skipped;
    const now = smaller(left, taken - skipped);
    left -= now;
    return now;
  };
  const overdraft = take(spending.entry.debt);
  const lots = [...spending.entry.moves]
    .reverse()
    .map((move) => ({ lot: findGrant(account, move.grant) as Grant, amount: take(-move.remaining) }))
    .filter((one) => one.amount > 0n);
  const forgiven = smaller(overdraft, account.debt);
  return { lots, debt: -forgiven, homeless: overdraft - forgiven };
}

function placeReturns(account: Account, returns: Returns, operation: number, { rules, now }: Context) {
  const moves: Move[] = [];
  const grants: Terms[] = [];
  let stamp = account.stamp;
  const issue = (className: string, amount: bigint, from: Grant | null): void => {
    stamp = nextStamp(stamp, now);
    grants.push({
      no: stamp,
      class: className,
      amount,
      priority: from?.priority ?? 0,
      effectiveAt: now,
      expiresAt: addDuration(now, rules.refundGrace, { timeZone: account.timeZone }),
      features: from?.features ?? null,
      source: { type: 'refund', ref: String(operation) },
      cost: null,
      catalog: rules.version,
      metadata: {},
    });
    moves.push({ grant: stamp, remaining: amount, held: 0n });
  };
  if (returns.homeless > 0n) {
    issue(returns.lots[0]?.lot.class ?? (rules.classes[0]?.id as string), returns.homeless, null);
  }
  for (const { lot, amount } of returns.lots) {
    if (lot.phase !== 'voided' && !isValid(lot, now)) issue(lot.class, amount, lot);
    else moves.push({ grant: lot.no, remaining: amount, held: 0n });
  }
  return { moves, grants };
}
