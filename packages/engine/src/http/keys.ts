/**
 * The keys of the product's servers and of its staff. A key is 256 random bits behind a prefix, shown once and kept
 * as its sha256, by which it is found; so nothing is compared character by character and a stolen table opens nothing.
 */
import { hash, randomBytes } from 'node:crypto';
import type { CreatedKey, Key, KeyRequest, Page, Scope } from '@drawdown/client';
import { formatInstant, parseInstant } from '../core/calendar.ts';
import type { Call } from '../engine.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { areRelated } from '../staff/family.ts';
import { type Done, recorded } from '../store/audit.ts';
import type { Connection, Database } from '../store/database.ts';
import {
  findKey,
  insertKey,
  isIdentity,
  type KeyRow,
  listKeys,
  lockKey,
  revokeKey,
  touchKey,
  vouchForKey,
} from './key-rows.ts';
import { DEFAULT_SCOPES, SCOPES, STAFF_SCOPES } from './schemas/access.ts';

/** A key as the server knows it. Times are epoch milliseconds. */
export interface KnownKey {
  readonly id: string;
  /** Of one of the staff: their name. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** One of the staff made it, and nobody has vouched that it is in other hands. */
  readonly isMakers: boolean;
}

/** How long another process may go on accepting a key that this one has revoked. */
const CACHE_MS = 2_000;
/** Wrong keys are remembered too, so the bound also holds against a flood of them. */
const MAX_CACHED = 10_000;
/** `last_used_at` is for people who look for forgotten keys: half a minute late is soon enough. */
const TOUCH_MS = 30_000;
const MAX_LIST = 200;
/** `sk_` and seven characters: enough to tell keys apart, of no use to a thief. */
const PREFIX_LENGTH = 10;
const KEY_ID = /^key_[a-z0-9]{1,60}$/;

interface Cached {
  readonly key: KnownKey | null;
  readonly until: number;
}

export interface KeysOptions {
  readonly database: Database;
  /** The engine's clock. */
  readonly now: () => Promise<number>;
  /** Given to the process in the clear, never stored, never expiring. */
  readonly bootstrap?: { readonly secret?: string | undefined; readonly admin?: string | undefined };
}

export class Keys {
  readonly #database: Database;
  readonly #now: () => Promise<number>;
  readonly #bootstrap = new Map<string, KnownKey>();
  readonly #cache = new Map<string, Cached>();
  readonly #asking = new Map<string, Promise<KnownKey | null>>();
  readonly #used = new Set<string>();
  #revocations = 0;
  readonly #timer: NodeJS.Timeout;

  constructor({ database, now, bootstrap = {} }: KeysOptions) {
    this.#database = database;
    this.#now = now;
    if (bootstrap.secret)
      this.#bootstrap.set(digest(bootstrap.secret), bootstrapKey('key_bootstrap', DEFAULT_SCOPES));
    if (bootstrap.admin) this.#bootstrap.set(digest(bootstrap.admin), bootstrapKey('key_admin', SCOPES));
    this.#timer = setInterval(() => void this.flush().catch(() => undefined), TOUCH_MS);
    this.#timer.unref();
  }

  /** A key that is kept nowhere and ends with this process: for a product that runs in it. */
  lend(scopes: readonly Scope[]): string {
    const secret = `sk_${randomBytes(32).toString('base64url')}`;
    this.#bootstrap.set(digest(secret), bootstrapKey('key_of_a_product', scopes));
    return secret;
  }

  /** Makes a key; the answer is the only one that ever holds it. */
  async create(request: KeyRequest, call: Call): Promise<CreatedKey> {
    const now = await this.#now();
    const expiresAt = request.expires_at === undefined ? null : parseInstant(request.expires_at);
    if (expiresAt !== null && expiresAt <= now) throw invalid('expires_at', 'must be in the future');
    const asked = new Set<Scope>(request.scopes ?? DEFAULT_SCOPES);
    const scopes = SCOPES.filter((scope) => asked.has(scope));
    const secret = `${isOfStaff(asked) ? 'ak' : 'sk'}_${randomBytes(32).toString('base64url')}`;
    const id = `key_${now.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`;
    const prefix = secret.slice(0, PREFIX_LENGTH);
    const owner = request.owner ?? null;
    if (owner !== null && (await this.#database.query(isIdentity, [owner])).rows.length === 0) {
      throw invalid('owner', 'must be one of the staff who has signed in with the identity provider');
    }
    const row = await recorded(this.#database, call.staff, async (on) => {
      const hashed = Buffer.from(digest(secret), 'hex');
      const [by, words] = [call.actor ?? 'library', scopes.join(' ')];
      const { rows } = await on.query(insertKey, [
        id,
        hashed,
        request.name,
        prefix,
        words,
        now,
        by,
        expiresAt,
        owner,
      ]);
      const input = { name: request.name, scopes, ...(owner === null ? {} : { owner }) };
      return { done: rows[0] as KeyRow, told: { act: 'create_key', at: now, subject: id, input } };
    });
    return { ...toWire(row), secret };
  }

  /** Newest first. */
  async list({ limit = 50, cursor }: { limit?: number; cursor?: string } = {}): Promise<Page<Key>> {
    if (cursor !== undefined && !KEY_ID.test(cursor)) {
      throw invalid('cursor', 'is not one of this list', 'invalid_cursor');
    }
    const size = Math.min(limit, MAX_LIST);
    // `~` sorts after every character of an id.
    const { rows } = await this.#database.query(listKeys, [cursor ?? '~', size + 1]);
    const data = rows.slice(0, size).map(toWire);
    return { data, next_cursor: rows.length > size ? (data.at(-1)?.id ?? null) : null };
  }

  /** Ends a key for good: here at once, in other processes within 2 seconds. Again: the first answer. */
  async revoke(id: string, call: Call): Promise<Key> {
    const now = await this.#now();
    return this.#change(id, call, async (before, on) => {
      if (before.revoked_at !== null) return { done: before, told: null };
      const { rows } = await on.query(revokeKey, [id, now, call.actor ?? 'library']);
      const told = { act: 'revoke_key' as const, at: now, subject: id, input: { name: before.name } };
      return { done: rows[0] as KeyRow, told };
    });
  }

  /**
   * A second person says that a key is in other hands than its maker's: from then on what is done with it counts for
   * itself, or for nobody where it is a server's. Throws `forbidden` to whoever may have had it in their hands.
   */
  async vouch(id: string, reason: string, call: Call): Promise<Key> {
    const { staff } = call;
    if (staff === undefined) throw new DrawdownError('forbidden', 'Only one of the staff vouches for a key.');
    const now = await this.#now();
    return this.#change(id, call, async (before, on) => {
      if (await areRelated(on, staff.id, id)) {
        throw new DrawdownError(
          'forbidden',
          'A second person vouches for a key: not who made it, or has it.',
        );
      }
      if (before.vouched_at !== null) return { done: before, told: null };
      const { rows } = await on.query(vouchForKey, [id, now, staff.id]);
      const told = {
        act: 'vouch_for_key' as const,
        at: now,
        subject: id,
        reason,
        input: { name: before.name },
      };
      return { done: rows[0] as KeyRow, told };
    });
  }

  async #change(
    id: string,
    { staff }: Call,
    change: (before: KeyRow, on: Connection) => Promise<Done<KeyRow>>,
  ): Promise<Key> {
    const row = await recorded(this.#database, staff, async (on) => {
      const before = (await on.query(lockKey, [id])).rows[0];
      if (before === undefined) throw new DrawdownError('key_not_found');
      return change(before, on);
    });
    this.#forget(id);
    return toWire(row);
  }

  /** What is remembered of it is read anew: here at once, in other processes within 2 seconds. */
  #forget(id: string): void {
    this.#revocations += 1;
    this.#asking.clear();
    for (const [hash, cached] of this.#cache) if (cached.key?.id === id) this.#cache.delete(hash);
  }

  /** What is known of a key without asking the database; undefined where it must be asked. */
  remembered(secret: string): KnownKey | null | undefined {
    return this.#remembered(digest(secret));
  }

  /** The key of which somebody kept the hash, as whoever signed in with it. */
  async ofHash(hash: string): Promise<KnownKey | null> {
    const known = this.#remembered(hash);
    return known === undefined ? await this.#read(hash) : known;
  }

  #remembered(hash: string): KnownKey | null | undefined {
    const bootstrap = this.#bootstrap.get(hash);
    if (bootstrap !== undefined) return bootstrap;
    const cached = this.#cache.get(hash);
    return cached !== undefined && cached.until > performance.now() ? cached.key : undefined;
  }

  /**
   * Looks a key up, once for all who ask at the same time; null where there is none. Revoked and expired ones are
   * found too: `refuseUnusable` judges. `before` runs ahead of the database and may throw.
   */
  lookUp(secret: string, before: () => void = () => undefined): Promise<KnownKey | null> {
    const hash = digest(secret);
    const asked = this.#asking.get(hash);
    if (asked !== undefined) return asked;
    // A key that was good a moment ago is no guess: a flood of guesses from its address must not lock it out.
    if (!this.#cache.get(hash)?.key) before();
    const asking = this.#read(hash).finally(() => {
      if (this.#asking.get(hash) === asking) this.#asking.delete(hash);
    });
    this.#asking.set(hash, asking);
    return asking;
  }

  async #read(hash: string): Promise<KnownKey | null> {
    const revocations = this.#revocations;
    const { rows } = await this.#database.query(findKey, [Buffer.from(hash, 'hex')]);
    const key = rows[0] === undefined ? null : known(rows[0]);
    // What was read before a revocation must not outlive it.
    if (revocations !== this.#revocations) return key;
    this.#cache.delete(hash);
    this.#cache.set(hash, { key, until: performance.now() + CACHE_MS });
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED) break;
      this.#cache.delete(oldest);
    }
    return key;
  }

  /** Throws 401 where the key is unknown, revoked or expired; all alike, so that a guess learns nothing. */
  async refuseUnusable(key: KnownKey | null): Promise<KnownKey> {
    const usable = key !== null && key.revokedAt === null;
    if (!usable || (key.expiresAt !== null && key.expiresAt <= (await this.#now()))) {
      throw new DrawdownError('unauthenticated', 'The key is unknown, revoked or expired');
    }
    return key;
  }

  /** Notes that a key was used; written later, once for many requests. */
  used(key: KnownKey): void {
    this.#used.add(key.id);
  }

  /** Writes what `used` noted. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    const now = await this.#now();
    // A bootstrap key has no row, so its update finds none.
    await Promise.all(used.map((id) => this.#database.query(touchKey, [id, now])));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    // A lost `last_used_at` is no reason to fail a stop.
    await this.flush().catch(() => undefined);
  }
}

function bootstrapKey(id: string, scopes: readonly Scope[]): KnownKey {
  return { id, name: id, scopes: new Set(scopes), expiresAt: null, revokedAt: null, isMakers: false };
}

export const isOfStaff = (scopes: ReadonlySet<Scope>): boolean => STAFF_SCOPES.some((one) => scopes.has(one));

export function digest(secret: string): string {
  return hash('sha256', secret, 'hex');
}

function known(row: KeyRow): KnownKey {
  return {
    id: row.id,
    name: row.name,
    scopes: new Set(scopesOf(row)),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
    isMakers: row.vouched_at === null && row.created_by.startsWith('staff:'),
  };
}

function scopesOf(row: KeyRow): Scope[] {
  const words = row.scopes.split(' ');
  return SCOPES.filter((scope) => words.includes(scope));
}

function toWire(row: KeyRow): Key {
  const time = (at: bigint | null) => (at === null ? null : formatInstant(Number(at)));
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: scopesOf(row),
    created_at: formatInstant(Number(row.created_at)),
    created_by: row.created_by,
    owner: row.owner,
    vouched_at: time(row.vouched_at),
    vouched_by: row.vouched_by,
    expires_at: time(row.expires_at),
    revoked_at: time(row.revoked_at),
    last_used_at: time(row.last_used_at),
  };
}
