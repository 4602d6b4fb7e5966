/**
 * One stream for all pages of a browser that look at the same account: a browser has six connections for one server, and
 * each stream takes one for as long as it lasts. The page that holds a lock has the stream and passes on what it hears;
 * when it goes, the next one takes over. A page that is given no name, and one that may have no locks, has its own.
 */
import type { StreamEvent } from '../wire.ts';

/** What is heard of a stream, by the page that has it and by the others. */
export type News =
  /** `error`: why this page has none, which is told to no other. */
  | { readonly connection: 'open' | 'lost'; readonly error?: unknown }
  | { readonly event: StreamEvent }
  | { readonly changed: string };

interface Means {
  readonly signal: AbortSignal;
  /** Follows the stream until the signal ends it. Throws where the server refuses. */
  stream(hear: (news: News) => void, signal: AbortSignal): Promise<void>;
  hear(news: News): void;
  /** Before a page hears what another one passes on. Throws where this one's own session may not. */
  join(): Promise<void>;
}

const WHO = 'who has it?';
const HERE = 'still here';
const HERE_MS = 10_000;
/** A page that was put to sleep with the lock says nothing any more: after two words that are missing it is taken away. */
const SILENCE_MS = 25_000;

export async function followOneStream(name: string | null, means: Means): Promise<void> {
  const { signal, hear } = means;
  if (name === null || typeof navigator === 'undefined' || navigator.locks === undefined) {
    return await means.stream(hear, signal);
  }
  const channel = new BroadcastChannel(name);
  let takes = false;
  try {
    while (!signal.aborted) {
      const taken = new AbortController();
      let led = Promise.resolve();
      const begin = (lock: Lock | null): Promise<void> | false => {
        if (lock === null) return false;
        led = lead(channel, means, taken.signal);
        return led;
      };
      const asked = takes ? { steal: true } : { ifAvailable: true };
      const own: Promise<unknown> = navigator.locks.request(name, asked, begin);
      const had = await unlessTaken(own);
      taken.abort();
      await led;
      takes = had === false && (await listen(name, channel, means));
    }
  } finally {
    channel.close();
  }
}

/** Follows the stream and passes on what it says. */
async function lead(
  channel: BroadcastChannel,
  { signal, stream, hear }: Means,
  taken: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener('abort', end);
  taken.addEventListener('abort', end);
  let isOpen = false;
  const say = (news: News | typeof HERE): void => {
    if (!ended.signal.aborted) channel.postMessage(news);
  };
  const beat = setInterval(() => say(HERE), HERE_MS);
  channel.onmessage = ({ data }) => {
    if (data === WHO) say(isOpen ? { connection: 'open' } : HERE);
  };
  try {
    await stream((news) => {
      if ('connection' in news) isOpen = news.connection === 'open';
      hear(news);
      say('connection' in news ? { connection: news.connection } : news);
    }, ended.signal);
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', end);
    channel.onmessage = null;
  }
}

/** Hears what the other page passes on until the lock is free; answers whether it is to be taken from a page that is silent. */
async function listen(name: string, channel: BroadcastChannel, means: Means): Promise<boolean> {
  const { signal, hear, join } = means;
  const waiting = new AbortController();
  const stop = (): void => waiting.abort();
  signal.addEventListener('abort', stop);
  let silent = setTimeout(stop, SILENCE_MS);
  const early: News[] = [];
  let take = (news: News): void => void early.push(news);
  channel.onmessage = ({ data }) => {
    clearTimeout(silent);
    silent = setTimeout(stop, SILENCE_MS);
    if (data !== WHO && data !== HERE) take(data as News);
  };
  try {
    await join();
    for (const news of early) hear(news);
    take = hear;
    channel.postMessage(WHO);
    if (signal.aborted) return false;
    const isFree = await unlessTaken(navigator.locks.request(name, { signal: waiting.signal }, () => true));
    return isFree !== true && !signal.aborted;
  } finally {
    clearTimeout(silent);
    signal.removeEventListener('abort', stop);
    channel.onmessage = null;
  }
}

/** Undefined where the lock was taken away or no longer waited for: a lock says that by an error. */
async function unlessTaken<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}
