/**
 * Staff who are signed in. The browser keeps a cookie that no script can read and no other site makes it send; here is
 * its hash, so it ends when staff sign out, when their key is revoked, and by itself.
 */
import { randomBytes } from 'node:crypto';
import type { Page, Scope, StaffSignIn } from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import type { Call } from '../engine.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readLimit } from '../page.ts';
import { recorded, type StaffCaller } from '../store/audit.ts';
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
  /** By which others name it. */
  readonly session: string;
  /** Epoch milliseconds of the engine's clock. */
  readonly expiresAt: number;
}

export interface Opened {
  readonly token: string;
  readonly expiresAt: number;
  readonly maxAgeSeconds: number;
}

interface Row {
  id: string;
  staff: string;
  name: string;
  scopes: string;
  key_hash: string | null;
  /** Of whom the identity provider vouched for. */
  issuer: string | null;
  expires_at: bigint;
  ended_at: bigint | null;
}

interface ListedRow extends Pick<Row, 'id' | 'staff' | 'name' | 'issuer' | 'expires_at' | 'ended_at'> {
  created_at: bigint;
  last_used_at: bigint | null;
}

const OPEN = statement<[Buffer, string, string, string, string, Buffer | null, number, number], never>(
  'staff_session_open',
  `insert into drawdown.staff_sessions (hash, id, staff, name, scopes, key_hash, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
const FIND = statement<[Buffer], Row>(
  'staff_session_find',
  `select s.id, s.staff, s.name, s.scopes, encode(s.key_hash, 'hex') as key_hash, i.issuer, s.expires_at, s.ended_at
     from drawdown.staff_sessions s left join drawdown.staff_identities i on i.id = s.staff where s.hash = $1`,
);
const END = statement<[string, number, string], { id: string }>(
  'staff_session_end',
  'update drawdown.staff_sessions set ended_at = $2, ended_by = $3 where id = $1 and ended_at is null returning id',
);
const LISTED = `s.id, s.staff, s.name, i.issuer, s.created_at, s.last_used_at, s.expires_at, s.ended_at`;
const LISTED_FROM = `drawdown.staff_sessions s left join drawdown.staff_identities i on i.id = s.staff`;
/** Those that go on: a session ends with its key. */
const LIST = statement<[string, number, number], ListedRow>(
  'staff_sessions_list',
  `select ${LISTED} from ${LISTED_FROM}
    where s.id < $1 and s.ended_at is null and s.expires_at > $2
      and not exists (select from drawdown.keys k
        where k.hash = s.key_hash and (k.revoked_at is not null or k.expires_at <= $2))
    order by s.id desc limit $3`,
);
const BY_ID = statement<[string], ListedRow>(
  'staff_session_by_id',
  `select ${LISTED} from ${LISTED_FROM} where s.id = $1`,
);
const TOUCH = statement<[string, number], never>(
  'staff_session_touch',
  'update drawdown.staff_sessions set last_used_at = greatest(coalesce(last_used_at, 0), $2) where id = $1',
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
/** For people who look for a session that nobody should use: half a minute late is soon enough. */
const TOUCH_MS = 30_000;
const SESSION_ID = /^sts_[a-z0-9]{1,60}$/;
/** 256 bits. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export class StaffSessions {
  readonly #database: Database;
  readonly #keys: Keys;
  readonly #now: () => Promise<number>;
  readonly #provider: IdentityProvider | null;
  readonly #ttlSeconds: number;
  readonly #cache = new Map<string, { readonly row: Row; readonly until: number }>();
  readonly #used = new Set<string>();
  readonly #timer: NodeJS.Timeout;

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
    this.#timer = setInterval(() => void this.flush().catch(() => undefined), TOUCH_MS);
    this.#timer.unref();
  }

  /** The token is for the cookie alone: nobody can read it here afterwards. */
  async open({ id, name, scopes, keyHash }: Vouched, request: string): Promise<Opened> {
    const now = await this.#now();
    const session = `sts_${now.toString(36).padStart(9, '0')}${randomBytes(8).toString('hex')}`;
    const token = randomBytes(32).toString('base64url');
    const expiresAt = now + this.#ttlSeconds * 1000;
    const words = SCOPES.filter((one) => scopes.has(one)).join(' ');
    const key = keyHash === null ? null : Buffer.from(keyHash, 'hex');
    await this.#database.query(FORGET, [now - KEPT_MS]);
    await recorded(this.#database, { id, name, request }, async (on) => {
      await on.query(OPEN, [hashOf(token), session, id, name, words, key, now, expiresAt]);
      const input = { by: keyHash === null ? 'oidc' : 'key' };
      return { done: undefined, told: { act: 'sign_in', at: now, subject: session, input } };
    });
    return { token, expiresAt, maxAgeSeconds: this.#ttlSeconds };
  }

  /** Who is signed in by the token; throws 401 where nobody is any more, all alike. */
  async demand(token: string): Promise<StaffSessionFacts> {
    const row = TOKEN.test(token) ? await this.#find(token) : null;
    const now = await this.#now();
    if (row === null || row.ended_at !== null || Number(row.expires_at) <= now) throw signedOut();
    const { id: session, staff: id, name, key_hash: keyHash } = row;
    const expiresAt = Number(row.expires_at);
    if (keyHash === null) {
      if (!this.#stillCounts(row)) throw signedOut();
      const words = row.scopes.split(' ');
      this.#used.add(session);
      const allowed = new Set(SCOPES.filter((one) => words.includes(one)));
      return { session, id, name, keyHash, expiresAt, scopes: allowed };
    }
    const { scopes } = await this.#keys.refuseUnusable(await this.#keys.ofHash(keyHash));
    this.#used.add(session);
    return { session, id, name, keyHash, expiresAt, scopes };
  }

  /** Signs out: here at once, in other processes within 2 seconds. */
  async leave({ session, id, name }: StaffSessionFacts, request: string): Promise<void> {
    await this.#end(session, { act: 'sign_out', staff: { id, name, request } });
  }

  /** Those who are signed in, newest first. `current`: the session that asks. */
  async list(
    { limit, cursor }: { limit?: number; cursor?: string },
    current: string | null,
  ): Promise<Page<StaffSignIn>> {
    if (cursor !== undefined && !SESSION_ID.test(cursor)) {
      throw invalid('cursor', 'is not one of this list', 'invalid_cursor');
    }
    await this.flush();
    const size = readLimit(limit);
    // `~` sorts after every character of an id.
    const { rows } = await this.#database.query(LIST, [cursor ?? '~', await this.#now(), size + 1]);
    const page = rows.slice(0, size);
    const data = page.filter((row) => this.#stillCounts(row)).map((row) => toWire(row, current));
    return { data, next_cursor: rows.length > size ? (page.at(-1)?.id ?? null) : null };
  }

  /**
   * Ends a session of one's own, or with `any` anybody's: here at once, in other processes within 2 seconds. Again: the
   * first answer. Throws `staff_session_not_found`, and `forbidden` where it is another one's.
   */
  async end(
    id: string,
    { staff, any, current }: { staff: Call['staff']; any: boolean; current: string | null },
  ): Promise<StaffSignIn> {
    const before = (await this.#database.query(BY_ID, [id])).rows[0];
    if (before === undefined) throw new DrawdownError('staff_session_not_found');
    if (staff === undefined || (!any && before.staff !== staff.id)) {
      throw new DrawdownError('forbidden', 'Only an admin ends the session of somebody else', {
        required_scope: 'admin',
      });
    }
    await this.#end(id, { act: 'end_session', staff, whose: before });
    return toWire((await this.#database.query(BY_ID, [id])).rows[0] as ListedRow, current);
  }

  async #end(
    session: string,
    { act, staff, whose }: { act: 'sign_out' | 'end_session'; staff: StaffCaller; whose?: ListedRow },
  ): Promise<void> {
    const now = await this.#now();
    await recorded(this.#database, staff, async (on) => {
      const { rows } = await on.query(END, [session, now, `staff:${staff.id}`]);
      const input = whose === undefined ? {} : { staff: whose.staff, name: whose.name };
      return { done: undefined, told: rows.length === 0 ? null : { act, at: now, subject: session, input } };
    });
    for (const [token, { row }] of this.#cache) if (row.id === session) this.#cache.delete(token);
  }

  /** Who vouched may have been turned off since. */
  #stillCounts({ staff, issuer }: Pick<Row, 'staff' | 'issuer'>): boolean {
    return staff.startsWith('key_') || (issuer !== null && this.#provider?.isIssuer(issuer) === true);
  }

  /** Writes down which sessions were used. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    const now = await this.#now();
    await Promise.all(used.map((id) => this.#database.query(TOUCH, [id, now])));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    // A lost `last_used_at` is no reason to fail a stop.
    await this.flush().catch(() => undefined);
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

function toWire(row: ListedRow, current: string | null): StaffSignIn {
  const time = (at: bigint | null) => (at === null ? null : formatInstant(Number(at)));
  return {
    id: row.id,
    staff: { id: row.staff, name: row.name },
    by: row.issuer === null ? 'key' : 'oidc',
    signed_in_at: formatInstant(Number(row.created_at)),
    last_used_at: time(row.last_used_at),
    expires_at: formatInstant(Number(row.expires_at)),
    ended_at: time(row.ended_at),
    current: row.id === current,
  };
}

const hashOf = (token: string): Buffer => Buffer.from(digest(token), 'hex');

function signedOut(): DrawdownError {
  return new DrawdownError('unauthenticated', 'Nobody is signed in');
}
