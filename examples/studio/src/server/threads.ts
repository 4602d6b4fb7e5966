/** Worker threads: a few at a time, in the order in which they were asked for, each with an end. */
import { Worker } from 'node:worker_threads';
import type { Result, Task } from './work.ts';
import type { Message, Order } from './worker.ts';

export interface ThreadsOptions {
  /** The program of a thread. */
  readonly program: URL;
  readonly execArgv?: readonly string[];
}

export interface Running {
  /** Rejects with what the work threw, `Ended` or `TooSlow`. */
  readonly result: Promise<Result>;
  /** 0 to 1. */
  progress(): number;
  end(): void;
}

/** Somebody ended it. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

/** What a machine with two cores does beside its requests. */
const AT_ONCE = 2;
/** The longest animation takes about half a minute. */
const LONGEST_MS = 180_000;

export class Threads {
  readonly #options: ThreadsOptions;
  #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  run(task: Task, { fail = false }: { fail?: boolean } = {}): Running {
    let progress = 0;
    const stop = new AbortController();
    const onProgress = (share: number): void => {
      progress = share;
    };
    const result = this.#take(stop.signal).then(() =>
      this.#work({ task, fail }, { signal: stop.signal, onProgress }).finally(() => this.#give()),
    );
    // Whoever asks later is told all the same.
    result.catch(() => undefined);
    return { result, progress: () => progress, end: () => stop.abort(new Ended()) };
  }

  /** Resolves when it is its turn; whoever was ended before that has none. */
  #take(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.#busy += 1;
        resolve();
      };
      if (this.#busy < AT_ONCE) return begin();
      this.#waiting.push(begin);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== begin);
        reject(signal.reason);
      });
    });
  }

  #give(): void {
    this.#busy -= 1;
    this.#waiting.shift()?.();
  }

  async #work(
    order: Order,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
  ): Promise<Result> {
    const { program, execArgv = [] } = this.#options;
    const worker = new Worker(program, { workerData: order, execArgv: [...execArgv] });
    try {
      return await new Promise<Result>((resolve, reject) => {
        const timer = setTimeout(() => reject(new TooSlow()), LONGEST_MS);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        worker.on('message', (message: Message) => {
          if ('progress' in message) onProgress(message.progress);
          else if ('result' in message) resolve(message.result);
          else reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
        });
        worker.once('error', reject);
        worker.once('exit', (code) => {
          clearTimeout(timer);
          reject(new Error(`The thread ended with ${code}`));
        });
      });
    } finally {
      await worker.terminate();
    }
  }
}
