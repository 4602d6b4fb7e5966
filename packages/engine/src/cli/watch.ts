/** An account live: a picture that is drawn again on a terminal, a line per event everywhere else. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter } from './command.ts';
import type { Output } from './output.ts';
import { balanceTable, classesText, movesText, signed } from './show.ts';

/** Entries that a redrawn picture shows below the balance. */
const SHOWN = 12;
/** Clears the screen and goes to its corner. */
const CLEAR = '\u001b[2J\u001b[H';

export const watchCommand: ClientCommand = {
  name: 'watch',
  summary: 'Show an account live, until interrupted',
  parameters: [['<account>', 'the account id']],
  options: [
    ['--after <seq>', 'begin with the entries after this one instead of with the balance'],
    ['--also <accounts>', 'say as well that one of these has changed, with commas between'],
  ],
  target: { live: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const after = options.whole('after', { min: 0, max: Number.MAX_SAFE_INTEGER });
    const stop = new AbortController();
    const end = () => stop.abort();
    process.once('SIGINT', end).once('SIGTERM', end).once('SIGHUP', end);
    // The reader of our output has gone: nobody is watching.
    process.stdout.once('error', end);
    const show = output.isTerminal && !output.json ? new Picture(output) : new Lines(output);
    const resume = after === undefined ? {} : { lastEventId: after };
    const also = options.text('also')?.split(',') ?? [];
    const onChanged = (other: string, version: number) => show.changed(other, version);
    const following = client.events(account, { signal: stop.signal, ...resume, also, onChanged });
    for await (const event of following) show.event(event);
    return undefined;
  },
};

class Lines {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  event(event: wire.StreamEvent): void {
    this.#output.answer(event, () =>
      event.type === 'entry' ? entryLine(event.entry) : balanceLine(event.balance),
    );
  }

  changed(account: string, version: number): void {
    this.#output.answer({ type: 'changed', account, version }, () => changedLine(account, version));
  }
}

class Picture {
  readonly #output: Output;
  #entries: wire.Entry[] = [];
  #balance: wire.Balance | null = null;
  readonly #others = new Map<string, number>();

  constructor(output: Output) {
    this.#output = output;
  }

  event(event: wire.StreamEvent): void {
    if (event.type === 'entry') this.#entries = [event.entry, ...this.#entries].slice(0, SHOWN);
    else this.#balance = event.balance;
    this.#draw();
  }

  changed(account: string, version: number): void {
    this.#others.set(account, version);
    this.#draw();
  }

  #draw(): void {
    if (this.#balance === null) return;
    const { bold, dim } = this.#output.colors;
    const { account, version, as_of } = this.#balance;
    this.#output.raw(
      [
        `${CLEAR}${bold(account)} ${dim(`version ${version}, ${as_of}; Ctrl-C ends`)}`,
        '',
        balanceTable(this.#output, this.#balance),
        '',
        ...this.#entries.map(entryLine),
        ...(this.#others.size === 0
          ? []
          : ['', ...[...this.#others].map(([id, seq]) => dim(changedLine(id, seq)))]),
      ].join('\n'),
    );
  }
}

function balanceLine(balance: wire.Balance): string {
  const held = balance.held === 0 ? '' : `, held ${balance.held}`;
  return `${balance.as_of}  balance  available ${balance.available}${held} (${classesText(balance)}), version ${balance.version}`;
}

function changedLine(account: string, version: number): string {
  return `${account} is at version ${version}`;
}

function entryLine(entry: wire.Entry): string {
  const feature = entry.feature === null ? '' : ` ${entry.feature}`;
  const moves = movesText(entry);
  return `${entry.at}  #${entry.seq} ${entry.type}${feature} ${signed(entry.amount)}${moves === '' ? '' : `: ${moves}`}`;
}
