import { changeKeys } from './change-keys.ts';
import type { Connection } from './database.ts';
import { entriesByKey, type KeyedPlace } from './lookups.ts';
import { entryOf, type StoredEntry } from './rows.ts';

type Keyed = { readonly account: number; readonly key: string | null };

/**
 * The idempotency keys that a batch knows to be used: with the entry that each made, found in the ledger or entered by
 * an earlier task of the batch, or with no entry where its change entered none. A key belongs to one account.
 */
export class KnownKeys {
  readonly #on: Connection;
  readonly #entries = new Map<string, StoredEntry>();
  /** Fingerprints of changes that entered nothing. */
  readonly #changes = new Map<string, string>();

  constructor(on: Connection) {
    this.#on = on;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#changes.size === 0;
  }

  /** Whether the key was used before, for the same or for something else. */
  has({ key }: Keyed): boolean {
    return key !== null && (this.#entries.has(key) || this.#changes.has(key));
  }

  /** Of what the key was used for. */
  fingerprintOf({ key }: Keyed): string | null {
    if (key === null) return null;
    return this.#entries.get(key)?.fingerprint ?? this.#changes.get(key) ?? null;
  }

  /** Null where nothing was entered. */
  entryOf({ key }: Keyed): StoredEntry | null {
    return (key === null ? undefined : this.#entries.get(key)) ?? null;
  }

  add({ key }: Keyed, entry: StoredEntry): void {
    if (key !== null) this.#entries.set(key, entry);
  }

  async lookUp(tasks: readonly Keyed[]): Promise<void> {
    const wanted = new Map<string, KeyedPlace>();
    for (const { account, key } of tasks) if (key !== null) wanted.set(key, { account, key });
    if (wanted.size === 0) return;
    const places = [...wanted.values()];
    const [entries, changes] = await Promise.all([
      entriesByKey(this.#on, places),
      changeKeys(this.#on, places),
    ]);
    for (const row of entries.rows) {
      const entry = entryOf(row);
      this.#entries.set(entry.key as string, entry);
    }
    for (const { key, fingerprint } of changes.rows) this.#changes.set(key, fingerprint);
  }
}
