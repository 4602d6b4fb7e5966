/**
 * Two small pools of sessions, unaware of the driver. Shared sessions are given to every single statement at once and
 * pipeline them; exclusive ones are lent to one transaction at a time. They are kept apart so that a statement inside
 * a transaction's code can never wait for that very transaction to end.
 */
import { type Connection, DatabaseError } from './database.ts';

type Open = () => Promise<Connection>;

interface Slot {
  connection: Promise<Connection>;
  pending: number;
}

export class SharedConnections {
  readonly #open: Open;
  readonly #size: number;
  #slots: Slot[] = [];

  constructor(open: Open, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Runs `work` on the session with the fewest statements in flight; opens another while all are busy and room is left. */
  async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const slot = this.#pick();
    slot.pending += 1;
    try {
      const connection = await this.#ready(slot);
      return await work(connection);
    } finally {
      slot.pending -= 1;
    }
  }

  #pick(): Slot {
    let best: Slot | undefined;
    for (const slot of this.#slots) {
      if (best === undefined || slot.pending < best.pending) best = slot;
    }
    if (best !== undefined && (best.pending === 0 || this.#slots.length >= this.#size)) return best;
    const slot: Slot = { connection: this.#open(), pending: 0 };
    this.#slots.push(slot);
    return slot;
  }

  async #ready(slot: Slot): Promise<Connection> {
    const opening = slot.connection;
    try {
      const connection = await opening;
      if (!connection.broken) return connection;
    } catch (error) {
      // The next caller tries afresh; this one is told.
      this.#slots = this.#slots.filter((other) => other !== slot);
      throw error;
    }
    if (slot.connection === opening) slot.connection = this.#open();
    return await this.#ready(slot);
  }

  async close(): Promise<void> {
    const slots = this.#slots;
    this.#slots = [];
    await Promise.allSettled(slots.map(async (slot) => (await slot.connection).close()));
  }
}

export class ExclusiveConnections {
  readonly #open: Open;
  readonly #size: number;
  #idle: Connection[] = [];
  #lent = 0;
  #waiting: { resolve(): void; reject(error: Error): void }[] = [];
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(open: Open, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Lends a session for as long as `work` runs; a session that comes back broken is forgotten. */
  async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const connection = await this.#take();
      try {
        return await work(connection);
      } finally {
        if (!connection.broken) this.#idle.push(connection);
      }
    } finally {
      this.#leave();
    }
  }

  /** Waits for what is lent, refuses what queues, then closes every session. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(closedError());
    if (this.#lent > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async #enter(): Promise<void> {
    if (this.#closed) throw closedError();
    if (this.#lent < this.#size) {
      this.#lent += 1;
      return;
    }
    // The one who leaves hands its place over, so the count stays.
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #take(): Promise<Connection> {
    for (let next = this.#idle.pop(); next !== undefined; next = this.#idle.pop()) {
      if (!next.broken) return next;
    }
    return await this.#open();
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#lent -= 1;
    if (this.#lent === 0) this.#drained?.();
  }
}

/** The refusal of a database that was closed: nothing was sent, yet a caller treats it like any lost connection. */
export function closedError(): DatabaseError {
  return new DatabaseError('The database is closed', { kind: 'connection', sqlState: null });
}
