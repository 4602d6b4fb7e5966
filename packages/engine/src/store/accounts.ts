import { LRUCache } from 'lru-cache';
import type { Metadata } from '../core/account.ts';
import { canonicalJson } from '../core/canonical.ts';
import { recorded, type StaffCaller, type Told, toldOf } from './audit.ts';
import { textArray } from './binary.ts';
import { profileHash } from './chain.ts';
import { type Clock, nowStatement } from './clock.ts';
import { AccountCreation } from './create-accounts.ts';
import { type Database, statement } from './database.ts';

export interface Profile {
  readonly number: number;
  readonly id: string;
  readonly kind: 'user' | 'team';
  readonly timeZone: string;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly seq: number;
  readonly closedAt: number | null;
  /** The id of the account that it was merged into. */
  readonly mergedInto: string | null;
}

export interface ProfileChange {
  readonly kind?: 'user' | 'team' | undefined;
  readonly timeZone?: string | undefined;
  readonly metadata?: Metadata | undefined;
}

interface ProfileRow {
  number: bigint;
  id: string;
  kind: 'user' | 'team';
  time_zone: string;
  metadata: string;
  created_at: bigint;
  seq: bigint;
  closed_at: bigint | null;
  merged_into: string | null;
}

const COLUMNS = `a.number, a.id, a.kind, a.time_zone, a.metadata, a.created_at, a.seq, a.closed_at,
  (select i.id from drawdown.accounts i where i.number = a.merged_into) as merged_into`;

const BY_ID = statement<[Buffer], { id: string; number: bigint }>(
  'accounts_by_id',
  'select id, number from drawdown.accounts where id = any ($1::text[])',
);
const BY_NUMBER = statement<[number], ProfileRow>(
  'account_by_number',
  `select ${COLUMNS} from drawdown.accounts a where number = $1`,
);
const LOCKED = statement<[number], ProfileRow>(
  'account_locked',
  `select ${COLUMNS} from drawdown.accounts a where number = $1 for no key update of a`,
);
const UPDATE = statement<[number, string, string, string], never>(
  'account_update',
  `update drawdown.accounts set time_zone = $2, metadata = $3, profile_hash = decode($4, 'hex') where number = $1`,
);

/** Merges never form a circle: an account that was merged is closed, and nothing is merged into a closed one. */
const MERGED_INTO = statement<[number], { merged_into: bigint | null }>(
  'account_merged_into',
  'select merged_into from drawdown.accounts where number = $1',
);

/**
 * Ids and numbers known to this process. An account's number never changes; its id does once, when its person's data
 * are removed, and whoever meets that forgets it.
 */
const DIRECTORY_SIZE = 500_000;

/** As `byNumber`, on a connection at hand. */
export async function profileOn(on: Pick<Database, 'query'>, number: number): Promise<Profile | null> {
  const { rows } = await on.query(BY_NUMBER, [number]);
  return rows[0] === undefined ? null : profileOf(rows[0]);
}

/** Who there is: ids, numbers and profiles. What an account has is the ledger's. */
export class Accounts {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #creation: AccountCreation;
  readonly #numbers = new LRUCache<string, number>({ max: DIRECTORY_SIZE });
  readonly #ids = new LRUCache<number, string>({ max: DIRECTORY_SIZE });
  #last: Promise<void> = Promise.resolve();
  #next: { readonly ids: Set<string>; readonly done: Promise<void> } | null = null;

  /** `answering` is the same database, failing as callers know it; making accounts needs to know how it failed. */
  constructor(database: Database, clock: Clock, answering: Database = database) {
    this.#clock = clock;
    this.#database = answering;
    this.#creation = new AccountCreation(database, clock);
  }

  /** The internal number of an account, or null. */
  async numberOf(id: string): Promise<number | null> {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    await this.#lookUp(id);
    return this.#numbers.get(id) ?? null;
  }

  /** As `numberOf`, synchronously, where it is known already. */
  known(id: string): number | undefined {
    return this.#numbers.get(id);
  }

  /** Ids asked for while a look-up is under way travel together in the next. */
  #lookUp(id: string): Promise<void> {
    this.#next ??= { ids: new Set(), done: this.#last.then(() => this.#find()) };
    this.#next.ids.add(id);
    return this.#next.done;
  }

  #find(): Promise<void> {
    const ids = [...(this.#next?.ids ?? [])];
    this.#next = null;
    const found = this.learn(ids);
    this.#last = found.catch(() => undefined);
    return found;
  }

  /** Learns the numbers of many accounts in one statement. */
  async learn(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#numbers.has(id));
    if (unknown.length === 0) return;
    const { rows } = await this.#database.query(BY_ID, [textArray(unknown)]);
    for (const row of rows) this.#learn(row.id, Number(row.number));
  }

  #learn(id: string, number: number): void {
    this.#numbers.set(id, number);
    this.#ids.set(number, id);
  }

  /** Forgets an account whose id is another one now. */
  forget(number: number): void {
    for (const [id, known] of this.#numbers) if (known === number) this.#numbers.delete(id);
    this.#ids.delete(number);
  }

  /** Where everything of an account went: the account itself where it was never merged. */
  async heirOf(number: number): Promise<number> {
    for (let heir = number; ; ) {
      const { rows } = await this.#database.query(MERGED_INTO, [heir]);
      const into = rows[0]?.merged_into ?? null;
      if (into === null) return heir;
      heir = Number(into);
    }
  }

  /** The id behind a number, or null. */
  async idOf(number: number): Promise<string | null> {
    const known = this.#ids.get(number);
    if (known !== undefined) return known;
    const profile = await this.byNumber(number);
    return profile?.id ?? null;
  }

  async byNumber(number: number): Promise<Profile | null> {
    const profile = await profileOn(this.#database, number);
    if (profile !== null) this.#learn(profile.id, number);
    return profile;
  }

  /** The account of that id, made as a user in UTC where there is none yet. Parallel first uses make one. */
  async ensure(id: string): Promise<number> {
    return (await this.numberOf(id)) ?? (await this.#create(id, {})).number;
  }

  async #create(
    id: string,
    { told, ...change }: ProfileChange & { told?: Told },
  ): Promise<{ number: number; created: boolean }> {
    const created = await this.#creation.create({
      id,
      kind: change.kind ?? 'user',
      timeZone: change.timeZone ?? 'UTC',
      metadata: change.metadata ?? {},
      ...(told === undefined ? {} : { told }),
    });
    return { number: (await this.numberOf(id)) as number, created };
  }

  /** Creates or updates. Null where the kind would change: it never does. A closed account is answered as it is. */
  async put(
    id: string,
    change: ProfileChange,
    staff?: StaffCaller,
  ): Promise<{ profile: Profile; created: boolean } | null> {
    const known = await this.numberOf(id);
    const asked = staff === undefined ? {} : { told: toldOf(staff, PUT, inWire(change)) };
    const { number, created } =
      known === null ? await this.#create(id, { ...change, ...asked }) : { number: known, created: false };
    if (created) return { profile: (await this.byNumber(number)) as Profile, created };
    return recorded(this.#database, staff, async (on) => {
      const { rows } = await on.query(LOCKED, [number]);
      const current = profileOf(rows[0] as ProfileRow);
      if (current.closedAt !== null) return { done: { profile: current, created: false }, told: null };
      if (change.kind !== undefined && change.kind !== current.kind) return { done: null, told: null };
      const profile = {
        ...current,
        timeZone: change.timeZone ?? current.timeZone,
        metadata: change.metadata ?? current.metadata,
      };
      const metadata = canonicalJson(profile.metadata);
      await on.query(UPDATE, [number, profile.timeZone, metadata, profileHash(hashed(profile, metadata))]);
      const at = Number((await on.query(nowStatement(this.#clock), [])).rows[0]?.now);
      const told = { act: PUT, at, account: number, input: inWire(change) };
      return { done: { profile, created }, told };
    });
  }
}

const PUT = 'put_account' as const;

const inWire = ({ kind, timeZone, metadata }: ProfileChange): Metadata => ({
  ...(kind === undefined ? {} : { kind }),
  ...(timeZone === undefined ? {} : { time_zone: timeZone }),
  ...(metadata === undefined ? {} : { metadata }),
});

const hashed = ({ number, id, kind, timeZone, createdAt }: Profile, metadata: string) => ({
  number,
  id,
  kind,
  timeZone,
  metadata,
  createdAt,
});

function profileOf(row: ProfileRow): Profile {
  return {
    number: Number(row.number),
    id: row.id,
    kind: row.kind,
    timeZone: row.time_zone,
    metadata: JSON.parse(row.metadata) as Metadata,
    createdAt: Number(row.created_at),
    seq: Number(row.seq),
    closedAt: row.closed_at === null ? null : Number(row.closed_at),
    mergedInto: row.merged_into,
  };
}
