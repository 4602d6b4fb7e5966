/**
 * Session tokens: one person on one surface, for a short while. A token is a JWT that the engine's own keys sign;
 * everything that it allows stands in it, so no request asks the database who is asking.
 */
import type { Account, Session, SessionRequest } from '@drawdown/client';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { isSurface } from '../catalog/surface.ts';
import { formatInstant } from '../core/calendar.ts';
import type { Engine } from '../engine.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { recorded, type StaffCaller } from '../store/audit.ts';
import type { SessionFacts } from './caller.ts';
import { DEFAULT_SESSION_SECONDS } from './schemas/access.ts';
import { ALGORITHM, type SigningKeys } from './signing.ts';

const ISSUER = 'drawdown';
const AUDIENCE = 'drawdown';
/** 20 teams of 128 characters fit; longer is none of ours and not worth a signature check. */
const MAX_TOKEN_LENGTH = 8_192;
/** About 5 MB of tokens; the oldest gives way and is verified again when it comes back. */
const MAX_VERIFIED = 10_000;

export class Sessions {
  readonly #engine: Engine;
  readonly #signing: SigningKeys;
  readonly #now: () => Promise<number>;
  readonly #verified = new Map<string, SessionFacts>();

  constructor({
    engine,
    signing,
    now,
  }: { engine: Engine; signing: SigningKeys; now: () => Promise<number> }) {
    this.#engine = engine;
    this.#signing = signing;
    this.#now = now;
  }

  /** Issues a token. An account that does not exist yet is created as a user's; teams must know it, where they keep members. */
  async issue(request: SessionRequest, staff?: StaffCaller): Promise<Session> {
    const known = await this.#kindOf(request.account);
    demandPerson(known ?? 'user');
    const teams = [...new Set(request.teams ?? [])];
    for (const [index, team] of teams.entries()) {
      await this.#requireTeam(team, `teams.${index}`);
      await this.#engine.members.demand(team, request.account, `teams.${index}`);
    }
    // Only now: what is refused leaves nothing behind.
    if (known === null) demandPerson(await this.#create(request.account));
    const now = await this.#now();
    const key = await this.#signing.signer(now);
    // JWT times are whole seconds; rounding down keeps a token from outliving what was asked for.
    const issued = Math.floor(now / 1000);
    const expires = issued + (request.ttl_seconds ?? DEFAULT_SESSION_SECONDS);
    const number = await this.#engine.life.erasures.numberOf(request.account);
    // Whoever has the token is the person: where it is one of the staff who asks, that is written down.
    const { account: _, ...input } = request;
    await recorded(this.#engine.database, staff, async () => ({
      done: undefined,
      told: { act: 'create_session', at: now, account: number, input },
    }));
    const token = await new SignJWT({ surface: request.surface, teams, number, ...claimed(request) })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(request.account)
      .setIssuedAt(issued)
      .setExpirationTime(expires)
      .sign(key.privateKey);
    return { token, expires_at: formatInstant(expires * 1000) };
  }

  /** What the token allows; throws 401 `invalid_token` or `token_expired`, by the engine's clock. */
  async verify(token: string): Promise<SessionFacts> {
    const now = await this.#now();
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (now < known.expiresAt) return this.#demandStill(known);
      this.#verified.delete(token);
      throw expired();
    }
    const facts = await this.#demandStill(await this.#verifySignature(token, now));
    this.#verified.set(token, facts);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= MAX_VERIFIED) break;
      this.#verified.delete(oldest);
    }
    return facts;
  }

  /** A token outlives neither its account's id nor passes on to whoever comes by that id. */
  async #demandStill(facts: SessionFacts): Promise<SessionFacts> {
    if (await this.#engine.life.erasures.isStill(facts)) return facts;
    throw refused();
  }

  async #verifySignature(token: string, now: number): Promise<SessionFacts> {
    const key = await this.#signing.verifier(kidOf(token));
    if (key === null) throw refused();
    try {
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'JWT',
        requiredClaims: ['sub', 'exp', 'iat', 'surface', 'number'],
        currentDate: new Date(now),
      });
      return factsOf(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired();
      if (error instanceof errors.JOSEError) throw refused();
      throw error;
    }
  }

  async #requireTeam(team: string, field: string): Promise<void> {
    if ((await this.#kindOf(team)) !== 'team') throw invalid(field, 'is not a team');
  }

  async #kindOf(account: string): Promise<Account['kind'] | null> {
    try {
      return (await this.#engine.getAccount(account)).kind;
    } catch (error) {
      if (error instanceof DrawdownError && error.code === 'account_not_found') return null;
      throw error;
    }
  }

  async #create(account: string): Promise<Account['kind']> {
    return (await this.#engine.putAccount(account, {})).account.kind;
  }
}

const claimed = ({ jurisdiction }: SessionRequest): { jurisdiction?: string } =>
  jurisdiction === undefined ? {} : { jurisdiction };

function demandPerson(kind: Account['kind']): void {
  if (kind !== 'user') throw invalid('account', 'must be the account of a person, not of a team');
}

function kidOf(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) throw refused();
  try {
    const { kid } = decodeProtectedHeader(token);
    if (typeof kid === 'string') return kid;
  } catch {
    // Not a JWT at all: refused like any other.
  }
  throw refused();
}

function factsOf(payload: JWTPayload): SessionFacts {
  const { sub, exp, surface, teams, number, jurisdiction } = payload;
  if (typeof sub !== 'string' || typeof exp !== 'number' || !isSurface(surface) || surface === 'server') {
    throw refused();
  }
  if (typeof number !== 'number') throw refused();
  if (!Array.isArray(teams) || !teams.every((team) => typeof team === 'string')) throw refused();
  const said = typeof jurisdiction === 'string' ? { jurisdiction } : {};
  return { account: sub, number, accounts: [sub, ...teams], surface, ...said, expiresAt: exp * 1000 };
}

function refused(): DrawdownError {
  return new DrawdownError('invalid_token');
}

function expired(): DrawdownError {
  return new DrawdownError('token_expired');
}
