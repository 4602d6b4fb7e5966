import type { PersonClient } from '../client.ts';
import { DrawdownApiError, DrawdownTokenError } from '../errors.ts';
import type { Balance, Entry } from '../wire.ts';
import { followOneStream, type News } from './one-stream.ts';

/** `refused`: the server will not let this session in; it stays so until `refresh`. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'refused';

export interface LiveState {
  /** The newest that is known; null before the first answer. */
  readonly balance: Balance | null;
  readonly connection: Connection;
  /** What the server refused with, or what kept the last refresh from an answer. */
  readonly error: unknown;
  /** When something was last heard, by this device's clock. */
  readonly updatedAt: number | null;
}

/** A page that is gone for less than this is back before anybody would miss the stream. */
const LINGER_MS = 5_000;

/**
 * A page behind others gives its connection up after this long: a browser has six of them for one server, for all of its
 * tabs, and a seventh page would wait for ever.
 */
const ASLEEP_MS = 30_000;

/**
 * One account as it is now: a stream while anybody looks, read again when the page comes back to the front. However
 * many components look, there is one connection.
 */
export class LiveAccount {
  readonly account: string;
  readonly #also: readonly string[];
  readonly #name: string | null;
  readonly #otherListeners = new Set<(account: string) => void>();
  readonly #client: PersonClient;
  readonly #listeners = new Set<() => void>();
  readonly #entryListeners = new Set<(entry: Entry) => void>();
  #state: LiveState = { balance: null, connection: 'connecting', error: null, updatedAt: null };
  #stop: AbortController | null = null;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #dozing: ReturnType<typeof setTimeout> | undefined;
  #asleep = false;
  /** How far the server's clock is ahead of this device's, in milliseconds: 0 where this device's may be right. */
  #ahead = 0;

  /**
   * `also`: other accounts of the person, of whose changes `onOther` tells. `sharedAs`: pages that say the same have one
   * stream of the account together.
   */
  constructor(
    client: PersonClient,
    account: string,
    { also = [], sharedAs = null }: { also?: readonly string[]; sharedAs?: string | null } = {},
  ) {
    this.#client = client;
    this.account = account;
    this.#also = also.filter((one) => one !== account);
    this.#name =
      sharedAs === null ? null : `drawdown.stream ${JSON.stringify([sharedAs, account, ...this.#also])}`;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** This instant by the server's clock, which dates whatever it answers: a device's may be minutes off. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Looks until the answered function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    clearTimeout(this.#lingering);
    if (this.#stop === null) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#lingering);
      this.#lingering = setTimeout(() => this.#end(), LINGER_MS);
    };
  };

  /** Each ledger entry as it is written, once; of those that were written while the page slept, only the balance tells. */
  onEntry(listener: (entry: Entry) => void): () => void {
    this.#entryListeners.add(listener);
    return () => this.#entryListeners.delete(listener);
  }

  /** That another account of the person has changed while somebody looks, and once at first. */
  onOther(listener: (account: string) => void): () => void {
    this.#otherListeners.add(listener);
    return () => this.#otherListeners.delete(listener);
  }

  /** Takes in a balance that came another way, with a receipt say; an older one changes nothing. */
  offer(balance: Balance): void {
    if (balance.account === this.account && isNewer(balance, this.#state.balance)) {
      this.#set({ balance, updatedAt: Date.now() });
    }
  }

  /** Reads the balance again; what fails is kept as the state's error and thrown nowhere. */
  async refresh(): Promise<void> {
    const asked = Date.now();
    try {
      const balance = await this.#client.balance(this.account);
      this.#setClock(balance.as_of, asked);
      this.#set({ error: null, updatedAt: Date.now() });
      this.offer(balance);
      if (this.#state.connection === 'refused') this.#restart();
    } catch (error) {
      this.#set({ error, ...(isRefusal(error) ? { connection: 'refused' } : {}) });
    }
  }

  #start(): void {
    const stop = new AbortController();
    this.#stop = stop;
    for (const [target, event] of this.#wakers()) target.addEventListener(event, this.#onWake);
    void this.#follow(stop.signal);
    this.#doze();
  }

  #end(): void {
    clearTimeout(this.#dozing);
    this.#asleep = false;
    this.#stop?.abort();
    this.#stop = null;
    for (const [target, event] of this.#wakers()) target.removeEventListener(event, this.#onWake);
  }

  #restart(): void {
    this.#end();
    if (this.#listeners.size > 0) this.#start();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let asked: number | undefined = Date.now();
    let heard: number | undefined;
    const hear = (news: News): void => {
      if (signal.aborted) return;
      if ('changed' in news) for (const listener of this.#otherListeners) listener(news.changed);
      else if ('connection' in news) this.#connected(news);
      else if (news.event.type === 'balance') {
        const { balance } = news.event;
        this.#setClock(balance.as_of, asked);
        asked = undefined;
        heard ??= balance.version;
        this.#set({ error: null, updatedAt: Date.now() });
        this.offer(balance);
      } else if (heard === undefined || news.event.seq > heard) {
        heard = news.event.seq;
        for (const listener of this.#entryListeners) listener(news.event.entry);
      }
    };
    try {
      await followOneStream(this.#name, {
        signal,
        hear,
        stream: async (tell, until) => {
          const events = this.#client.events(this.account, {
            signal: until,
            ...(heard === undefined ? {} : { lastEventId: heard }),
            onConnection: (connection, error) => tell({ connection, error }),
            also: this.#also,
            onChanged: (changed) => tell({ changed }),
          });
          for await (const event of events) tell({ event });
        },
        join: async () => {
          asked = undefined;
          await this.refresh();
          if (this.#state.connection === 'refused') throw this.#state.error;
          heard ??= this.#state.balance?.version;
        },
      });
    } catch (error) {
      if (!signal.aborted) this.#set({ connection: 'refused', error });
    }
  }

  #connected({ connection: state, error }: Extract<News, { connection: unknown }>): void {
    // A session that cannot be had comes back by itself only if it was the network: people are told meanwhile.
    const why = error instanceof DrawdownTokenError ? { error } : {};
    this.#set({ connection: state === 'open' ? 'live' : 'reconnecting', ...why });
    // With nothing to show yet, why there is nothing is what people need to know.
    if (state === 'lost' && this.#state.balance === null) void this.refresh();
  }

  /** What came was dated before it came, and after it was `asked` for. */
  #setClock(asOf: string, asked?: number): void {
    const at = Date.parse(asOf);
    if (asked !== undefined) this.#ahead = Math.min(this.#ahead, at - asked);
    this.#ahead = Math.max(this.#ahead, at - Date.now());
  }

  /** What brings a page back or takes it away: the window, the tab, the network. */
  #wakers(): [EventTarget, string][] {
    return typeof window === 'undefined'
      ? []
      : [
          [window, 'focus'],
          [window, 'online'],
          [window, 'offline'],
          [document, 'visibilitychange'],
        ];
  }

  readonly #onWake = ({ type }: Event): void => {
    this.#doze();
    if (document.visibilityState !== 'visible' && type !== 'offline') return;
    // A stream that the network was taken from may hang for long before it ends.
    if (this.#asleep || type === 'online' || type === 'offline') this.#restart();
    if (type === 'offline') this.#set({ connection: 'reconnecting' });
    void this.refresh();
  };

  /** Ends the stream once nobody has looked for a while. */
  #doze(): void {
    clearTimeout(this.#dozing);
    if (typeof document === 'undefined' || document.visibilityState === 'visible') return;
    this.#dozing = setTimeout(() => {
      this.#asleep = true;
      this.#stop?.abort();
      this.#set({ connection: 'connecting' });
    }, ASLEEP_MS);
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Time alone changes a balance too, and then only the instant says which is the later one. */
function isNewer(balance: Balance, than: Balance | null): boolean {
  if (than === null || balance.version > than.version) return true;
  return balance.version === than.version && balance.as_of > than.as_of;
}

function isRefusal(error: unknown): boolean {
  return error instanceof DrawdownApiError && error.status < 500 && error.status !== 429;
}
