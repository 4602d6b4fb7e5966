import type * as wire from '@drawdown/client';
import {
  type Account,
  type Entry,
  type EntryDetail,
  findGrant,
  type Grant,
  grantState,
  type Hold,
  type Move,
} from './core/account.ts';
import { toCredits } from './core/amount.ts';
import { summarise } from './core/balance.ts';
import { formatInstant } from './core/calendar.ts';
import { grantId, holdId, operationId } from './core/id.ts';
import type { Rules } from './core/rules.ts';
import { channelOf } from './core/worth.ts';
import type { StoredEntry } from './store/rows.ts';

/** Finds the class of a lot that an entry names. */
export type ClassOf = (grant: number) => string;

/** Turns what is inside (atoms, milliseconds, numbers) into what travels (credits, RFC 3339, ids). */
export class Presenter {
  readonly #rules: Rules;
  #lastInstant = Number.NaN;
  #lastText = '';

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  credits(atoms: bigint): number {
    // Adding zero turns a negative zero, which JSON could not write, into zero.
    return toCredits(atoms, this.#rules.scale) + 0;
  }

  /** All of a batch happens in one instant, so its text is made once. */
  #instant(instant: number): string {
    if (instant !== this.#lastInstant) {
      this.#lastText = formatInstant(instant);
      this.#lastInstant = instant;
    }
    return this.#lastText;
  }

  balance(account: Account, now: number): wire.Balance {
    const summary = summarise(account, this.#rules, now);
    return {
      account: account.id,
      version: account.seq,
      as_of: this.#instant(now),
      total: this.credits(summary.total),
      held: this.credits(summary.held),
      frozen: this.credits(summary.frozen),
      available: this.credits(summary.total - summary.held - summary.frozen),
      debt: this.credits(account.debt),
      classes: summary.classes.map((one) => ({
        class: one.class,
        total: this.credits(one.total),
        held: this.credits(one.held),
        frozen: this.credits(one.frozen),
        available: this.credits(one.total - one.held - one.frozen),
        next_expiry: one.nextExpiry && {
          at: formatInstant(one.nextExpiry.at),
          amount: this.credits(one.nextExpiry.amount),
        },
      })),
      draw_order: summary.drawOrder.map((no) => grantId(account.number, no)),
    };
  }

  grant(account: Pick<Account, 'number' | 'id'>, grant: Grant, now: number): wire.Grant {
    const state = grantState(grant, now);
    return {
      id: grantId(account.number, grant.no),
      account: account.id,
      class: grant.class,
      amount: this.credits(grant.amount),
      // What a scheduled lot will have: its credits are entered when it starts.
      remaining: this.credits(grant.phase === 'scheduled' ? grant.amount : grant.remaining),
      held: this.credits(grant.held),
      consumed: this.credits(grant.consumed),
      expired: this.credits(grant.expired),
      voided: this.credits(grant.voided),
      transferred: this.credits(grant.transferred),
      priority: grant.priority,
      effective_at: formatInstant(grant.effectiveAt),
      expires_at: grant.expiresAt === null ? null : formatInstant(grant.expiresAt),
      features: grant.features === null ? null : [...grant.features],
      // Campaigns are known to who answers: see `SourceNames`.
      source: { ...grant.source, name: null },
      channel: channelOf(grant),
      cost: grant.cost && { amount_minor: grant.cost.amountMinor, currency: grant.cost.currency },
      state,
      catalog_version: grant.catalog,
      metadata: grant.metadata,
      created_at: formatInstant(grant.createdAt),
    };
  }

  hold(account: Pick<Account, 'number' | 'id'>, hold: Hold, classOf: ClassOf): wire.Hold {
    return {
      id: holdId(account.number, hold.no),
      account: account.id,
      amount: this.credits(hold.amount),
      captured: this.credits(hold.captured),
      feature: hold.feature,
      draws: hold.draws.map((one) => ({
        grant: grantId(account.number, one.grant),
        class: classOf(one.grant),
        amount: this.credits(one.amount),
      })),
      state: hold.state,
      ...(hold.member === null ? {} : { member: hold.member }),
      created_at: formatInstant(hold.createdAt),
      expires_at: formatInstant(hold.expiresAt),
    };
  }

  /** The same from the entry as it is written and as it is read back, so that a replay is the first answer again. */
  operation(account: Pick<Account, 'number' | 'id'>, entry: Entry, classOf: ClassOf): wire.Operation {
    const detail = entry.detail ?? {};
    return {
      id: operationId(account.number, entry),
      type: entry.type,
      account: account.id,
      seq: entry.seq,
      amount: this.credits(operationAmount(entry)),
      at: this.#instant(entry.at),
      ...(entry.feature === null ? {} : { feature: entry.feature }),
      ...(detail.units === undefined ? {} : { units: detail.units as wire.Units }),
      draws: drawsOf(entry).map((one) => ({
        grant: grantId(account.number, one.grant),
        class: classOf(one.grant),
        amount: this.credits(one.amount),
      })),
      ...(entry.debt > 0n ? { overdraft: this.credits(entry.debt) } : {}),
      ...(entry.hold === null ? {} : { hold: holdId(account.number, entry.hold) }),
      ...(reversedId(account.number, entry) === null
        ? {}
        : { reverses: reversedId(account.number, entry) as string }),
      ...(detail.member === undefined ? {} : { member: detail.member }),
      ...(detail.reason === undefined ? {} : { reason: detail.reason }),
      ...(detail.metadata === undefined ? {} : { metadata: detail.metadata }),
    };
  }

  entry(account: Pick<Account, 'number' | 'id'>, entry: StoredEntry, classOf: ClassOf): wire.Entry {
    return {
      seq: entry.seq,
      type: entry.type,
      at: formatInstant(entry.at),
      amount: this.credits(entry.amount),
      held: this.credits(entry.held),
      debt: this.credits(entry.debt),
      feature: entry.feature,
      ...(entry.detail?.units === undefined ? {} : { units: entry.detail.units as wire.Units }),
      operation: entry.key === null ? null : operationId(account.number, entry),
      hold: entry.hold === null ? null : holdId(account.number, entry.hold),
      reverses: reversedId(account.number, entry),
      ...(entry.detail?.member === undefined ? {} : { member: entry.detail.member }),
      moves: entry.moves.map((move) => ({
        grant: grantId(account.number, move.grant),
        class: classOf(move.grant),
        remaining: this.credits(move.remaining),
        held: this.credits(move.held),
      })),
      ...(entry.detail?.grant === undefined
        ? {}
        : { about: this.#about(account, entry.detail, { grant: entry.detail.grant, classOf }) }),
      balance_after: this.credits(entry.total),
      hash: entry.hash,
      actor: entry.actor,
      reason: entry.detail?.reason ?? null,
      catalog_version: entry.catalog,
      metadata: entry.detail?.metadata ?? {},
    };
  }

  #about(
    { number }: Pick<Account, 'number'>,
    { expiresAt, before }: EntryDetail,
    { grant, classOf }: { grant: number; classOf: ClassOf },
  ): wire.EntryAbout {
    const end = (instant: number | null): string | null => (instant === null ? null : formatInstant(instant));
    return {
      grant: grantId(number, grant),
      class: classOf(grant),
      ...(expiresAt === undefined ? {} : { expires_at: end(expiresAt) }),
      ...(before === undefined ? {} : { expires_before: end(before) }),
    };
  }
}

function reversedId(account: number, { reverses, detail }: Entry): string | null {
  return reverses === null || detail?.reversesAt === undefined
    ? null
    : operationId(account, { at: detail.reversesAt, seq: reverses });
}

/** The lots that an entry names, whether they moved or not. */
export function lotsOf({ moves, detail }: Pick<Entry, 'moves' | 'detail'>): number[] {
  const lots = moves.map(({ grant }) => grant);
  return detail?.grant === undefined ? lots : [...lots, detail.grant];
}

/** Classes of the lots that an account has at hand. */
export function classIn(account: Account): ClassOf {
  return (grant) => {
    const found = findGrant(account, grant);
    if (found === undefined) throw new Error(`lot ${grant} of account ${account.number} was not loaded`);
    return found.class;
  };
}

/** What was asked for and done, without a sign. */
function operationAmount(entry: Entry): bigint {
  switch (entry.type) {
    case 'grant':
      return entry.detail?.grants?.[0]?.amount ?? entry.amount;
    case 'hold':
      return entry.held;
    case 'release':
      return -entry.held;
    // A debt goes along with it and is no part of it.
    case 'transfer':
      return abs(entry.amount);
    default: {
      const change = entry.amount - entry.debt;
      return change < 0n ? -change : change;
    }
  }
}

function drawsOf(entry: Entry): { grant: number; amount: bigint }[] {
  if (entry.type === 'grant') return [];
  return entry.moves
    .map((move) => ({ grant: move.grant, amount: drawn(entry, move) }))
    .filter((one) => one.amount !== 0n);
}

function drawn(entry: Entry, move: Move): bigint {
  if (entry.type === 'hold' || entry.type === 'release') return abs(move.held);
  return abs(move.remaining);
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
