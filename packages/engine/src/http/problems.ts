/** Every failure of a request becomes one problem document, from the one table in errors.ts. */
import type { Problem } from '@drawdown/client';
import type { z } from 'zod';
import { DrawdownError, invalid, type ProblemCode } from '../errors.ts';
import { isOutage } from '../store/database.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** More than anyone reads; a batch of a thousand can have thousands. */
const MAX_ERRORS = 50;
const MAX_FIELD_LENGTH = 200;

interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A wrong value of these fields has a code of its own, wherever the field stands. */
const CODE_BY_FIELD: Readonly<Record<string, ProblemCode>> = {
  amount: 'invalid_amount',
  units: 'invalid_units',
  surface: 'unknown_surface',
  cursor: 'invalid_cursor',
};

/** The part of a request that a schema judged. */
export type Part = 'params' | 'query' | 'body';

/** A 400 that names the first field at fault and lists them all. */
export function validationError(
  error: z.ZodError,
  { part, input, within = [] }: { part: Part; input: unknown; within?: readonly PropertyKey[] },
): DrawdownError {
  const found = error.issues
    .flatMap((issue) => fieldErrors(issue, { part, input, within }))
    .slice(0, MAX_ERRORS);
  const first = found[0] ?? { field: part, message: 'is not valid' };
  const issue = error.issues[0];
  const absent = issue === undefined || at(input, issue.path) === undefined;
  const code =
    absent || issue.code === 'unrecognized_keys' ? undefined : CODE_BY_FIELD[String(issue.path.at(-1))];
  return new DrawdownError(code ?? 'invalid_request', `${first.field}: ${first.message}`, {
    field: first.field,
    errors: found,
  });
}

function fieldErrors(
  issue: z.core.$ZodIssue,
  { part, input, within }: { part: Part; input: unknown; within: readonly PropertyKey[] },
): FieldError[] {
  const path = [...within, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldName([...path, key], part),
      message: 'is not a known field',
    }));
  }
  const value = at(input, issue.path);
  const message = value === undefined ? 'is required' : messageOf(issue);
  return [{ field: fieldName(path, part), message }];
}

/** A path as the answers write it: `operations.3.amount`. */
export function fieldText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, MAX_FIELD_LENGTH);
}

function fieldName(path: readonly PropertyKey[], part: Part): string {
  return path.length === 0 ? part : fieldText(path);
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${expected(issue.expected)}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'has a key that is not valid';
  return issue.message.replace(/^Invalid input: /, '');
}

function expected(type: string): string {
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  );
}

/** Fastify's own refusals, by its code. What is not listed and is no fault of the client is `internal`. */
function fromFastify(error: Error & { code?: string; statusCode?: number }): DrawdownError | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DrawdownError('payload_too_large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new DrawdownError('unsupported_media_type', 'Send Content-Type: application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalid('Content-Length', 'does not match the body');
    case 'FST_ERR_BAD_URL':
      return invalid('path', 'has a broken percent-encoding');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return invalid('path', 'is too long');
    case 'FST_UNDER_PRESSURE':
      return new DrawdownError('unavailable', 'The server is overloaded', { retry_after: 1 });
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new DrawdownError('unavailable', 'The request took too long', { retry_after: 1 });
    case 'FST_ERR_REOPENED_CLOSE_SERVER':
      return new DrawdownError('unavailable', 'The server is stopping', { retry_after: 1 });
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? new DrawdownError('invalid_request', 'The request could not be read')
        : null;
  }
}

/** The refusal that an error stands for; anything unforeseen is `internal`, with nothing of it in the answer. */
export function refusalOf(error: unknown): DrawdownError {
  if (error instanceof DrawdownError) return error;
  // A write says so itself; this is a read, or a key that could not be looked up.
  if (isOutage(error)) {
    return new DrawdownError('unavailable', 'The database cannot be reached, or takes no changes now', {
      retry_after: 1,
    });
  }
  if (error instanceof Error) {
    const known = fromFastify(error);
    if (known !== null) return known;
  }
  return new DrawdownError('internal', 'Something broke on our side; the request id finds it in the log');
}

/** The document, with the request's id where the fault is ours. */
export function problemOf(refusal: DrawdownError, requestId: string): Problem {
  const problem = refusal.toProblem();
  return refusal.status >= 500 ? { ...problem, request_id: requestId } : problem;
}

/** The headers that belong to a refusal. */
export function headersOf(refusal: DrawdownError): Record<string, string> {
  if (refusal.status === 401) {
    const error = refusal.code === 'unauthenticated' ? '' : ' error="invalid_token"';
    return { 'www-authenticate': `Bearer realm="drawdown"${error === '' ? '' : `,${error}`}` };
  }
  if (refusal.status === 503 || refusal.status === 429) {
    const after = refusal.details.retry_after;
    return { 'retry-after': String(typeof after === 'number' ? Math.max(1, Math.ceil(after)) : 1) };
  }
  return {};
}
