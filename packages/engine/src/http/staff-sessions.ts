/**
 * Staff who are signed in. The browser keeps a cookie that no script can read and no other site makes it send; here is
 * its hash, so it ends when staff sign out, when their key is revoked, and by itself.
 */
import { randomBytes } from 'node:crypto';
import type { Scope } from '@drawdown/client';
import { DrawdownError } from '../errors.ts';
import { type Database, statement } from '../store/database.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { digest, type Keys } from './keys.ts';
import { SCOPES } from './schemas/access.ts';

/** One of the staff, as somebody vouched for them. */
export interface Vouched {
  readonly id: string;
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Of the key that vouched, hex; null: the identity provider did. */
  readonly keyHash: string | null;
}

export interface StaffSessionFacts extends Vouched {
  /** Epoch milliseconds of the engine's clock. */
  readonly expiresAt: number;
}

export interface Opened {
  readonly token: string;
  readonly expiresAt: number;
  readonly maxAgeSeconds: number;
}

interface Row {
  staff: string;
  name: string;
  scopes: string;
  key_hash: string | null;
  /** Of whom the identity provider vouched for. */
  issuer: string | null;
  expires_at: bigint;
  ended_at: bigint | null;
}

const OPEN = statement<[Buffer, string, string, string, Buffer | null, number, number], never>(
  'staff_session_open',
  `insert into drawdown.staff_sessions (hash, staff, name, scopes, key_hash, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);
const FIND = statement<[Buffer], Row>(
  'staff_session_find',
  `select s.staff, s.name, s.scopes, encode(s.key_hash, 'hex') as key_hash, i.issuer, s.expires_at, s.ended_at
     from drawdown.staff_sessions s left join drawdown.staff_identities i on i.id = s.staff where s.hash = $1`,
);
const END = statement<[Buffer, number], never>(
  'staff_session_end',
  'update drawdown.staff_sessions set ended_at = coalesce(ended_at, $2) where hash = $1',
);
const FORGET = statement<[number], never>(
  'staff_sessions_forget',
  'delete from drawdown.staff_sessions where expires_at < $1',
);

/** Unless it is said otherwise: a screen that was left alone is signed out over lunch. */
const TTL_SECONDS = 4 * 3_600;
/** What is over is of no use to anybody; a day later nobody asks why a page was signed out either. */
const KEPT_MS = 86_400_000;
/** How long another process may go on accepting a session that ended in this one. */
const CACHE_MS = 2_000;
const MAX_CACHED = 1_000;
/** 256 bits. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export class StaffSessions {
  readonly #database: Database;
  readonly #keys: Keys;
  readonly #now: () => Promise<number>;
  readonly #provider: IdentityProvider | null;
  readonly #ttlSeconds: number;
  readonly #cache = new Map<string, { readonly row: Row; readonly until: number }>();

  constructor(setting: {
    readonly database: Database;
    readonly keys: Keys;
    readonly now: () => Promise<number>;
    /** Whose word still counts; null: nobody's. */
    readonly provider: IdentityProvider | null;
    readonly ttlSeconds?: number;
  }) {
    this.#database = setting.database;
    this.#keys = setting.keys;
    this.#now = setting.now;
    this.#provider = setting.provider;
    this.#ttlSeconds = setting.ttlSeconds ?? TTL_SECONDS;
  }

  /** The token is for the cookie alone: nobody can read it here afterwards. */
  async open({ id, name, scopes, keyHash }: Vouched): Promise<Opened> {
    const now = await this.#now();
    const token = randomBytes(32).toString('base64url');
    const expiresAt = now + this.#ttlSeconds * 1000;
    const words = SCOPES.filter((one) => scopes.has(one)).join(' ');
    const key = keyHash === null ? null : Buffer.from(keyHash, 'hex');
    await this.#database.query(FORGET, [now - KEPT_MS]);
    await this.#database.query(OPEN, [hashOf(token), id, name, words, key, now, expiresAt]);
    return { token, expiresAt, maxAgeSeconds: this.#ttlSeconds };
  }

  /** Who is signed in by the token; throws 401 where nobody is any more, all alike. */
  async demand(token: string): Promise<StaffSessionFacts> {
    const row = TOKEN.test(token) ? await this.#find(token) : null;
    const now = await this.#now();
    if (row === null || row.ended_at !== null || Number(row.expires_at) <= now) throw signedOut();
    const { staff: id, name, key_hash: keyHash } = row;
    const expiresAt = Number(row.expires_at);
    if (keyHash === null) {
      // Who vouched may have been turned off since.
      if (row.issuer === null || this.#provider?.isIssuer(row.issuer) !== true) throw signedOut();
      const words = row.scopes.split(' ');
      return { id, name, keyHash, expiresAt, scopes: new Set(SCOPES.filter((one) => words.includes(one))) };
    }
    const { scopes } = await this.#keys.refuseUnusable(await this.#keys.ofHash(keyHash));
    return { id, name, keyHash, expiresAt, scopes };
  }

  /** Ends a session: here at once, in other processes within 2 seconds. */
  async end(token: string): Promise<void> {
    await this.#database.query(END, [hashOf(token), await this.#now()]);
    this.#cache.delete(token);
  }

  async #find(token: string): Promise<Row | null> {
    const known = this.#cache.get(token);
    if (known !== undefined && known.until > performance.now()) return known.row;
    const { rows } = await this.#database.query(FIND, [hashOf(token)]);
    const row = rows[0];
    this.#cache.delete(token);
    if (row === undefined) return null;
    this.#cache.set(token, { row, until: performance.now() + CACHE_MS });
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED) break;
      this.#cache.delete(oldest);
    }
    return row;
  }
}

const hashOf = (token: string): Buffer => Buffer.from(digest(token), 'hex');

function signedOut(): DrawdownError {
  return new DrawdownError('unauthenticated', 'Nobody is signed in');
}
