/**
 * Whose credits a page shows. A page never holds a key: it is handed a session token by the product, in the fragment of
 * its address or by the product's own endpoint; a server that shows its demonstration accounts gives one of those.
 */
import type { Session, Surface } from '@drawdown/client';
import { servesProduct } from './products.ts';

export type PageSurface = Exclude<Surface, 'server'>;

export interface PageSession {
  readonly account: string;
  /** Teams that the session reaches as well. */
  readonly teams: readonly string[];
  readonly surface: PageSurface;
  /** Whether the account is one that the server made for demonstration. */
  readonly isDemonstration: boolean;
  /** A token that is good for a while yet. Throws `SessionEnded` where there is no more. */
  token(): Promise<string>;
  /** As `fetch`, for requests that carry the token: a 401 says that the session is over, whatever it says of itself. */
  readonly fetch: typeof fetch;
  /** Tells once, at once where it is over already. Answers how to hear no more. */
  onEnd(listener: () => void): () => void;
}

/** Nobody is signed in, or no longer is, and the page cannot do anything about it. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

export interface Wanted {
  /** Of the demonstration accounts; a token that is handed over says by itself whose it is. */
  readonly account: string;
  readonly surface: PageSurface;
}

/** A token is replaced this long before it ends, so that no request is under way with one that has. */
const EARLY_MS = 60_000;
/** One for each surface: the frames of a page share what is kept for its tab. */
const handedKey = (surface: PageSurface): string => `drawdown.session.${surface}`;
/** When a token was handed over, by this device's clock. */
const sinceKey = (surface: PageSurface): string => `${handedKey(surface)}.since`;
/** Kept in the place of a token that is over: whoever looked at an account is not shown another one instead. */
const OVER = 'over';
/** As late as a timer can be set. */
const LATEST_MS = 2_147_483_647;

/** Finds out who looks. Throws `SessionEnded` where nobody says. */
export async function openSession(wanted: Wanted): Promise<PageSession> {
  const handed = handedToken(wanted.surface);
  const ask = productSource(wanted.surface) ?? demonstrationSource(wanted);
  const source = handed !== null ? () => stillGood(handed) : async () => held(await ask());
  const isDemonstration = handed === null && sessionUrl() === null;
  const ending = new Ending(() => {
    if (handed !== null) sessionStorage.setItem(handedKey(wanted.surface), OVER);
  });
  let current = await ending.unlessEnded(source);
  const { claims } = current;
  const isElsewhere = isPhone(claims.surface) !== isPhone(wanted.surface) && servesProduct('studio');
  if (handed !== null && isElsewhere) {
    sessionStorage.removeItem(handedKey(wanted.surface));
    return goWhereItBelongs(current.token, claims.surface);
  }
  if (handed !== null) setTimeout(ending.end, Math.min(LATEST_MS, current.until - Date.now()));
  let renewing: Promise<string> | null = null;
  const renew = async (): Promise<string> => {
    try {
      current = await source();
      return current.token;
    } finally {
      renewing = null;
    }
  };
  return {
    account: claims.sub,
    teams: claims.teams,
    surface: claims.surface,
    isDemonstration,
    token: async () => {
      if (current.until - Date.now() > EARLY_MS) return current.token;
      renewing ??= ending.unlessEnded(renew);
      return await renewing;
    },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.status === 401) ending.end();
      return response;
    },
    onEnd: (listener) => ending.listen(listener),
  };
}

const isPhone = (surface: PageSurface): boolean => surface === 'ios' || surface === 'android';

/** A phone has a page of its own, without credits: a phone's session is shown nothing else, and that page to no other. */
function goWhereItBelongs(token: string, surface: PageSurface): Promise<never> {
  const path = isPhone(surface) ? '/mobile' : '/studio';
  location.replace(`${path}${location.search}#session=${token}`);
  return new Promise(() => undefined);
}

/** That a session is over, whichever way it is found out. */
class Ending {
  readonly #listeners = new Set<() => void>();
  readonly #forget: () => void;
  #isOver = false;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  readonly end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forget();
    for (const listener of this.#listeners) listener();
  };

  listen(listener: () => void): () => void {
    if (this.#isOver) listener();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async unlessEnded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof SessionEnded) this.end();
      throw error;
    }
  }
}

/**
 * `#session=…`: fragments are sent to nobody, and it is taken out of the address at once. It is kept for this tab alone,
 * so that the way back from a checkout finds it again.
 */
function handedToken(surface: PageSurface): Handed | null {
  const match = /^#session=([\w-]+\.[\w-]+\.[\w-]+)$/.exec(location.hash);
  if (match?.[1] !== undefined) {
    sessionStorage.setItem(handedKey(surface), match[1]);
    sessionStorage.setItem(sinceKey(surface), String(Date.now()));
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  const token = sessionStorage.getItem(handedKey(surface));
  return token === null ? null : { token, since: Number(sessionStorage.getItem(sinceKey(surface))) };
}

interface Handed {
  readonly token: string;
  readonly since: number;
}

async function stillGood({ token, since }: Handed): Promise<Held> {
  const own = token === OVER ? null : held(token, since);
  if (own !== null && own.until > Date.now()) return own;
  throw new SessionEnded('The session that this page was opened with has ended');
}

interface Held {
  readonly token: string;
  readonly claims: Claims;
  /** When it ends by this device's clock. */
  readonly until: number;
}

/**
 * A token lasts from when it came for as long as it says. Its own instants are the server's, and a device's clock may be
 * minutes off: then a good session would be over at once, or one that is over good. Of one that was on its way for long,
 * the server says that it is over.
 */
function held(token: string, since = Date.now()): Held {
  const claims = claimsOf(token);
  return { token, claims, until: since + (claims.exp - claims.iat) * 1000 };
}

function sessionUrl(): string | null {
  const content = document.querySelector<HTMLMetaElement>('meta[name="drawdown-session-url"]')?.content ?? '';
  return content === '' ? null : content;
}

/** The product knows the person by its own cookie, and answers what `POST /v1/sessions` gave it. */
function productSource(surface: PageSurface): (() => Promise<string>) | null {
  const url = sessionUrl();
  if (url === null) return null;
  return async () => {
    const asked = new URL(url);
    asked.searchParams.set('surface', surface);
    const response = await fetch(asked, { credentials: 'include', headers: { accept: 'application/json' } });
    if (!response.ok) throw new SessionEnded(`The product answered ${response.status}`);
    return ((await response.json()) as Session).token;
  };
}

function demonstrationSource({ account, surface }: Wanted): () => Promise<string> {
  return async () => {
    const response = await fetch('/demonstration/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account, surface }),
    });
    if (!response.ok) throw new SessionEnded('This server shows no demonstration accounts');
    return ((await response.json()) as Session).token;
  };
}

interface Claims {
  readonly sub: string;
  readonly teams: readonly string[];
  readonly surface: PageSurface;
  /** Seconds, by the server's clock. */
  readonly iat: number;
  readonly exp: number;
}

/** Read to know what to show; whether it is true, the server judges. What says nothing signs nobody in. */
function claimsOf(token: string): Claims {
  const [, payload = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Claims;
    const lasts = Number.isFinite(claims.exp - claims.iat);
    if (typeof claims.sub === 'string' && Array.isArray(claims.teams) && lasts) return claims;
  } catch {
    // Neither base64 nor JSON: no token.
  }
  throw new SessionEnded('What this page was opened with is no session');
}
