import { type Database, type Subscription, statement } from './database.ts';

const CHANNEL = 'drawdown_entries';
const NOTIFY = statement<[string], never>('notify_entries', `select pg_notify('${CHANNEL}', $1)`);

/** NOTIFY takes a lock over the whole server at commit, so hints to other processes are gathered this long. */
const GATHER_MS = 10;
/**
 * PostgreSQL refuses payloads of 8,000 bytes and more, which is some 700 accounts; where so many change at once,
 * one says "look at everything".
 */
const MAX_NAMED = 500;
const EVERYTHING = '*';
/** Polling is the truth and a wake-up only a hint: a lost one costs at most this long. */
const POLL_MS = 1_000;

export interface Watch {
  /** Resolves when the account may have changed, at the latest after the poll interval, or when aborted. */
  woken(signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Watcher {
  pending: boolean;
  wake: (() => void) | null;
}

/** Tells the streams of this process, and of others on the same database, which accounts have new entries. */
export class Wakeups {
  readonly #database: Database;
  readonly #tellOf: (accounts: ReadonlySet<number>) => void;
  readonly #watchers = new Map<number, Set<Watcher>>();
  #subscription: Subscription | null = null;
  #gathered: Set<number> | null = null;
  #gathering: NodeJS.Timeout | null = null;
  #closed = false;

  /** `heard`: is told which accounts other processes say that they changed. */
  constructor(database: Database, heard: (accounts: ReadonlySet<number>) => void = () => undefined) {
    this.#database = database;
    this.#tellOf = heard;
  }

  async start(): Promise<void> {
    this.#subscription = await this.#database.listen(CHANNEL, {
      notification: (payload) => this.#heard(payload),
      reconnected: () => this.#wakeAll(),
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#wakeAll();
    await this.#subscription?.close();
  }

  /** Called after each commit, off the critical path. */
  committed(accounts: ReadonlySet<number>): void {
    for (const account of accounts) this.#wake(account);
    if (accounts.size === 0 || this.#closed) return;
    this.#gathered ??= new Set();
    if (this.#gathered.size <= MAX_NAMED) for (const account of accounts) this.#gathered.add(account);
    this.#gathering ??= setTimeout(() => this.#tell(), GATHER_MS).unref();
  }

  #tell(): void {
    const named = [...(this.#gathered ?? [])];
    this.#gathered = null;
    this.#gathering = null;
    const payload = named.length > MAX_NAMED ? EVERYTHING : named.map((one) => one.toString(36)).join(',');
    const told = this.#database.query(NOTIFY, [payload]);
    // A hint that is lost costs a poll's time; whatever is wrong with the database shows elsewhere.
    told.catch(() => undefined);
  }

  #heard(payload: string): void {
    if (payload === EVERYTHING) {
      this.#wakeAll();
      return;
    }
    const accounts = new Set(payload.split(',').map((number) => Number.parseInt(number, 36)));
    for (const account of accounts) this.#wake(account);
    this.#tellOf(accounts);
  }

  #wake(account: number): void {
    for (const watcher of this.#watchers.get(account) ?? []) {
      watcher.pending = true;
      watcher.wake?.();
    }
  }

  #wakeAll(): void {
    for (const account of this.#watchers.keys()) this.#wake(account);
  }

  watch(account: number): Watch {
    const watcher: Watcher = { pending: false, wake: null };
    const watchers = this.#watchers.get(account) ?? new Set();
    this.#watchers.set(account, watchers.add(watcher));
    return {
      woken: async (signal) => {
        if (!watcher.pending && !signal.aborted && !this.#closed) await sleepUntilWoken(watcher, signal);
        watcher.pending = false;
      },
      close: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(account) === watchers) this.#watchers.delete(account);
      },
    };
  }
}

function sleepUntilWoken(watcher: Watcher, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      watcher.wake = null;
      resolve();
    };
    const timer = setTimeout(wake, POLL_MS);
    signal.addEventListener('abort', wake, { once: true });
    watcher.wake = wake;
  });
}
