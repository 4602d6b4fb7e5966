import type { Catalog } from '../catalog/catalog.ts';
import { readRecorded, rulesOf } from '../catalog/load.ts';
import type { Rules } from '../core/rules.ts';
import { type Database, statement } from './database.ts';
import { setting } from './settings.ts';

const RECORD = statement<[string, string, number], never>(
  'catalog_record',
  `insert into drawdown.catalogs (version, document, recorded_at) values ($1, $2, $3) on conflict do nothing`,
);
const DOCUMENT = statement<[string], { document: string }>(
  'catalog_document',
  'select document from drawdown.catalogs where version = $1',
);

/** A catalog counts in other parts of a credit than the ledger does. Nothing was changed. */
export class ScaleFixed extends Error {
  override readonly name = 'ScaleFixed';

  constructor(ledger: number, catalog: number) {
    super(
      `The ledger counts credits with scale ${ledger} and the catalog with scale ${catalog}. The scale of a ledger is ` +
        `that of its first catalog, for good: set "scale": ${ledger} in the catalog, or use another database.`,
    );
  }
}

const KNOWS = statement<[string, string], { known: boolean }>(
  'catalogs_know',
  `select exists (
     select from drawdown.catalogs
      where (document::jsonb -> 'features') ? $1
         or exists (select from jsonb_array_elements(document::jsonb -> 'classes') c where c ->> 'id' = $2)
   ) as known`,
);

export interface KnownCatalog {
  readonly catalog: Catalog;
  readonly rules: Rules;
}

/** Every catalog that was ever in force, by version: an old entry is explained by the rules of its own day. */
export class Catalogs {
  readonly #database: Database;
  readonly #known = new Map<string, KnownCatalog>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Notes that a catalog is in force. Throws where its scale is not that of the amounts in this ledger, which are
   * counted in parts of a credit: under another scale every balance would mean something else.
   */
  async record(catalog: Catalog, now: number): Promise<void> {
    const scale = await setting(this.#database, 'scale', () => String(catalog.scale));
    if (scale !== String(catalog.scale)) throw new ScaleFixed(Number(scale), catalog.scale);
    await this.#database.query(RECORD, [catalog.version, JSON.stringify(catalog.source), now]);
    this.#known.set(catalog.version, { catalog, rules: rulesOf(catalog) });
  }

  /** Whether any catalog that was ever in force has the feature or the class. */
  async know({ feature = '', className = '' }: { feature?: string; className?: string }): Promise<boolean> {
    const { rows } = await this.#database.query(KNOWS, [feature, className]);
    return rows[0]?.known === true;
  }

  async version(version: string): Promise<KnownCatalog> {
    const known = this.#known.get(version);
    if (known !== undefined) return known;
    const { rows } = await this.#database.query(DOCUMENT, [version]);
    if (rows[0] === undefined) throw new Error(`the catalog ${version} of an entry was never recorded`);
    const catalog = readRecorded(JSON.parse(rows[0].document), version);
    const found = { catalog, rules: rulesOf(catalog) };
    this.#known.set(version, found);
    return found;
  }
}
