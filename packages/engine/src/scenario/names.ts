import { suggest } from './error.ts';
import type { Words } from './words.ts';

export type NameKind =
  | 'grant'
  | 'hold'
  | 'operation'
  | 'quote'
  | 'subscription'
  | 'purchase'
  | 'code'
  | 'request'
  /** Whose request it is: behind the request's name. */
  | 'member'
  /** The address of a purchase's checkout: behind the purchase's name. */
  | 'checkout';

/** The names that a scenario has given so far; a name means one thing, and comes before its use. */
export class Names {
  readonly #kinds = new Map<string, NameKind>();

  /** Reads a new name. */
  declare(words: Words, kind: NameKind): string {
    const name = words.name(`the name of the ${kind}`);
    this.add(words, name, kind);
    return name;
  }

  add(words: Words, name: string, kind: NameKind): void {
    const known = this.#kinds.get(name);
    if (known !== undefined) {
      throw words.errorBefore(
        `"${name}" is the name of a ${known} above`,
        'give every step a name of its own',
      );
    }
    this.#kinds.set(name, kind);
  }

  /** Whether a word is a name given above, of this kind. */
  isKind(word: string | null, kind: NameKind): boolean {
    return word !== null && this.#kinds.get(word) === kind;
  }

  /** Reads a name given above, of one of the kinds. */
  refer(words: Words, ...kinds: NameKind[]): string {
    const name = words.next(`the name of a ${kinds.join(' or ')}`);
    this.kindOf(words, name, kinds);
    return name;
  }

  /** The kind of the name just read, which must be one of `kinds`. */
  kindOf(words: Words, name: string, kinds: readonly NameKind[]): NameKind {
    const kind = this.#kinds.get(name);
    if (kind !== undefined && kinds.includes(kind)) return kind;
    const known = [...this.#kinds].filter(([, other]) => kinds.includes(other)).map(([other]) => other);
    const reason =
      kind === undefined
        ? `no ${kinds.join(' or ')} is called "${name}" above`
        : `"${name}" is a ${kind}, not a ${kinds.join(' or ')}`;
    throw words.errorBefore(reason, suggest(name, known));
  }
}
