import type { Operation } from '@drawdown/client';
import type { NameKind } from './names.ts';

/** A step above failed, so that what it should have made is not there; it is reported there, not here. */
export class MissingName extends Error {
  constructor(name: string) {
    super(`"${name}" names nothing: the step that gave it the name was refused`);
    this.name = 'MissingName';
  }
}

/** What a change answered, in the parts that expectations speak of. */
export interface Answer {
  readonly operation: Operation | null;
  readonly [part: string]: unknown;
}

export interface Sent {
  /** Sends the very request again, under the same key. */
  readonly again: () => Promise<unknown>;
  readonly answer: Answer | null;
}

/** The ids and answers behind a scenario's names, for one run. */
export class Ids {
  readonly #ids = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #sent = new Map<string, Sent>();
  /** Every operation that was answered, to be read back at the end. */
  readonly operations: Operation[] = [];

  bind(kind: NameKind, name: string, id: string): void {
    this.#ids.set(`${kind} ${name}`, id);
    this.#names.set(id, name);
  }

  id(kind: NameKind, name: string): string {
    const id = this.#ids.get(`${kind} ${name}`);
    if (id === undefined) throw new MissingName(name);
    return id;
  }

  has(kind: NameKind, name: string): boolean {
    return this.#ids.has(`${kind} ${name}`);
  }

  /** The author's name for an id; the id itself where it has none. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }

  knows(id: string): boolean {
    return this.#names.has(id);
  }

  record(step: string, sent: Sent): void {
    this.#sent.set(step, sent);
  }

  sent(step: string): Sent {
    const sent = this.#sent.get(step);
    if (sent === undefined) throw new MissingName(step);
    return sent;
  }
}
