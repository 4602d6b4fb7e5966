import type { Session } from './wire.ts';

/** Answers the token to ask with. `refused`: the one that it gave before and that the server takes no longer. */
export type TokenSource = (asked: { refused?: string }) => string | Promise<string>;

/** A token is replaced this long before it ends, so that no request is under way with one that has. */
const EARLY_MS = 30_000;

/**
 * A `token` for the client that keeps a session for as long as it lasts. `open` is asked for another one shortly before its
 * end and once the server refuses it, by one request at a time however many wait; it answers what `createSession` gave your
 * server, and throws where nobody is signed in. A device whose clock is wrong asks more often, and goes on all the same.
 */
export function sessionToken(open: () => Promise<Pick<Session, 'token' | 'expires_at'>>): TokenSource {
  let kept: { token: string; until: number } | null = null;
  let opening: Promise<string> | null = null;
  const replace = async (): Promise<string> => {
    try {
      const { token, expires_at } = await open();
      kept = { token, until: Date.parse(expires_at) - EARLY_MS };
      return token;
    } finally {
      opening = null;
    }
  };
  return async ({ refused }) => {
    if (kept !== null && kept.token !== refused && Date.now() < kept.until) return kept.token;
    opening ??= replace();
    return await opening;
  };
}
