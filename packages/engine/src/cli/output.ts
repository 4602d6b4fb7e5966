/** What a command says, to people or to machines. The only file that knows the colour library. */
import picocolors from 'picocolors';
import { type Column, tableText } from './table.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** With `json` everything that is for people stays silent, and the answer is one document. */
export class Output {
  readonly json: boolean;
  /** Whether standard output is a terminal, which can be drawn on again. */
  readonly isTerminal: boolean;
  readonly colors: Colors;

  constructor({ json, noColor }: { json: boolean; noColor: boolean }) {
    this.json = json;
    this.isTerminal = process.stdout.isTTY === true;
    this.colors = picocolors.createColors(this.isTerminal && !noColor && !json);
  }

  /** The answer: `document` for machines, `text` for people. */
  answer(document: unknown, text: () => string): void {
    this.raw(this.json ? JSON.stringify(document) : text());
  }

  /** A line for people. */
  line(text = ''): void {
    if (!this.json) this.raw(text);
  }

  raw(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Beside the answer: never in its way. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`);
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
    const titles = columns.map((column) => ({ ...column, title: this.colors.dim(column.title) }));
    return tableText(titles, rows);
  }
}
