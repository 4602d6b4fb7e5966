import { type Account, findGrant, type Grant, type Hold, isValid, type Move, nextStamp } from './account.ts';
import { smaller } from './amount.ts';
import { type Command, type Decision, detailOf, refuse, type Spend } from './command.ts';
import { attachedDetail, brokenPromise, shortOf } from './consume.ts';
import type { Context } from './decide.ts';
import { ledgerWriter, type Posting } from './entry.ts';
import { draw } from './order.ts';
import { demandMember, refusedToMember } from './team.ts';

/** Reserves an amount of named lots in draw order until `ttlMs` from now, or none of it. */
export function decideHold(
  account: Account,
  command: Spend & { readonly ttlMs: number },
  context: Context,
): Decision {
  const { now, rules } = context;
  const toMember = command.member === undefined ? null : refusedToMember(account, command, now);
  if (toMember !== null) return refuse(toMember);
  const { draws, missing } = draw(account.grants, command.amount, command, now);
  if (missing > 0n) return refuse(shortOf(account, command, missing, now));
  const broken = brokenPromise(account, command, draws, context);
  if (broken !== null) return refuse(broken);
  const post = ledgerWriter(account, { at: now, actor: context.actor, catalog: rules.version });
  return {
    entries: [
      post({
        type: 'hold',
        moves: draws.map((one): Move => ({ grant: one.grant, remaining: 0n, held: one.amount })),
        feature: command.feature,
        hold: nextStamp(account.stamp, now),
        detail: { ...attachedDetail(command), expiresAt: now + command.ttlMs },
      }),
    ],
  };
}

/** Spends what is captured of a hold, first drawn first; the rest goes back to its lots in the same entry. */
export function decideCapture(
  account: Account,
  command: Command & { verb: 'capture' },
  context: Context,
): Decision {
  const hold = openHold(account, command);
  if ('code' in hold) return refuse(hold);
  const amount = command.amount ?? hold.amount;
  if (amount > hold.amount) return refuse({ code: 'amount_exceeds_hold', held: hold.amount });
  if (hold.member !== null) demandMember(account, hold.member);
  return closing(
    account,
    hold,
    amount,
    { type: 'capture', detail: detailOf({ metadata: command.metadata }) },
    context,
  );
}

/** Gives all of a hold back to the very lots. */
export function decideRelease(
  account: Account,
  command: Command & { verb: 'release' },
  context: Context,
): Decision {
  const hold = openHold(account, command);
  if ('code' in hold) return refuse(hold);
  return closing(
    account,
    hold,
    0n,
    { type: 'release', detail: detailOf({ reason: command.reason }) },
    context,
  );
}

/** Moves a hold's time-out to `ttlMs` from now. */
export function decideExtendHold(
  account: Account,
  command: Command & { verb: 'extend_hold' },
  context: Context,
): Decision {
  const hold = openHold(account, command);
  if ('code' in hold) return refuse(hold);
  const expiresAt = context.now + command.ttlMs;
  if (expiresAt < hold.expiresAt) return refuse({ code: 'expiry_not_later' });
  const post = ledgerWriter(account, {
    at: context.now,
    actor: context.actor,
    catalog: context.rules.version,
  });
  return {
    entries: [
      post({
        type: 'extend',
        feature: hold.feature,
        hold: hold.no,
        reverses: hold.seq,
        detail: { expiresAt, before: hold.expiresAt, reversesAt: hold.createdAt },
      }),
    ],
  };
}

function openHold(account: Account, command: { hold: number; owner: string | null }) {
  const hold = account.holds.get(command.hold);
  if (hold === undefined || (command.owner !== null && hold.actor !== command.owner)) {
    return { code: 'hold_not_found' as const };
  }
  return hold.state === 'open' ? hold : { code: 'hold_closed' as const, state: hold.state };
}

/** The entries that end a hold: the end itself, and the expiry of what fell back into a lot that has ended. */
export function closing(
  account: Account,
  hold: Hold,
  captured: bigint,
  posting: Pick<Posting, 'type' | 'detail' | 'at'>,
  context: Context,
): Decision {
  const post = ledgerWriter(account, {
    at: context.now,
    actor: context.actor,
    catalog: context.rules.version,
  });
  let open = captured;
  const moves = hold.draws.map((one): Move => {
    const taken = smaller(open, one.amount);
    open -= taken;
    return { grant: one.grant, remaining: -taken, held: -one.amount };
  });
  const by = hold.member === null ? {} : { member: hold.member };
  const detail = { ...posting.detail, ...by, reversesAt: hold.createdAt };
  const end = post({ ...posting, detail, moves, feature: hold.feature, hold: hold.no, reverses: hold.seq });
  const freed = moves.map((move) => ({ grant: move.grant, amount: move.remaining - move.held }));
  return { entries: [end, ...lapses(account, freed, end.at).map(post)] };
}

/** Postings that end what fell back into lots that were voided or have expired; they give nothing back. */
export function lapses(
  account: Account,
  freed: readonly { grant: number; amount: bigint }[],
  at: number,
): Posting[] {
  const postings: Posting[] = [];
  for (const { grant: no, amount } of freed) {
    const lot = findGrant(account, no) as Grant;
    if (amount === 0n || (lot.phase !== 'voided' && isValid(lot, at))) continue;
    postings.push({
      type: lot.phase === 'voided' ? 'void' : 'expire',
      moves: [{ grant: no, remaining: -amount, held: 0n }],
      at,
    });
  }
  return postings;
}
