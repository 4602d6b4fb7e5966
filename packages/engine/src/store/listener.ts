/** LISTEN that survives lost connections. */
import type { Connection } from './database.ts';

/** What a listener needs of a session beyond statements. */
export interface ListeningConnection extends Connection {
  onNotification(heard: (channel: string, payload: string) => void): void;
  onLost(lost: () => void): void;
}

/** A listener tries again soon at first, and then no more often than a restarting server minds. */
const RELISTEN_FIRST_MS = 50;
const RELISTEN_MOST_MS = 5_000;

/** A subscription that outlives its connections. */
export class Listener {
  readonly #connect: () => Promise<ListeningConnection>;
  readonly #channel: string;
  readonly #on: { notification(payload: string): void; reconnected(): void };
  #connection: ListeningConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    connect: () => Promise<ListeningConnection>,
    channel: string,
    on: { notification(payload: string): void; reconnected(): void },
  ) {
    this.#connect = connect;
    this.#channel = channel;
    this.#on = on;
  }

  async start(): Promise<void> {
    const connection = await this.#connect();
    connection.onNotification((channel, payload) => {
      if (channel === this.#channel) this.#on.notification(payload);
    });
    try {
      await connection.script(`listen "${this.#channel.replaceAll('"', '""')}"`);
    } catch (error) {
      await connection.close();
      throw error;
    }
    if (this.#closed) {
      await connection.close();
      return;
    }
    this.#connection = connection;
    connection.onLost(() => this.#again(RELISTEN_FIRST_MS));
    // The session may have ended between the answer and the line above, and then the call is already past.
    if (connection.broken) this.#again(RELISTEN_FIRST_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#connection?.close();
  }

  #again(delay: number): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.start().then(
        () => {
          if (!this.#closed) this.#on.reconnected();
        },
        () => this.#again(Math.min(delay * 2, RELISTEN_MOST_MS)),
      );
    }, delay);
  }
}
