import { type Account, findGrant, type Grant, grantState, type Move, unheld } from './account.ts';
import { smaller } from './amount.ts';
import { MAX_INSTANT } from './calendar.ts';
import { type Command, type Decision, detailOf, type Refusal, refuse } from './command.ts';
import type { Context } from './decide.ts';
import { ledgerWriter, type Posting } from './entry.ts';

/**
 * Takes back what is unspent and unheld of a lot; what a running hold gives back later is taken then. Where an amount
 * is named, takes no more than that and leaves the lot open.
 */
export function decideVoid(
  account: Account,
  command: Command & { verb: 'void' },
  context: Context,
): Decision {
  const lot = openLot(account, command.grant, context.now);
  if ('code' in lot) return refuse(lot);
  const free = unheld(lot);
  const { amount, reason } = command;
  const taken = amount === undefined ? free : smaller(free, amount);
  const moves: Move[] = taken > 0n ? [{ grant: lot.no, remaining: -taken, held: 0n }] : [];
  // An entry that is about the lot as a whole ends it; one that only moves it does not.
  const detail = amount === undefined ? { grant: lot.no, reason } : { reason };
  return single(account, context, { type: 'void', moves, detail });
}

/** Moves a lot's end later, or away; a validity is never shortened. */
export function decideExtend(
  account: Account,
  command: Command & { verb: 'extend' },
  context: Context,
): Decision {
  const lot = openLot(account, command.grant, context.now);
  if ('code' in lot) return refuse(lot);
  const { expiresAt } = command;
  if (expiresAt !== null && expiresAt > MAX_INSTANT)
    return refuse({ code: 'invalid_expiry', field: 'expires_at' });
  if (lot.expiresAt === null || (expiresAt !== null && expiresAt <= lot.expiresAt)) {
    return refuse({ code: 'expiry_not_later' });
  }
  return single(account, context, {
    type: 'extend',
    detail: { ...detailOf({ reason: command.reason }), grant: lot.no, expiresAt, before: lot.expiresAt },
  });
}

/** Keeps a lot from being drawn on or newly held; holds that it already has go on. */
export function decideFreeze(
  account: Account,
  command: Command & { verb: 'freeze' | 'unfreeze' },
  context: Context,
): Decision {
  const lot = openLot(account, command.grant, context.now);
  if ('code' in lot) return refuse(lot);
  const again = command.verb === 'freeze' && lot.frozen;
  if (again && command.again !== true) return refuse({ code: 'grant_frozen' });
  if (command.verb === 'unfreeze' && !lot.frozen) return refuse({ code: 'grant_not_frozen' });
  return single(account, context, {
    type: command.verb,
    detail: { grant: lot.no, reason: command.reason, ...(again ? { again } : {}) },
  });
}

function single(account: Account, { now, actor, rules }: Context, posting: Posting): Decision {
  return { entries: [ledgerWriter(account, { at: now, actor, catalog: rules.version })(posting)] };
}

/** A lot that still has a future: expired and voided ones are closed. A depleted one may be filled by a refund. */
function openLot(account: Account, no: number, now: number): Grant | Refusal {
  const lot = findGrant(account, no);
  if (lot === undefined) return { code: 'grant_not_found' };
  const state = grantState(lot, now);
  return state === 'expired' || state === 'voided' ? { code: 'grant_closed', state } : lot;
}
