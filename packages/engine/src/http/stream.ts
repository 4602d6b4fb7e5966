/**
 * Server-sent events. One stream is one generator of text frames, pulled by the socket: a slow reader stops the
 * pulling, so nothing piles up here, and the ledger is what remembers.
 */
import { Readable } from 'node:stream';
import { DrawdownError } from '../errors.ts';
import type { Told } from './also.ts';
import type { Caller } from './caller.ts';

export interface StreamLimits {
  /** Silence after which a comment is sent; the contract promises 15 s at most. */
  readonly heartbeatMs: number;
  readonly perAccount: number;
  readonly total: number;
}

export const STREAM_LIMITS: StreamLimits = { heartbeatMs: 10_000, perAccount: 100, total: 10_000 };

export interface StreamRequest {
  readonly account: string;
  readonly caller: Caller;
  /** The client has everything up to this seq; absent: it starts with the present balance. */
  readonly after?: number;
  /** Starts the engine's feed. */
  readonly events: (signal: AbortSignal) => AsyncIterable<Told>;
  /** Epoch milliseconds of the engine's clock. */
  readonly now: () => Promise<number>;
}

/** How soon a client should come back: at once is a stampede after a restart, and a second is not felt. */
const RETRY_MS = 1_000;
/** Enough for some tens of events; beyond that a slow reader is waited for. */
const BUFFER_BYTES = 16_384;

/** The streams of one server. */
export class Streams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<Live>();
  readonly #perAccount = new Map<string, number>();
  #stopping = false;

  constructor(limits: StreamLimits = STREAM_LIMITS) {
    this.#limits = limits;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The stream's bytes. Throws 429 where too many are open, 503 where the server is stopping. */
  open(request: StreamRequest): Readable {
    if (this.#stopping) throw new DrawdownError('unavailable', 'The server is stopping', { retry_after: 1 });
    const ofAccount = this.#perAccount.get(request.account) ?? 0;
    if (ofAccount >= this.#limits.perAccount || this.#open.size >= this.#limits.total) {
      throw new DrawdownError('rate_limited', 'Too many streams are open', { retry_after: 10 });
    }
    this.#perAccount.set(request.account, ofAccount + 1);
    const live = new Live(request, this.#limits.heartbeatMs);
    this.#open.add(live);
    return bytesOf(live, () => this.#close(live, request.account));
  }

  /** Says goodbye on every stream and lets none begin. */
  stop(): void {
    this.#stopping = true;
    for (const live of this.#open) live.stop();
  }

  #close(live: Live, account: string): void {
    if (!this.#open.delete(live)) return;
    const left = (this.#perAccount.get(account) ?? 1) - 1;
    if (left === 0) this.#perAccount.delete(account);
    else this.#perAccount.set(account, left);
  }
}

/** A stream's frames as they are pulled; `Readable.from` would wait for a generator that waits for events. */
function bytesOf(live: Live, closed: () => void): Readable {
  const frames = live.frames();
  return new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      frames.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      live.abandon();
      closed();
      done(error);
    },
  });
}

/** One stream: waits for the next event, the next heartbeat, the end of the credential, or the end of the server. */
class Live {
  readonly #request: StreamRequest;
  readonly #heartbeatMs: number;
  readonly #abort = new AbortController();
  #stopping = false;
  #wake: () => void = () => undefined;

  constructor(request: StreamRequest, heartbeatMs: number) {
    this.#request = request;
    this.#heartbeatMs = heartbeatMs;
  }

  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /** The reader has gone. */
  abandon(): void {
    this.#abort.abort();
    this.#wake();
  }

  async *frames(): AsyncGenerator<string, void, undefined> {
    const { signal } = this.#abort;
    const feed = this.#request.events(signal)[Symbol.asyncIterator]();
    // Sent at once, so that the headers go out although nothing may happen for a long time.
    yield `retry: ${RETRY_MS}\n\n`;
    try {
      let isFirst = this.#request.after === undefined;
      let pending = this.#pull(feed);
      while (!signal.aborted) {
        const expired = await this.#expired();
        if (expired !== null) return yield frame('expired', expired.toProblem());
        if (this.#stopping) return yield frame('goodbye', { reason: 'The server is stopping; come back' });
        if (pending.failure !== null) throw pending.failure.error;
        if (pending.result === null) {
          if (await this.#sleep(pending)) yield ': heartbeat\n\n';
          continue;
        }
        if (pending.result.done === true) return;
        yield eventFrame(pending.result.value, isFirst);
        if (pending.result.value.type !== 'changed') isFirst = false;
        pending = this.#pull(feed);
      }
    } finally {
      this.#abort.abort();
      await feed.return?.();
    }
  }

  #pull(feed: AsyncIterator<Told>): Pending {
    const pending: Pending = { result: null, failure: null };
    feed.next().then(
      (result) => {
        pending.result = result;
        this.#wake();
      },
      (error: unknown) => {
        pending.failure = { error };
        this.#wake();
      },
    );
    return pending;
  }

  /** Waits until there is something to do; true where that is only to show that we are still here. */
  async #sleep(pending: Pending): Promise<boolean> {
    const { session } = this.#request.caller;
    const left = session === null ? this.#heartbeatMs : session.expiresAt - (await this.#request.now());
    if (pending.result !== null || pending.failure !== null || this.#stopping || this.#abort.signal.aborted) {
      return false;
    }
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), Math.max(1, Math.min(this.#heartbeatMs, left)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  }

  async #expired(): Promise<DrawdownError | null> {
    try {
      await this.#request.caller.check();
      return null;
    } catch (error) {
      if (error instanceof DrawdownError && (error.status === 401 || error.status === 403)) return error;
      throw error;
    }
  }
}

/** The feed's answer to one `next()`, once it is there. */
interface Pending {
  result: IteratorResult<Told> | null;
  failure: { error: unknown } | null;
}

/**
 * Only entries have ids, and the balance that a stream begins with: it stands for every entry up to its version, so
 * a connection that is lost before the first entry resumes there.
 */
function eventFrame(event: Told, isFirst: boolean): string {
  if (event.type === 'changed') {
    const { account, version } = event;
    return frame('changed', { account, version });
  }
  if (event.type === 'entry') return frame('entry', event.entry, event.seq);
  return frame('balance', event.balance, isFirst ? event.balance.version : undefined);
}

function frame(event: string, data: object, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
