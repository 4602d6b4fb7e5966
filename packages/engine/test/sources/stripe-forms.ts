/** How Stripe reads a request: parameters by name and type, and refusals as it words them. */
import { SESSIONS, type Shape } from './stripe-shapes.ts';

export type Fields = { [key: string]: Fields | string };
export type Json = Record<string, unknown>;

export class Refusal extends Error {
  readonly status: number;
  readonly body: Json;

  constructor(status: number, type: string, more: Json) {
    super(String(more.message ?? type));
    this.status = status;
    this.body = { error: { type, ...more } };
  }
}

export const invalid = (message: string, more: Json = {}) =>
  new Refusal(400, 'invalid_request_error', { message, ...more });

/** What goes with one mode only. */
export function checkMode({ mode, ...fields }: Fields, price: { readonly recurring?: unknown }): void {
  const isPlan = mode === 'subscription';
  if (isPlan && price.recurring === undefined) {
    throw invalid('You must provide at least one recurring price in `subscription` mode when using prices.');
  }
  if (!isPlan && price.recurring !== undefined) {
    throw invalid('You specified `payment` mode but passed a recurring price.', { param: 'mode' });
  }
  const wrong = isPlan ? 'payment_intent_data' : 'subscription_data';
  if (fields[wrong] !== undefined) {
    throw invalid(`You can not pass \`${wrong}\` in \`${String(mode)}\` mode.`, { param: wrong });
  }
}

export const missing = (object: string, id: string) =>
  new Refusal(404, 'invalid_request_error', {
    code: 'resource_missing',
    message: `No such ${object}: '${id}'`,
  });

/** `a[b][0]=c` as nested fields. */
export function fieldsOf(form: URLSearchParams): Fields {
  const fields: Fields = {};
  for (const [name, value] of form) {
    const [first = '', ...rest] = name.split(/\[|\]\[|\]/).filter((part) => part !== '');
    const path = [first, ...rest];
    let at = fields;
    for (const part of path.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Fields;
    }
    at[path.at(-1) as string] = value;
  }
  return fields;
}

/** The fields, where all of them are known and of their kind. */
export function read(shape: Shape, fields: Fields, at: string): Fields {
  for (const [name, value] of Object.entries(fields)) {
    const known = shape[name] ?? shape['*'];
    const param = at === '' ? name : `${at}[${name}]`;
    if (known === undefined) {
      throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
    }
    if (
      known instanceof RegExp ? typeof value !== 'string' || !known.test(value) : typeof value === 'string'
    ) {
      throw invalid(`Invalid ${param}`, { param });
    }
    if (!(known instanceof RegExp)) read(known, value as Fields, param);
  }
  return fields;
}

/** Newest first, in pages that are smaller than asked for. */
export function sessionsOf(sessions: ReadonlyMap<string, Json>, url: URL): Json {
  const { starting_after, status, created } = read(SESSIONS, fieldsOf(url.searchParams), '');
  const since = Number((created as Fields | undefined)?.gte ?? 0);
  const all = [...sessions.values()].reverse();
  const from = starting_after === undefined ? 0 : all.findIndex(({ id }) => id === starting_after) + 1;
  const found = all
    .slice(from)
    .filter((one) => (one.created as number) >= since && (status === undefined || one.status === status));
  return { object: 'list', url: url.pathname, has_more: found.length > 2, data: found.slice(0, 2) };
}
