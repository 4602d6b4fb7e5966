/**
 * The keys of the product's servers and of its staff. A key is 256 random bits behind a prefix, shown once and kept
 * as its sha256, by which it is found; so nothing is compared character by character and a stolen table opens nothing.
 */
import { hash, randomBytes } from 'node:crypto';
import type { CreatedKey, Key, KeyRequest, Page, Scope } from '@drawdown/client';
import { formatInstant, parseInstant } from '../core/calendar.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { type Database, statement } from '../store/database.ts';
import { DEFAULT_SCOPES, SCOPES, STAFF_SCOPES } from './schemas/access.ts';

/** A key as the server knows it. Times are epoch milliseconds. */
export interface KnownKey {
  readonly id: string;
  /** Of one of the staff: their name. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

interface Row {
  id: string;
  name: string;
  prefix: string;
  scopes: string;
  created_at: bigint;
  expires_at: bigint | null;
  revoked_at: bigint | null;
  last_used_at: bigint | null;
}

const COLUMNS = 'id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at';

const insertKey = statement<[string, Buffer, string, string, string, number, string, number | null], never>(
  'keys.insert',
  `insert into drawdown.keys (id, hash, name, prefix, scopes, created_at, created_by, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
const findKey = statement<[Buffer], Row>('keys.find', `select ${COLUMNS} from drawdown.keys where hash = $1`);
const listKeys = statement<[string, number], Row>(
  'keys.list',
  `select ${COLUMNS} from drawdown.keys where id < $1 order by id desc limit $2`,
);
const revokeKey = statement<[string, number, string], Row>(
  'keys.revoke',
  `update drawdown.keys set revoked_by = case when revoked_at is null then $3 else revoked_by end,
     revoked_at = coalesce(revoked_at, $2) where id = $1 returning ${COLUMNS}`,
);
const touchKey = statement<[string, number], never>(
  'keys.touch',
  'update drawdown.keys set last_used_at = greatest(coalesce(last_used_at, 0), $2) where id = $1',
);

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
    this.#bootstrap.set(digest(secret), {
      id: 'key_of_a_product',
      name: 'key_of_a_product',
      scopes: new Set(scopes),
      expiresAt: null,
      revokedAt: null,
    });
    return secret;
  }

  /** Makes a key; the answer is the only one that ever holds it. */
  async create(request: KeyRequest, { by }: { by: string }): Promise<CreatedKey> {
    const now = await this.#now();
    const expiresAt = request.expires_at === undefined ? null : parseInstant(request.expires_at);
    if (expiresAt !== null && expiresAt <= now) throw invalid('expires_at', 'must be in the future');
    const asked = new Set<Scope>(request.scopes ?? DEFAULT_SCOPES);
    const scopes = SCOPES.filter((scope) => asked.has(scope));
    const secret = `${isOfStaff(asked) ? 'ak' : 'sk'}_${randomBytes(32).toString('base64url')}`;
    const id = `key_${now.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`;
    const prefix = secret.slice(0, PREFIX_LENGTH);
    await this.#database.query(insertKey, [
      id,
      Buffer.from(digest(secret), 'hex'),
      request.name,
      prefix,
      scopes.join(' '),
      now,
      by,
      expiresAt,
    ]);
    const times = { created_at: formatInstant(now), revoked_at: null, last_used_at: null };
    const expires_at = expiresAt === null ? null : formatInstant(expiresAt);
    return { id, name: request.name, prefix, scopes, ...times, expires_at, secret };
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
  async revoke(id: string, { by }: { by: string }): Promise<Key> {
    const { rows } = await this.#database.query(revokeKey, [id, await this.#now(), by]);
    const row = rows[0];
    if (row === undefined) throw new DrawdownError('key_not_found');
    this.#revocations += 1;
    this.#asking.clear();
    for (const [hash, cached] of this.#cache) if (cached.key?.id === id) this.#cache.delete(hash);
    return toWire(row);
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
  return { id, name: id, scopes: new Set(scopes), expiresAt: null, revokedAt: null };
}

export const isOfStaff = (scopes: ReadonlySet<Scope>): boolean => STAFF_SCOPES.some((one) => scopes.has(one));

export function digest(secret: string): string {
  return hash('sha256', secret, 'hex');
}

function known(row: Row): KnownKey {
  return {
    id: row.id,
    name: row.name,
    scopes: new Set(scopesOf(row)),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
  };
}

function scopesOf(row: Row): Scope[] {
  const words = row.scopes.split(' ');
  return SCOPES.filter((scope) => words.includes(scope));
}

function toWire(row: Row): Key {
  const time = (at: bigint | null) => (at === null ? null : formatInstant(Number(at)));
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: scopesOf(row),
    created_at: formatInstant(Number(row.created_at)),
    expires_at: time(row.expires_at),
    revoked_at: time(row.revoked_at),
    last_used_at: time(row.last_used_at),
  };
}
