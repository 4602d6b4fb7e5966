/** One thing that is wrong with a catalog, and where. */
export interface CatalogIssue {
  /** `features.ai_script.price.amount`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The catalog cannot be used. `issues` has every problem that was found; the message prints all of them. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly issues: readonly CatalogIssue[];

  /** `origin` is the file, or whatever else the reader will recognise the catalog by. */
  constructor(origin: string, issues: readonly CatalogIssue[]) {
    const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(`${origin} is not a usable catalog:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.issues = issues;
  }
}

/** Writes a path as one reads it: `plans[0].class`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((written, key) => {
    if (typeof key === 'number') return `${written}[${key}]`;
    return written === '' ? String(key) : `${written}.${String(key)}`;
  }, '');
}
