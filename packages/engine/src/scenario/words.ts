import { formatInstant, parseDuration, parseInstant } from '../core/calendar.ts';
import { ScenarioError, suggest } from './error.ts';

interface Word {
  readonly text: string;
  readonly column: number;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const AMOUNT = /^(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,6})?$/;
const SIGNED = /^[+-](?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,6})?$|^0$/;
const INTEGER = /^-?(?:0|[1-9][0-9]{0,8})$/;
const SHORT_DURATION = /^([1-9][0-9]{0,8})([smhd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const WITHOUT_SECONDS = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;

/** Reads one line word by word; commas are words of their own, `#` begins a comment. Every refusal names the place. */
export class Words {
  readonly line: number;
  readonly text: string;
  readonly #words: readonly Word[];
  #next = 0;

  constructor(text: string, line: number) {
    this.text = text;
    this.line = line;
    this.#words = split(text);
  }

  get done(): boolean {
    return this.#next >= this.#words.length;
  }

  peek(): string | null {
    return this.#words[this.#next]?.text ?? null;
  }

  /** Takes the next word where it is this one. */
  take(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next++;
    return true;
  }

  next(what: string): string {
    const word = this.#words[this.#next];
    if (word === undefined || word.text === ',') throw this.error(`${what} is missing here`);
    this.#next++;
    return word.text;
  }

  keyword(word: string): void {
    if (!this.take(word)) throw this.error(`"${word}" is missing here`);
  }

  /** One of the words, or an error that suggests the nearest. */
  oneOf<T extends string>(known: readonly T[], what: string): T {
    const word = this.next(what);
    const found = known.find((candidate) => candidate === word);
    if (found === undefined) throw this.errorBefore(`"${word}" is not ${what}`, suggest(word, known));
    return found;
  }

  name(what: string): string {
    return this.matching(NAME, what, 'a name begins with a letter and has letters, digits, "_", "-" and "."');
  }

  /** Credits, as they are written: `25`, `12.50`. */
  amount(what = 'an amount'): string {
    return this.matching(AMOUNT, what, 'an amount is a plain decimal such as 25 or 12.50');
  }

  isAmount(): boolean {
    return AMOUNT.test(this.peek() ?? '');
  }

  signed(what: string): string {
    return this.matching(SIGNED, what, 'write the sign: +10 or -10 (or 0)');
  }

  integer(what: string): number {
    return Number(this.matching(INTEGER, what, 'a whole number'));
  }

  /** An instant: RFC 3339, seconds may be left out, a bare date is its midnight in UTC. Answers UTC with ms. */
  instant(what = 'an instant'): string {
    const word = this.next(what);
    const minutes = WITHOUT_SECONDS.exec(word);
    const full = DATE.test(word) ? `${word}T00:00:00Z` : minutes ? `${minutes[1]}:00${minutes[2]}` : word;
    const instant = parseInstant(full);
    if (instant === null) {
      throw this.errorBefore(
        `"${word}" is not ${what}`,
        'write 2026-03-25, 2026-03-25T10:00Z or 2026-03-25T10:00:00.000Z',
      );
    }
    return formatInstant(instant);
  }

  /** An ISO 8601 duration, or a short one: 90s, 15m, 24h, 30d. Answers ISO 8601. */
  duration(what = 'a duration'): string {
    const word = this.next(what);
    const short = SHORT_DURATION.exec(word);
    const iso = short ? (short[2] === 'd' ? `P${short[1]}D` : `PT${word.toUpperCase()}`) : word;
    if (parseDuration(iso) === null) {
      throw this.errorBefore(
        `"${word}" is not ${what}`,
        'write P30D, P1M, PT15M, or short 90s, 15m, 24h, 30d',
      );
    }
    return iso;
  }

  seconds(what: string): number {
    const iso = this.duration(what);
    const parts = parseDuration(iso);
    if (parts === null || parts.years + parts.months > 0) {
      throw this.errorBefore(`"${iso}" has no fixed length`, 'write seconds, minutes, hours or days');
    }
    const days = parts.weeks * 7 + parts.days;
    return ((days * 24 + parts.hours) * 60 + parts.minutes) * 60 + parts.seconds;
  }

  /** Nothing may follow. */
  end(known: readonly string[] = []): void {
    const word = this.peek();
    if (word === null) return;
    throw this.error(`"${word}" is not expected here`, suggest(word, known));
  }

  matching(pattern: RegExp, what: string, hint: string): string {
    const word = this.next(what);
    if (!pattern.test(word)) throw this.errorBefore(`"${word}" is not ${what}`, hint);
    return word;
  }

  /** About the word that comes next, or the line's end. */
  error(reason: string, hint: string | null = null): ScenarioError {
    return this.#errorAt(this.#next, reason, hint);
  }

  /** About the word just read. */
  errorBefore(reason: string, hint: string | null = null): ScenarioError {
    return this.#errorAt(this.#next - 1, reason, hint);
  }

  #errorAt(index: number, reason: string, hint: string | null): ScenarioError {
    const column = this.#words[index]?.column ?? this.text.trimEnd().length + 2;
    return new ScenarioError(reason, { line: this.line, column }, { text: this.text, hint });
  }
}

function split(text: string): Word[] {
  const words: Word[] = [];
  const pattern = /#.*|,|[^\s,#][^\s,]*/g;
  for (const match of text.matchAll(pattern)) {
    if (match[0].startsWith('#')) break;
    words.push({ text: match[0], column: match.index + 1 });
  }
  return words;
}
