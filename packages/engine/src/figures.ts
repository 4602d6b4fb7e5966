/** What a process counts of itself: all since its start, and how fast of late. */

/** Rates are over so long: short enough to be now, long enough not to jump. */
const WINDOW_SECONDS = 60;

/** So many of something in each of the last seconds; what is older is written over. */
class Rate {
  readonly #counts = new Float64Array(WINDOW_SECONDS);
  readonly #seconds = new Float64Array(WINDOW_SECONDS).fill(-1);

  add(second: number, by: number): void {
    const at = second % WINDOW_SECONDS;
    if (this.#seconds[at] !== second) {
      this.#seconds[at] = second;
      this.#counts[at] = 0;
    }
    this.#counts[at] = (this.#counts[at] ?? 0) + by;
  }

  /** In the last `over` seconds up to and with this one. */
  sum(second: number, over: number): number {
    return this.#counts.reduce((sum, count, at) => {
      const of = this.#seconds[at] ?? -1;
      return of > second - over && of <= second ? sum + count : sum;
    }, 0);
  }
}

/** Verbs that take credits for good. */
const DEDUCTIONS: ReadonlySet<string> = new Set(['consume', 'capture']);

export class Figures {
  readonly startedAt = new Date();
  readonly #clock: () => number;
  readonly #start: number;
  readonly #counts = new Map<string, number>();
  readonly #rates = {
    commands: new Rate(),
    deductions: new Rate(),
    refused: new Rate(),
    batches: new Rate(),
  };

  /** `clock`: milliseconds that only grow. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#start = clock();
  }

  /** A command and what became of it: done, or the code of a refusal. */
  command(verb: string, outcome: string): void {
    this.#count(`commands.${verb}.${outcome}`, 1);
    const second = this.#second;
    this.#rates.commands.add(second, 1);
    if (outcome !== 'done') this.#rates.refused.add(second, 1);
    else if (DEDUCTIONS.has(verb)) this.#rates.deductions.add(second, 1);
  }

  batch(commands: number): void {
    this.#count('batches', 1);
    this.#count('batched_commands', commands);
    this.#rates.batches.add(this.#second, 1);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  get upMs(): number {
    return this.#clock() - this.#start;
  }

  /** Per second, over the last minute or since the start. */
  get rates(): Record<'commands' | 'deductions' | 'refused' | 'batches', number> {
    const second = this.#second;
    const over = Math.min(WINDOW_SECONDS, second + 1);
    const { commands, deductions, refused, batches } = this.#rates;
    const of = (rate: Rate): number => rate.sum(second, over) / over;
    return { commands: of(commands), deductions: of(deductions), refused: of(refused), batches: of(batches) };
  }

  get #second(): number {
    return Math.floor(this.upMs / 1000);
  }

  #count(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }
}
