/** Between rounds that found nothing: how long something due waits after a crash, at least. */
const IDLE_MS = 1_000;
const FAILED_MS = 2_000;

export interface DueRoundsSetting {
  /** What is looked for, as the log is to name it. */
  readonly what: string;
  /** Does what is due now; true where more may be. */
  readonly round: () => Promise<boolean>;
  readonly log: (message: string, error?: unknown) => void;
  /** Between rounds that found nothing, in milliseconds; absent: a second. */
  readonly idleMs?: number;
}

/**
 * Looks for rows that are due, at once when told to hurry and now and then otherwise, so that what a process left
 * behind is found by another. Any number of processes may look at once: whoever delivers ends the row with it.
 */
export class DueRounds {
  readonly #setting: DueRoundsSetting;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #asked = false;
  #started = false;
  #stopped = false;

  constructor(setting: DueRoundsSetting) {
    this.#setting = setting;
  }

  /** Looks for what is due, now and from now on. */
  start(): void {
    this.#started = true;
    this.hurry();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  /** Something has become due just now. */
  hurry(): void {
    if (!this.#started || this.#stopped) return;
    this.#asked = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { round, log, what, idleMs = IDLE_MS } = this.#setting;
    let wait = idleMs;
    try {
      while (this.#asked && !this.#stopped) {
        this.#asked = false;
        if (await round()) this.#asked = true;
      }
    } catch (error) {
      wait = FAILED_MS;
      log(`${what} could not be looked up and will be again`, error);
    }
    this.#running = null;
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hurry(), wait);
    this.#timer.unref();
  }
}
