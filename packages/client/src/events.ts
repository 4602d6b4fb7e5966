import { backoffMs, pause } from './backoff.ts';
import { DrawdownApiError } from './errors.ts';
import { createSseParser, type ServerSentEvent } from './sse.ts';
import { problemOf, segment, type Transport } from './transport.ts';
import type { Balance, Entry, StreamEvent } from './wire.ts';

export interface EventsOptions {
  /** Resume behind this seq: entries after it follow, none is repeated. Absent: from the present balance on. */
  lastEventId?: number;
  /** Other accounts that the credential may read, at most 20: told of by `onChanged`, over this one connection. */
  also?: readonly string[];
  /** Another account's version, whenever it is another one than was told before. */
  onChanged?: (account: string, version: number) => void;
  /** Ends the iteration without an error. */
  signal?: AbortSignal;
  /** Told when the stream is open, and when it was lost, with what lost it, and is being opened again. */
  onConnection?: (state: 'open' | 'lost', error?: unknown) => void;
}

/** The server sends a comment at least every 15 s; three missed ones mean that nobody is there any more. */
const SILENCE_MS = 45_000;

/**
 * The account's live stream. It resumes by itself after a lost connection and yields every entry exactly once, in
 * order, and never a balance that is not newer than the one before. It ends when the signal aborts, or when the loop is left;
 * it throws `DrawdownApiError` where the server refuses (401, 403, 404 and every other 4xx but 429).
 */
export async function* accountEvents(
  transport: Transport,
  account: string,
  { lastEventId, also = [], onChanged, signal, onConnection }: EventsOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const query = also.length === 0 ? '' : `?also=${also.map(segment).join(',')}`;
  const path = `/v1/accounts/${segment(account)}/events${query}`;
  const seen: Seen = { entry: lastEventId ?? null, balance: -1, others: new Map() };
  const retry = { ...transport.retry };
  for (let failures = 0; ; ) {
    if (signal?.aborted) return;
    let lostBy: unknown;
    // One controller for each connection: it also ends the request when the consumer leaves the loop.
    const controller = new AbortController();
    const onAbort = (): void => controller.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const event of connection(transport, path, {
        seen,
        controller,
        retry,
        onOpen: () => onConnection?.('open'),
      })) {
        const fresh = accept(event, seen);
        if (event.event === 'changed') heard(event, seen, onChanged);
        if (fresh === null) continue;
        failures = 0;
        yield fresh;
        if (signal?.aborted) return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof DrawdownApiError && !isPassing(error.status)) throw error;
      lostBy = error;
    } finally {
      controller.abort();
      signal?.removeEventListener('abort', onAbort);
    }
    failures++;
    onConnection?.('lost', lostBy);
    await pause(backoffMs(failures, retry), signal).catch(() => undefined);
  }
}

/** The last seq delivered, where to resume; and the version of the last balance delivered. */
interface Seen {
  entry: number | null;
  balance: number;
  others: Map<string, number>;
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429;
}

interface Connecting {
  seen: Seen;
  controller: AbortController;
  retry: { baseMs: number };
  onOpen: () => void;
}

async function* connection(
  transport: Transport,
  path: string,
  { seen, controller, retry, onOpen }: Connecting,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (seen.entry !== null) headers['last-event-id'] = String(seen.entry);
  const response = await unlessSilent(transport.open(path, headers, controller.signal), controller);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!response.ok || !isStream || response.body === null) {
    const body = await unlessSilent(response.text(), controller);
    throw new DrawdownApiError(problemOf({ status: response.status, body }), null);
  }
  onOpen();
  const reader = response.body.getReader();
  const parser = createSseParser();
  for (;;) {
    const { done, value } = await unlessSilent(reader.read(), controller);
    if (done) return;
    yield* parser.push(value);
    if (parser.retryMs !== null) retry.baseMs = parser.retryMs;
  }
}

/** Runs only while we wait: a consumer may take as long as it likes with what it was given. */
async function unlessSilent<T>(wait: Promise<T>, controller: AbortController): Promise<T> {
  const watchdog = setTimeout(() => controller.abort(), SILENCE_MS);
  try {
    return await wait;
  } finally {
    clearTimeout(watchdog);
  }
}

/** The event for the consumer, or null where it was delivered before or is none of ours. */
function accept(event: ServerSentEvent, seen: Seen): StreamEvent | null {
  if (event.event === 'entry') {
    const entry: Entry = JSON.parse(event.data);
    if (seen.entry !== null && entry.seq <= seen.entry) return null;
    seen.entry = entry.seq;
    return { type: 'entry', seq: entry.seq, entry };
  }
  if (event.event === 'balance') {
    const balance: Balance = JSON.parse(event.data);
    // The first balance is where the stream begins: a connection lost before any entry must resume there.
    seen.entry ??= balance.version;
    if (balance.version <= seen.balance) return null;
    seen.balance = balance.version;
    return { type: 'balance', balance };
  }
  return null;
}

function heard(event: ServerSentEvent, { others }: Seen, onChanged: EventsOptions['onChanged']): void {
  const { account, version } = JSON.parse(event.data) as { account: string; version: number };
  if (others.get(account) === version) return;
  others.set(account, version);
  onChanged?.(account, version);
}

/** The balance now and at every change, newest known first; a thin reading of the same stream. */
export async function* balances(
  transport: Transport,
  account: string,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<Balance, void, undefined> {
  for await (const event of accountEvents(transport, account, options)) {
    if (event.type === 'balance') yield event.balance;
  }
}
