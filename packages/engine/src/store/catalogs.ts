import type { Catalog } from '../catalog/catalog.ts';
import { readCatalog, rulesOf } from '../catalog/load.ts';
import type { Rules } from '../core/rules.ts';
import { type Database, statement } from './database.ts';

const RECORD = statement<[string, string, number], never>(
  'catalog_record',
  `insert into drawdown.catalogs (version, document, recorded_at) values ($1, $2, $3) on conflict do nothing`,
);
const DOCUMENT = statement<[string], { document: string }>(
  'catalog_document',
  'select document from drawdown.catalogs where version = $1',
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

  async record(catalog: Catalog, now: number): Promise<void> {
    await this.#database.query(RECORD, [catalog.version, JSON.stringify(catalog.source), now]);
    this.#known.set(catalog.version, { catalog, rules: rulesOf(catalog) });
  }

  async version(version: string): Promise<KnownCatalog> {
    const known = this.#known.get(version);
    if (known !== undefined) return known;
    const { rows } = await this.#database.query(DOCUMENT, [version]);
    if (rows[0] === undefined) throw new Error(`the catalog ${version} of an entry was never recorded`);
    const catalog = readCatalog(JSON.parse(rows[0].document), `catalog ${version}`);
    const found = { catalog, rules: rulesOf(catalog) };
    this.#known.set(version, found);
    return found;
  }
}
