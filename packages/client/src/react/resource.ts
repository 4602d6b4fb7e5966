/** What is read from the server and shown by several components: read once, kept while it is read again. */
export interface Loaded<T> {
  /** The last that arrived; it stays while a newer one is on its way, so that nothing on the page jumps. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
}

export class Resource<T> {
  readonly #load: () => Promise<T>;
  readonly #listeners = new Set<() => void>();
  #state: Loaded<T> = { data: undefined, error: undefined, loading: true };
  #stamp: unknown;
  #running = false;
  #again = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  get state(): Loaded<T> {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads what stands at this stamp, unless that was read or is being read. */
  at(stamp: unknown): void {
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.reload();
  }

  /** Reads it again. One request at a time: what changes meanwhile is asked for once, afterwards. */
  readonly reload = (): void => {
    if (this.#running) this.#again = true;
    else void this.#run();
  };

  async #run(): Promise<void> {
    this.#running = true;
    do {
      this.#again = false;
      this.#set({ ...this.#state, loading: true });
      try {
        this.#set({ data: await this.#load(), error: undefined, loading: this.#again });
      } catch (error) {
        this.#set({ ...this.#state, error, loading: this.#again });
      }
    } while (this.#again);
    this.#running = false;
  }

  #set(state: Loaded<T>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
