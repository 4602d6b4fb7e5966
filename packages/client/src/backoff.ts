export interface RetryOptions {
  /** How often a request is sent at most, the first time included. */
  attempts: number;
  /** The first pause is at most this long, each later one at most twice the one before. */
  baseMs: number;
  /** No pause of our own is longer. A server that asks for a longer one ends the retries instead. */
  maxMs: number;
}

/** Four sends in under two seconds outlive a server's restart; a person still waits for the answer. */
export const DEFAULT_RETRY: RetryOptions = { attempts: 4, baseMs: 200, maxMs: 10_000 };

/**
 * Exponential backoff with full jitter: anywhere between 0 and the bound, so that clients which failed together do
 * not return together. `attempt` counts the failures so far, from 1.
 */
export function backoffMs(attempt: number, retry: RetryOptions): number {
  return Math.random() * Math.min(retry.maxMs, retry.baseMs * 2 ** (attempt - 1));
}

/** Reads Retry-After, seconds or an HTTP date, as milliseconds from now; null where it is absent or neither. */
export function retryAfterMs(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
