/** A bar on standard error while a long reading goes on; nothing where that is no terminal. */
const WIDTH = 30;
/** Drawn often enough to be seen moving, seldom enough to cost nothing. */
const EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[2K';

export class ProgressBar {
  readonly #noun: string;
  readonly #isTerminal = process.stderr.isTTY === true;
  #drawnAt = 0;

  constructor(noun: string) {
    this.#noun = noun;
  }

  show({ done, of, beside }: { done: number; of: number; beside: string }): void {
    const now = performance.now();
    if (!this.#isTerminal || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    const part = of === 0 ? 1 : Math.min(1, done / of);
    const filled = Math.round(part * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    const percent = String(Math.floor(part * 100)).padStart(3);
    process.stderr.write(`${CLEAR_LINE}${bar} ${percent} %  ${done} of ${of} ${this.#noun}, ${beside}`);
  }

  clear(): void {
    if (this.#isTerminal && this.#drawnAt !== 0) process.stderr.write(CLEAR_LINE);
    this.#drawnAt = 0;
  }
}
