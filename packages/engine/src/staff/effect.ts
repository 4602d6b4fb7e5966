/** What an act would do: by doing it to a copy, through the very function that decides. */
import { createHash } from 'node:crypto';
import { type Account, type Entry, type Grant, unheld } from '../core/account.ts';
import { apply } from '../core/apply.ts';
import { copyOf } from '../core/balance.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { Command } from '../core/command.ts';
import { type Context, decide } from '../core/decide.ts';
import { comparator } from '../core/order.ts';

export interface Effect {
  readonly after: Account;
  /** Lots that it changes, or makes. */
  readonly lots: readonly { readonly before: Grant | null; readonly after: Grant }[];
  /** The credits that it counts for against the limits, in atoms. */
  readonly size: bigint;
  /** The same for the same effect: what is moved, and what is left of a lot that nothing is moved in. */
  readonly digest: string;
}

/** Null: it is refused, and deciding it says why. `asked`: what was asked for, as JSON without the reason. */
export function effectOf(
  account: Account,
  command: Command,
  { asked, ...context }: Context & { readonly asked: unknown },
): Effect | null {
  const decision = decide(account, command, context);
  if ('refusal' in decision) return null;
  const inOrder = comparator(context.rules);
  const after = copyOf(account);
  for (const entry of decision.entries) apply(after, entry, inOrder);
  const known = new Map(account.grants.map((grant) => [grant.no, grant]));
  const lots = after.grants
    .map((grant) => ({ before: known.get(grant.no) ?? null, after: grant }))
    .filter(({ before, after: grant }) => before === null || isChanged(before, grant));
  return {
    after,
    lots,
    size: sizeOf(command, { entries: decision.entries, lots }),
    digest: digestOf(asked, { entries: decision.entries, lots }),
  };
}

const isChanged = (before: Grant, after: Grant): boolean =>
  before.remaining !== after.remaining ||
  before.held !== after.held ||
  before.frozen !== after.frozen ||
  before.phase !== after.phase ||
  before.expiresAt !== after.expiresAt;

type Done = Pick<Effect, 'lots'> & { readonly entries: readonly Entry[] };

/** Freezing takes nothing and must be quick; letting credits be spent again, or longer, counts for what is left of them. */
function sizeOf(command: Command, { entries, lots }: Done): bigint {
  switch (command.verb) {
    case 'grant':
      return command.amount;
    case 'adjust':
      return abs(command.amount);
    case 'freeze':
      return 0n;
    // What has not begun was never granted, and is taken back all the same.
    case 'void':
      return lots.reduce((sum, { before }) => sum + (before === null ? 0n : leftOf(before)), 0n);
    case 'unfreeze':
    case 'extend':
      return lots.reduce((sum, { after }) => sum + leftOf(after), 0n);
    default:
      return entries.reduce((sum, { amount, debt }) => sum + abs(amount - debt), 0n);
  }
}

const leftOf = (grant: Grant): bigint => (grant.phase === 'scheduled' ? grant.amount : grant.remaining);

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** A lot that is made has no number yet that would be the same the next time. */
function digestOf(asked: unknown, { entries, lots }: Done): string {
  const made = new Set(lots.filter(({ before }) => before === null).map(({ after }) => after.no));
  const untouched = lots.filter(
    ({ before, after }) =>
      before !== null && before.remaining === after.remaining && before.held === after.held,
  );
  const effect = {
    asked,
    entries: entries.map(({ type, amount, debt, moves }) => ({
      type,
      amount,
      debt,
      moves: moves.map(({ grant, remaining, held }) => [made.has(grant) ? 'made' : grant, remaining, held]),
    })),
    lots: untouched.map(({ before, after }) => [
      after.no,
      leftOf(after),
      unheld(after),
      (before as Grant).expiresAt,
      (before as Grant).frozen,
    ]),
  };
  return createHash('sha256').update(canonicalJson(effect)).digest('hex').slice(0, DIGEST_HEX);
}

/** 128 bits: nobody looks for two effects of one name. */
const DIGEST_HEX = 32;
