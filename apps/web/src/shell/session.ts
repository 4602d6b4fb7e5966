/**
 * Whose credits a page shows. A page never holds a key: it is handed a session token by the product, in the fragment of
 * its address or by the product's own endpoint; a server that shows its demonstration accounts gives one of those.
 */
import type { Session, Surface } from '@drawdown/client';

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

/** Finds out who looks. Throws `SessionEnded` where nobody says. */
export async function openSession(wanted: Wanted): Promise<PageSession> {
  const handed = handedToken(wanted.surface);
  const source =
    handed !== null
      ? () => stillGood(handed, wanted.surface)
      : (productSource(wanted.surface) ?? demonstrationSource(wanted));
  const isDemonstration = handed === null && sessionUrl() === null;
  let current = await source();
  let renewing: Promise<string> | null = null;
  const renew = async (): Promise<string> => {
    try {
      current = await source();
      return current;
    } finally {
      renewing = null;
    }
  };
  const claims = claimsOf(current);
  return {
    account: claims.sub,
    teams: claims.teams,
    surface: claims.surface,
    isDemonstration,
    token: async () => {
      if (claimsOf(current).exp * 1000 - Date.now() > EARLY_MS) return current;
      renewing ??= renew();
      return await renewing;
    },
  };
}

/**
 * `#session=…`: fragments are sent to nobody, and it is taken out of the address at once. It is kept for this tab alone,
 * so that the way back from a checkout finds it again.
 */
function handedToken(surface: PageSurface): string | null {
  const match = /^#session=([\w-]+\.[\w-]+\.[\w-]+)$/.exec(location.hash);
  if (match?.[1] !== undefined) {
    sessionStorage.setItem(handedKey(surface), match[1]);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(handedKey(surface));
}

async function stillGood(token: string, surface: PageSurface): Promise<string> {
  if (claimsOf(token).exp * 1000 > Date.now()) return token;
  sessionStorage.removeItem(handedKey(surface));
  throw new SessionEnded('The session that this page was opened with has ended');
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
  /** Seconds. */
  readonly exp: number;
}

/** Read to know what to show; whether it is true, the server judges. */
function claimsOf(token: string): Claims {
  const [, payload = ''] = token.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
}
