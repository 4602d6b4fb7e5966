import type { Account, EntryType, Grant, Hold } from '../core/account.ts';
import { foldTo, type Identity, rewindTo } from './as-of.ts';
import { int8Array, textArray } from './binary.ts';
import { type Database, statement } from './database.ts';
import {
  ENTRY_COLUMNS,
  type EntryRow,
  entryOf,
  GRANT_COLUMNS,
  type GrantRow,
  grantOf,
  HOLD_COLUMNS,
  type HoldRow,
  holdOf,
  type StoredEntry,
} from './rows.ts';
import { type UsageFilter, type Used, usedIn } from './usage.ts';

const AT = statement<[number, number], { at: bigint }>(
  'entry_at',
  'select at from drawdown.entries where account = $1 and seq = $2',
);
const ENTRY = statement<[number, number], EntryRow>(
  'entry',
  `select ${ENTRY_COLUMNS} from drawdown.entries where account = $1 and seq = $2`,
);
const FORWARD = statement<[number, number, number, number], EntryRow>(
  'entries_forward',
  `select ${ENTRY_COLUMNS} from drawdown.entries
    where account = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
);
const BACKWARD = statement<
  [number, number, number, EntryType | null, string | null, string | null, string | null, number],
  EntryRow
>(
  'entries_backward',
  `select ${ENTRY_COLUMNS} from drawdown.entries e
    where account = $1 and seq > $2 and seq <= $3
      and ($4::text is null or type = $4)
      and ($5::text is null or feature = $5)
      and ($6::text is null or exists (
        select from generate_series(1, cardinality(e.moves), 3) as i
          join drawdown.grants g on g.account = e.account and g.no = e.moves[i]
         where g.class = $6)
        or exists (
        select from drawdown.grants g
         where g.account = e.account and g.no = (e.detail ->> 'grant')::int8 and g.class = $6))
      and ($7::text is null or detail ->> 'member' = $7)
    order by seq desc limit $8`,
);
const GRANTS = statement<[number], GrantRow>(
  'grants_all',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1`,
);
const GRANT = statement<[number, number], GrantRow>(
  'grant',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and no = $2`,
);
const CLASSES = statement<[number, Buffer], { no: bigint; class: string }>(
  'grant_classes',
  'select no, class from drawdown.grants where account = $1 and no = any ($2::int8[])',
);
const HOLDS = statement<[number, Buffer, number, string | null, number], HoldRow>(
  'holds_backward',
  `select ${HOLD_COLUMNS} from drawdown.holds
    where account = $1 and state = any ($2::text[]) and no < $3 and ($4::text is null or member = $4)
    order by no desc limit $5`,
);
const HOLD = statement<[number, number], HoldRow>(
  'hold',
  `select ${HOLD_COLUMNS} from drawdown.holds where account = $1 and no = $2`,
);
const SUMS = statement<
  [number, number, number],
  { class: string; type: EntryType; gained: string; lost: string }
>(
  'sums_by_class',
  `select g.class, e.type, sum(greatest(e.moves[i + 1], 0)) as gained, sum(greatest(-e.moves[i + 1], 0)) as lost
     from drawdown.entries e
    cross join lateral generate_series(1, cardinality(e.moves), 3) as i
     join drawdown.grants g on g.account = e.account and g.no = e.moves[i]
    where e.account = $1 and e.seq > $2 and e.seq <= $3
    group by g.class, e.type`,
);

const USAGE = statement<[number, number, number], { feature: string | null; used: string }>(
  'usage_by_feature',
  `select feature, sum(debt - amount) as used
     from drawdown.entries
    where account = $1 and seq > $2 and seq <= $3 and type in ('consume', 'capture', 'refund')
    group by feature order by feature`,
);

export interface EntryFilter {
  readonly type: EntryType | null;
  readonly feature: string | null;
  readonly class: string | null;
  readonly member: string | null;
  /** Exclusive and inclusive bounds of `seq`. */
  readonly after: number;
  readonly upTo: number;
}

/** The ledger as it was written, and what it says of any earlier version. */
export class History {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async entry(account: number, seq: number): Promise<StoredEntry | null> {
    const { rows } = await this.#database.query(ENTRY, [account, seq]);
    return rows[0] === undefined ? null : entryOf(rows[0]);
  }

  /** Oldest first, from the one behind `after`. */
  async forward(account: number, after: number, upTo: number, limit: number): Promise<StoredEntry[]> {
    const { rows } = await this.#database.query(FORWARD, [account, after, upTo, limit]);
    return rows.map(entryOf);
  }

  /** When an entry was; the entry must be there. */
  async instantOf(account: number, seq: number): Promise<number> {
    const { rows } = await this.#database.query(AT, [account, seq]);
    return Number(rows[0]?.at);
  }

  /** What was spent behind `after` up to `upTo`, by feature, refunds taken off. */
  async usage(
    account: number,
    after: number,
    upTo: number,
  ): Promise<{ feature: string | null; amount: bigint }[]> {
    const { rows } = await this.#database.query(USAGE, [account, after, upTo]);
    return rows.map(({ feature, used }) => ({ feature, amount: BigInt(used) }));
  }

  /** What was used for what: period by period, and what used most first; at most `limit` rows. */
  used(account: number, filter: UsageFilter, limit: number): Promise<Used[]> {
    return usedIn(this.#database, account, filter, limit);
  }

  /** Newest first. */
  async backward(account: number, filter: EntryFilter, limit: number): Promise<StoredEntry[]> {
    const { after, upTo, type, feature } = filter;
    const { rows } = await this.#database.query(BACKWARD, [
      account,
      after,
      upTo,
      type,
      feature,
      filter.class,
      filter.member,
      limit,
    ]);
    return rows.map(entryOf);
  }

  async grants(account: number): Promise<Grant[]> {
    const { rows } = await this.#database.query(GRANTS, [account]);
    return rows.map(grantOf);
  }

  async grant(account: number, no: number): Promise<Grant | null> {
    const { rows } = await this.#database.query(GRANT, [account, no]);
    return rows[0] === undefined ? null : grantOf(rows[0]);
  }

  async hold(account: number, no: number): Promise<Hold | null> {
    const { rows } = await this.#database.query(HOLD, [account, no]);
    return rows[0] === undefined ? null : holdOf(rows[0]);
  }

  /** Newest first, from before the hold numbered `before`. */
  async holds(
    account: number,
    { states, member, before }: { states: readonly string[]; member: string | null; before: number },
    limit: number,
  ): Promise<Hold[]> {
    const { rows } = await this.#database.query(HOLDS, [account, textArray(states), before, member, limit]);
    return rows.map(holdOf);
  }

  /** The class of each lot named. */
  async classes(account: number, lots: Iterable<number>): Promise<Map<number, string>> {
    const wanted = [...new Set(lots)];
    if (wanted.length === 0) return new Map();
    const { rows } = await this.#database.query(CLASSES, [account, int8Array(wanted)]);
    return new Map(rows.map((row) => [Number(row.no), row.class]));
  }

  /** What went in and out per class and type of entry, in versions (after, upTo]; atoms. */
  async sums(account: number, after: number, upTo: number) {
    const { rows } = await this.#database.query(SUMS, [account, after, upTo]);
    return rows.map((row) => ({
      class: row.class,
      type: row.type,
      gained: BigInt(row.gained),
      lost: BigInt(row.lost),
    }));
  }

  /**
   * How many entries are before `instant`: the version at that instant. Time never decreases along the versions of an
   * account, so a binary search over the primary key finds it.
   */
  async versionBefore(account: number, instant: number, last: number): Promise<number> {
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const { rows } = await this.#database.query(AT, [account, middle]);
      if (Number(rows[0]?.at) < instant) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * The account as it stood at a version; lots in the order given. Recent versions are reached from the present and
   * early ones from the beginning, so that neither hangs on how long the ledger is.
   */
  at(
    identity: Identity & Pick<Account, 'seq'>,
    version: number,
    inOrder: (a: Grant, b: Grant) => number,
  ): Promise<Account> {
    const towards = identity.seq - version < version ? rewindTo : foldTo;
    return towards(this.#database, identity, version, inOrder);
  }
}
