import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson } from '../core/canonical.ts';
import { accountNumber, BUCKETS, bucketOf } from '../core/id.ts';
import { recording, type Told } from './audit.ts';
import { byteaArray, int2Array, int8Array, textArray } from './binary.ts';
import { CHAIN_START, type Profile, profileHash } from './chain.ts';
import { type Clock, nowStatement } from './clock.ts';
import { type Database, DatabaseError, statement } from './database.ts';

const ORDINALS = statement<[number], { ordinal: bigint }>(
  'account_ordinals',
  `select nextval('drawdown.account_ordinal') as ordinal from generate_series(1, $1::int4)`,
);
// In the order of ids, so that two processes that make the same accounts never wait for each other in a circle.
const INSERT = statement<Buffer[], { id: string }>(
  'accounts_insert',
  `insert into drawdown.accounts (number, id, kind, time_zone, metadata, created_at, profile_hash, head, bucket)
   select number, id, kind, time_zone, metadata::json, created_at, profile_hash, head, bucket
     from unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::bytea[], $8::bytea[],
       $9::int2[]) as a (number, id, kind, time_zone, metadata, created_at, profile_hash, head, bucket)
    order by id collate "C"
   on conflict (id, bucket) do nothing
   returning id`,
);

/** An account's bucket: the first ten bits of the hash of its id. It never changes. */
export function bucketOfId(id: string): number {
  return Number.parseInt(hash('sha256', id).slice(0, 4), 16) >> (16 - Math.log2(BUCKETS));
}

export type NewAccount = Pick<Profile, 'id' | 'kind' | 'timeZone'> & { readonly metadata: object } & {
  /** One of the staff asked for it. */
  readonly told?: Told;
};

const MAX_ACCOUNTS = 500;
/** A lost session is replaced; a server that is gone for longer is the caller's to wait for. */
const MAX_ATTEMPTS = 3;
const RETRY_MS = 50;

interface Waiting {
  readonly account: NewAccount;
  readonly resolve: (created: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes accounts, in one transaction those that were asked for while the last one ran. */
export class AccountCreation {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** True where this call made the account, false where it was there already; its row is visible then. */
  create(account: NewAccount): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ account, resolve, reject });
      if (!this.#running) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#running = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#serve(this.#waiting.splice(0, MAX_ACCOUNTS));
    this.#running = false;
  }

  async #serve(batch: readonly Waiting[]): Promise<void> {
    try {
      const first = new Map<string, NewAccount>();
      for (const { account } of batch) if (!first.has(account.id)) first.set(account.id, account);
      const made = await this.#insertPatiently([...first.values()]);
      for (const { account, resolve } of batch) {
        // Asked for twice in one batch: the first is made, the second finds it.
        resolve(made.delete(account.id));
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  /** Again where the session was lost: what it may have made is found then, and making it twice is no harm. */
  async #insertPatiently(accounts: readonly NewAccount[]): Promise<Set<string>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#insert(accounts);
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.kind !== 'connection') throw error;
        if (attempt === MAX_ATTEMPTS) throw error;
        await sleep(RETRY_MS * attempt);
      }
    }
  }

  #insert(accounts: readonly NewAccount[]): Promise<Set<string>> {
    return this.#database.transaction(async (on) => {
      const [ordinals, clock] = await Promise.all([
        on.query(ORDINALS, [accounts.length]),
        on.query(nowStatement(this.#clock), []),
      ]);
      const createdAt = Number(clock.rows[0]?.now);
      const profiles = accounts.map(({ told: _, ...account }, i): Profile => {
        const ordinal = Number(ordinals.rows[i]?.ordinal);
        const number = accountNumber(bucketOfId(account.id), ordinal);
        return { ...account, number, createdAt, metadata: canonicalJson(account.metadata) };
      });
      const { rows } = await on.query(INSERT, [
        int8Array(profiles.map((one) => one.number)),
        textArray(profiles.map((one) => one.id)),
        textArray(profiles.map((one) => one.kind)),
        textArray(profiles.map((one) => one.timeZone)),
        textArray(profiles.map((one) => one.metadata)),
        int8Array(profiles.map((one) => one.createdAt)),
        byteaArray(profiles.map((one) => Buffer.from(profileHash(one), 'hex'))),
        byteaArray(profiles.map(() => Buffer.from(CHAIN_START, 'hex'))),
        int2Array(profiles.map((one) => bucketOf(one.number))),
      ]);
      const made = new Set(rows.map((row) => row.id));
      for (const [i, { told, id }] of accounts.entries()) {
        if (told === undefined || !made.has(id)) continue;
        const account = (profiles[i] as Profile).number;
        const record = recording({ ...told, account, at: createdAt, entries: null });
        await on.query(record.statement, record.params);
      }
      return made;
    });
  }
}
