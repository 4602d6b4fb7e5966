/** Commands as data: what they are called, what they take, what they do. `program.ts` turns them into a program. */
import type { Client } from '@drawdown/client';
import type { Config } from '../config.ts';
import { CommandError } from './exit.ts';
import type { Output } from './output.ts';

/** Flags and their one-line explanation, as commander reads them: `--amount <credits>`, `--feature <id...>`. */
export type OptionFlags = readonly [flags: string, explanation: string];

interface Described {
  /** One word, or two where commands have a group: `keys create`. */
  readonly name: string;
  readonly summary: string;
  /** `<account>`, `[feature]`, `<file...>`, with an explanation each. */
  readonly parameters?: readonly OptionFlags[];
  readonly options?: readonly OptionFlags[];
  /** More of the help: examples, mostly. */
  readonly help?: string;
}

/** A command that talks to a server, or to a database through a server of its own. */
export interface ClientCommand extends Described {
  readonly target: {
    /** It prefers the admin key to the secret key. */
    readonly staff?: boolean;
    /** Where the data directory holds nothing yet it makes a database instead of refusing. */
    readonly creates?: boolean;
    /** Where there is neither server nor database it runs on a throw-away one. */
    readonly throwAway?: boolean;
    /** It runs until it is interrupted, and ends by itself then. */
    readonly live?: boolean;
  };
  run(invocation: Invocation & { readonly client: Client }): Promise<number | undefined>;
}

/** A command that finds what it needs by itself. */
export interface ProcessCommand extends Described {
  readonly target: null;
  run(invocation: Invocation): Promise<number | undefined>;
}

export type CommandData = ClientCommand | ProcessCommand;

export interface Invocation {
  readonly config: Config;
  readonly output: Output;
  readonly parameters: readonly (string | readonly string[] | undefined)[];
  readonly options: Options;
}

/** What was given on the command line; every value is text, and the server is the judge of it. */
export class Options {
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
  }

  /** `name` without dashes: `valid-for`. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    return typeof value === 'string' ? value : undefined;
  }

  demand(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new CommandError('usage', `--${name} is missing`);
    return value;
  }

  list(name: string): string[] | undefined {
    const value = this.#value(name);
    return Array.isArray(value) ? value.flatMap((item) => String(item).split(',')) : undefined;
  }

  flag(name: string): boolean {
    return this.#value(name) === true;
  }

  /** A whole number within bounds. */
  whole(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new CommandError('usage', `--${name} must be a whole number from ${min} to ${max}, not "${value}"`);
  }

  #value(name: string): unknown {
    return this.#given[name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  }
}

/** The words of the command line that stand for ids; the program has seen to it that they are there. */
export function parameter({ parameters }: Invocation, index: number): string {
  const value = parameters[index];
  if (typeof value !== 'string') throw new CommandError('usage', 'a parameter is missing');
  return value;
}

/** An object without the keys whose value is undefined: absent on the wire means not stated. */
export function stated<T extends Record<string, unknown>>(
  fields: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
