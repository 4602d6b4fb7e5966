import { DrawdownApiError } from './errors.ts';
import {
  type Answer,
  type CallOptions,
  type ChangeOptions,
  type Outgoing,
  problemOf,
  type Query,
  segment,
  type Transport,
} from './transport.ts';

/** Whether the answer is the stored one of an earlier call with the same key. */
export interface Replayed {
  replayed: boolean;
}

export const accountPath = (account: string): string => `/v1/accounts/${segment(account)}`;

export function parsed<T>(answer: Answer): T {
  try {
    return JSON.parse(answer.body) as T;
  } catch {
    throw new DrawdownApiError(problemOf(answer), null);
  }
}

export async function read<T>(
  transport: Transport,
  path: string,
  { query, options }: { query?: Query; options?: CallOptions | undefined } = {},
): Promise<T> {
  const outgoing: Outgoing = { method: 'GET', path };
  if (query !== undefined) outgoing.query = query;
  if (options !== undefined) outgoing.options = options;
  return parsed<T>(await transport.send(outgoing));
}

export async function post<T>(
  transport: Transport,
  path: string,
  { body, options, kind }: { body: unknown; options?: ChangeOptions | undefined; kind: Outgoing['kind'] },
): Promise<T> {
  const outgoing: Outgoing = { method: 'POST', path, body };
  if (kind !== undefined) outgoing.kind = kind;
  if (options !== undefined) outgoing.options = options;
  return parsed<T>(await transport.send(outgoing));
}

/** A change, under a key that is the same on every retry. */
export async function change<T>(
  transport: Transport,
  path: string,
  { body, options }: { body: unknown; options?: ChangeOptions | undefined },
): Promise<T & Replayed> {
  const outgoing: Outgoing = { method: 'POST', path, body, kind: 'keyed' };
  if (options !== undefined) outgoing.options = options;
  const answer = await transport.send(outgoing);
  return { ...parsed<T>(answer), replayed: answer.headers.get('idempotency-replayed') === 'true' };
}
