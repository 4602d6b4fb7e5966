/** Which pages of other origins may call; none unless they are listed, and never with cookies. */
const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, last-event-id';
const EXPOSED_HEADERS = 'idempotency-replayed, retry-after, x-request-id';
/** Seconds; browsers cap it anyway. */
const PREFLIGHT_AGE = '600';

/** Headers for an answer to a page of that origin; none where it is not allowed. */
export function corsHeaders(
  origin: string | undefined,
  allowed: ReadonlySet<string>,
): Record<string, string> {
  if (allowed.size === 0) return {};
  if (origin === undefined || !allowed.has(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS,
  };
}

/** Headers for the answer to a preflight; the origin's own come from `corsHeaders`. */
export function preflightHeaders(methods: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': PREFLIGHT_AGE,
  };
}
