import { textArray } from './binary.ts';
import { type Database, statement } from './database.ts';

const NAMES = statement<[Buffer], { id: string; name: string }>(
  'source_names',
  `select id, terms ->> 'name' as name from drawdown.campaigns where id = any($1::text[])`,
);

/** Names are short, and campaigns that are kept in mind a few. */
const MAX_KNOWN = 10_000;

interface Lot {
  readonly source: { readonly type: string; readonly ref: string | null; readonly name: string | null };
}

/** What the campaigns that lots came from are called. A campaign keeps its name while a process runs. */
export class SourceNames {
  readonly #database: Database;
  readonly #known = new Map<string, string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The lots with the names of their sources; of a source without one, and of a campaign that is not here, null. */
  async named<L extends Lot>(lots: readonly L[]): Promise<L[]> {
    const refs = new Set(lots.flatMap(({ source }) => campaignOf(source) ?? []));
    const unknown = [...refs].filter((ref) => !this.#known.has(ref));
    if (unknown.length > 0) await this.#learn(unknown);
    return lots.map((lot) => {
      const name = this.#known.get(campaignOf(lot.source) ?? '');
      return name === undefined ? lot : { ...lot, source: { ...lot.source, name } };
    });
  }

  async #learn(refs: readonly string[]): Promise<void> {
    const { rows } = await this.#database.query(NAMES, [textArray(refs)]);
    if (this.#known.size + rows.length > MAX_KNOWN) this.#known.clear();
    for (const { id, name } of rows) this.#known.set(id, name);
  }
}

function campaignOf({ type, ref }: Lot['source']): string | null {
  return type === 'campaign' ? ref : null;
}
