import type {
  ActPreview,
  ApprovalState,
  GrantState,
  HoldState,
  MoreState,
  Problem,
  Quote,
  QuotedLimit,
  Scope,
  Surface,
} from './wire.ts';

/** The typed details that a problem carries beside its sentence, by code. Codes without details are not listed. */
export interface ProblemDetails {
  insufficient_credits: { required: number; available: number; shortfall: number; held: number };
  surface_not_supported: { surface: Surface; supported_surfaces: Surface[]; handoff_url?: string };
  not_a_member: { member: string };
  member_limit_reached: { required: number } & Omit<QuotedLimit, 'sufficient'>;
  seats_exhausted: { seats: number; members: number };
  request_closed: { state: MoreState };
  quote_changed: { quote: Quote };
  preview_changed: { preview: ActPreview };
  approval_closed: { state: ApprovalState };
  amount_exceeds_hold: { held: number };
  amount_exceeds_operation: { refundable: number };
  hold_closed: { state: HoldState };
  grant_closed: { state: GrantState };
  cash_out_refused: { reason: 'nothing' | 'debt' | 'above_threshold' | 'held' | 'frozen' };
  sum_not_exact: { sum: string };
  account_closed: { merged_into: string | null };
  account_busy: { holds: string[]; subscriptions: string[]; purchases: string[]; merges: string[] };
  forbidden: { required_scope?: Scope };
  rate_limited: { retry_after: number };
  invalid_request: { field: string; errors: { field: string; message: string }[] };
  invalid_amount: { field: string };
  invalid_units: { field: string };
  unknown_feature: { field: string };
  unknown_class: { field: string };
  unknown_surface: { field: string };
  invalid_cursor: { field: string };
  invalid_quote: { field: string };
}

/**
 * The server's refusal: an RFC 9457 problem. Switch on `code`, or narrow with `isProblem`.
 * A status below 500 means that nothing was written. From 500 on the outcome is unknown: retry with `idempotencyKey`.
 */
export class DrawdownApiError extends Error {
  override readonly name = 'DrawdownApiError';
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  /** The key that the request carried; null for reads. */
  readonly idempotencyKey: string | null;

  constructor(problem: Problem, idempotencyKey: string | null) {
    super(`${problem.code} (${problem.status}): ${problem.detail}`);
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
    this.idempotencyKey = idempotencyKey;
  }
}

/**
 * No answer came: the connection failed or the time ran out, on every attempt. It says nothing about whether a
 * change took effect. Repeat the same call with `idempotencyKey` to learn that: the change happens at most once.
 */
export class DrawdownNetworkError extends Error {
  override readonly name = 'DrawdownNetworkError';
  /** The key to repeat the call with; null where the call carries none. */
  readonly idempotencyKey: string | null;
  readonly attempts: number;

  constructor(
    request: { method: string; url: string; idempotencyKey: string | null; attempts: number },
    cause: unknown,
  ) {
    const { method, url, idempotencyKey, attempts } = request;
    const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    const outcome =
      method === 'GET'
        ? 'Nothing was changed by it.'
        : idempotencyKey === null
          ? 'Its outcome is unknown: it may have taken effect.'
          : `Its outcome is unknown: repeat it with the idempotency key "${idempotencyKey}" to learn it.`;
    super(`No answer to ${method} ${url} after ${tries} (${reasonOf(cause)}). ${outcome}`, { cause });
    this.idempotencyKey = idempotencyKey;
    this.attempts = attempts;
  }
}

/**
 * The client's `token` function threw, for the reason in `cause`: nobody is signed in any more, or whoever gives tokens cannot be
 * reached. Nothing was sent with it.
 */
export class DrawdownTokenError extends Error {
  override readonly name = 'DrawdownTokenError';

  constructor(cause: unknown) {
    super(`There is no token to ask with (${reasonOf(cause)})`, { cause });
  }
}

/** `fetch` hides the socket's reason ("ECONNREFUSED") in the cause of "fetch failed". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause;
  if (!(inner instanceof Error)) return cause.message;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return inner.message || code || cause.message;
}

/** Narrows an error to one code, with that code's details typed in `problem`. */
export function isProblem<Code extends keyof ProblemDetails>(
  error: unknown,
  code: Code,
): error is DrawdownApiError & { code: Code; problem: Problem & ProblemDetails[Code] };
export function isProblem<Code extends string>(
  error: unknown,
  code: Code,
): error is DrawdownApiError & { code: Code };
export function isProblem(error: unknown, code: string): boolean {
  return error instanceof DrawdownApiError && error.code === code;
}

export type InsufficientCredits = DrawdownApiError & {
  code: 'insufficient_credits';
  problem: Problem & ProblemDetails['insufficient_credits'];
};

/** 402: `problem` has `required`, `available`, `shortfall` and `held` in credits; nothing was written. */
export function isInsufficientCredits(error: unknown): error is InsufficientCredits {
  return isProblem(error, 'insufficient_credits');
}
