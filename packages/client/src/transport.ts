import { backoffMs, DEFAULT_RETRY, pause, type RetryOptions, retryAfterMs } from './backoff.ts';
import { DrawdownApiError, DrawdownNetworkError, DrawdownTokenError } from './errors.ts';
import { newKey } from './new-key.ts';
import type { TokenSource } from './session-token.ts';
import type { Problem } from './wire.ts';

export interface ClientOptions {
  /** Where the server is, e.g. `https://credits.example.com`; a path in it is kept. */
  url: string;
  /**
   * A secret key (servers) or a session token (browsers). A function is asked before every attempt, and once
   * more with what it gave where the server takes that no longer: `sessionToken` makes one. Null: none, and the browser's
   * cookie of the console says who asks; for pages of the server itself only.
   */
  token: string | TokenSource | null;
  fetch?: typeof fetch;
  retry?: Partial<RetryOptions>;
  /** For each attempt, the answer's body included. Default 10,000. */
  timeoutMs?: number;
  /** Makes the key of each changing call that is given none. Default: chance, `newKey`. */
  idempotencyKey?: () => string;
}

/** What every method takes last. */
export interface CallOptions {
  /** Ends the call and its retries; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** What every method that changes credits takes last. */
export interface ChangeOptions extends CallOptions {
  /** The same key with the same input gives the first answer again. Default: a new one for this call. */
  idempotencyKey?: string;
}

export type Query = { [name: string]: string | number | undefined };

export interface Outgoing {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Query;
  body?: unknown;
  options?: ChangeOptions;
  /** Repeatable: sent again as it is. Keyed: sent again under one idempotency key. Once: never sent again. */
  kind?: 'repeatable' | 'keyed' | 'once';
  accept?: string;
  /** In the place of the client's own token. */
  token?: string;
}

export interface Answer {
  status: number;
  body: string;
  headers: Headers;
}

export interface Transport {
  send(outgoing: Outgoing): Promise<Answer>;
  /** Opens a response whose body the caller reads; no retries, no time-out. */
  open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
  retry: RetryOptions;
}

/** Goes with every request that a cookie speaks for. */
const CONSOLE_HEADER = 'x-drawdown-console';

const DEFAULT_TIMEOUT_MS = 10_000;

/** One path segment. Dot segments would be taken out of the URL and reach another route. */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new TypeError(`"${id}" cannot be part of a URL`);
  return encodeURIComponent(id);
}

export function createTransport(options: ClientOptions): Transport {
  const base = new URL(options.url).href.replace(/\/+$/, '');
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  // Called late and as a plain function: browsers refuse a fetch whose `this` is another object.
  const doFetch: typeof fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
  const keyOf = options.idempotencyKey ?? newKey;
  /** Asks with the token of now, and where the server takes that no longer, once more with the one that comes after it. */
  const authorized = async <T extends Attempt | Response>(
    headers: Headers,
    ask: () => Promise<T>,
    token = options.token,
  ): Promise<T> => {
    // A page of another origin could not send this without being allowed to.
    if (token === null) headers.set(CONSOLE_HEADER, '1');
    else if (typeof token === 'string') headers.set('authorization', `Bearer ${token}`);
    else {
      const given = await tokenOf(token);
      headers.set('authorization', `Bearer ${given}`);
      const answer = await ask();
      if (!('status' in answer) || answer.status !== 401) return answer;
      const next = await tokenOf(token, given);
      if (next === given) return answer;
      headers.set('authorization', `Bearer ${next}`);
    }
    return await ask();
  };

  const send = async (outgoing: Outgoing): Promise<Answer> => {
    const { method, path, body, options: call = {}, kind = 'repeatable' } = outgoing;
    const url = base + path + queryOf(outgoing.query);
    const key = kind === 'keyed' ? (call.idempotencyKey ?? keyOf()) : null;
    // Built once and outside the retries: a header that cannot be sent is a mistake of the caller.
    const headers = new Headers({ accept: outgoing.accept ?? 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (key !== null) headers.set('idempotency-key', key);
    const init: RequestInit = { method, headers, redirect: 'error' };
    if (body !== undefined) init.body = JSON.stringify(body);
    const attempts = kind === 'once' ? 1 : Math.max(1, retry.attempts);
    const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS;

    for (let attempt = 1; ; attempt++) {
      call.signal?.throwIfAborted();
      const ask = () => attemptOnce(doFetch, url, { init, timeoutMs, signal: call.signal });
      const result = await authorized(headers, ask, outgoing.token);
      if (result.kind === 'answer' && result.ok) return result;
      if (result.kind === 'lost') {
        if (attempt >= attempts) {
          throw new DrawdownNetworkError(
            { method, url, idempotencyKey: key, attempts: attempt },
            result.cause,
          );
        }
        await pause(backoffMs(attempt, retry), call.signal);
        continue;
      }
      const asked = retryAfterMs(result.headers.get('retry-after'));
      const worthIt = result.status >= 500 || result.status === 429;
      if (!worthIt || attempt >= attempts || (asked ?? 0) > retry.maxMs) {
        throw new DrawdownApiError(problemOf(result), key);
      }
      await pause(Math.max(asked ?? 0, backoffMs(attempt, retry)), call.signal);
    }
  };

  const open = async (
    path: string,
    extra: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const headers = new Headers(extra);
    return await authorized(headers, () => doFetch(base + path, { headers, signal, redirect: 'error' }));
  };

  return { send, open, retry };
}

async function tokenOf(source: TokenSource, refused?: string): Promise<string> {
  try {
    return await source(refused === undefined ? {} : { refused });
  } catch (cause) {
    throw new DrawdownTokenError(cause);
  }
}

type Attempt =
  | { kind: 'answer'; ok: boolean; status: number; body: string; headers: Headers }
  | { kind: 'lost'; cause: unknown };

async function attemptOnce(
  doFetch: typeof fetch,
  url: string,
  { init, timeoutMs, signal }: { init: RequestInit; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Attempt> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await doFetch(url, { ...init, signal: controller.signal });
    const body = await response.text();
    return { kind: 'answer', ok: response.ok, status: response.status, body, headers: response.headers };
  } catch (cause) {
    signal?.throwIfAborted();
    return { kind: 'lost', cause };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The problem document, or one made up for what a proxy in between answered. */
export function problemOf({ status, body }: { status: number; body: string }): Problem {
  try {
    const parsed: unknown = JSON.parse(body);
    if (
      typeof parsed === 'object' &&
      parsed !== null &&
      'code' in parsed &&
      typeof parsed.code === 'string'
    ) {
      return {
        type: 'about:blank',
        title: parsed.code,
        detail: parsed.code,
        ...parsed,
        status,
        code: parsed.code,
      };
    }
  } catch {
    // Not JSON: falls through to the made-up problem.
  }
  const title = 'The answer is not one of Drawdown';
  const detail = `HTTP ${status}: ${body.slice(0, 200)}`;
  return { type: 'about:blank', title, status, code: 'unexpected_response', detail };
}

function queryOf(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
