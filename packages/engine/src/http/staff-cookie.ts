/**
 * The console's cookie, and what must come with it. A browser sends a cookie by itself, also for a form on somebody
 * else's page; so it is for this site alone, and counts only beside a header that no page of another origin may send.
 */
import type { FastifyRequest } from 'fastify';
import { DrawdownError } from '../errors.ts';

export type CookieRequest = Pick<FastifyRequest, 'headers' | 'protocol'>;

/** The client sends it with every request that the cookie is to speak for. */
const CONSOLE_HEADER = 'x-drawdown-console';

interface Kept {
  /** Sent also where another site's link or redirect led here; absent: never then. */
  readonly lax?: boolean;
  /** Zero forgets it. */
  readonly maxAgeSeconds: number;
}

/** Over TLS nobody but this very host can have set it: `__Host-` says so to the browser. */
const nameOf = (name: string, { protocol }: CookieRequest): string =>
  protocol === 'https' ? `__Host-drawdown_${name}` : `drawdown_${name}`;

/** A header `Set-Cookie`. */
export function keptAs(
  name: string,
  value: string,
  request: CookieRequest,
  { lax, maxAgeSeconds }: Kept,
): string {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  const site = lax === true ? 'Lax' : 'Strict';
  return `${nameOf(name, request)}=${value}; Path=/; HttpOnly; SameSite=${site}; Max-Age=${maxAgeSeconds}${secure}`;
}

export function cookieOf(name: string, request: CookieRequest): string | undefined {
  const wanted = nameOf(name, request);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at !== -1 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** Throws 403 where a cookie comes without what only a page of this server sends. */
export function demandOwnPage({ headers }: CookieRequest): void {
  const site = headers['sec-fetch-site'];
  if (headers[CONSOLE_HEADER] === '1' && (site === undefined || site === 'same-origin')) return;
  throw new DrawdownError(
    'forbidden',
    `The cookie of the console counts beside the header ${CONSOLE_HEADER} only`,
  );
}
