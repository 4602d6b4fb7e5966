/** The way in for a catalog: from a file or from data, to a frozen `Catalog` or a `CatalogError` that lists all. */
import { createHash } from 'node:crypto';
import { MAX_SCALE } from '../core/amount.ts';
import type { Rules } from '../core/rules.ts';
import type { Catalog, JsonObject, JsonValue } from './catalog.ts';
import { readSource } from './file.ts';
import { CatalogError, type CatalogIssue, pathText } from './issue.ts';
import { checkReferences } from './references.ts';
import { resolveFile } from './resolve.ts';
import { catalogFileSchema } from './schema.ts';

export { CatalogError, type CatalogIssue } from './issue.ts';

/**
 * Reads, validates and freezes a catalog. Files: `.json`; `.js`, `.mjs`, `.ts` and `.mts` by their default export.
 * Throws `CatalogError` with every problem found.
 */
export async function loadCatalog(source: { file: string } | { data: unknown }): Promise<Catalog> {
  return 'file' in source
    ? readCatalog(await readSource(source.file), source.file)
    : readCatalog(source.data);
}

/** As `loadCatalog`, for data that is there already. `origin` is what an error calls it. */
export function readCatalog(data: unknown, origin = 'The given catalog'): Catalog {
  const parsed = catalogFileSchema(scaleOf(data)).safeParse(data);
  const protoKeys = findProtoKeys(data, []);
  if (!parsed.success || protoKeys.length > 0) {
    throw new CatalogError(origin, [...(parsed.error?.issues ?? []).flatMap(issuesOf), ...protoKeys]);
  }
  const issues = checkReferences(parsed.data);
  if (issues.length > 0) throw new CatalogError(origin, issues);

  // Through JSON, since a catalog written in TypeScript may hold keys whose value is undefined.
  const source = JSON.parse(JSON.stringify(parsed.data)) as JsonObject;
  return deepFreeze({ version: versionOf(source), ...resolveFile(parsed.data), source });
}

/** As `readCatalog`, for a document that was recorded under a version, perhaps before policies of today were known. */
export function readRecorded(document: unknown, version: string): Catalog {
  return deepFreeze({ ...readCatalog(document, `catalog ${version}`), version });
}

/** Of a document as it is recorded: what a later release adds to it when it reads it is no part of it. */
export function versionOf(document: JsonValue): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex').slice(0, VERSION_DIGITS);
}

/** 48 bits: among the few thousand versions that one product ever has, two alike are out of reach. */
const VERSION_DIGITS = 12;

/** What the core needs to know of the catalog. */
export function rulesOf(catalog: Catalog): Rules {
  const { holds, notices, overdraft, refundGrace } = catalog.policies;
  return {
    version: catalog.version,
    scale: catalog.scale,
    strategy: catalog.strategy,
    classes: catalog.classes.map(({ id, rank, paid }) => ({ id, rank, paid })),
    refundGrace: refundGrace.parts,
    overdraft,
    hold: { defaultTtlMs: holds.defaultTtlSeconds * 1000, maxTtlMs: holds.maxTtlSeconds * 1000 },
    notices,
  };
}

/** The scale must be known before amounts can be judged; a wrong one is reported by the schema itself. */
function scaleOf(data: unknown): number {
  const scale = typeof data === 'object' && data !== null && 'scale' in data ? data.scale : 0;
  return typeof scale === 'number' && Number.isInteger(scale) && scale >= 0 && scale <= MAX_SCALE ? scale : 0;
}

interface SchemaIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly issues?: readonly { readonly message: string }[];
}

function issuesOf(issue: SchemaIssue): CatalogIssue[] {
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'is not a known key' }));
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return [{ path: pathText(issue.path), message: 'is missing' }];
  }
  const inner = issue.code === 'invalid_key' ? issue.issues?.[0]?.message : undefined;
  return [{ path: pathText(issue.path), message: inner === undefined ? issue.message : `the key ${inner}` }];
}

/** A parsed JSON can hold a key `__proto__`, which schemas of records pass over in silence. */
function findProtoKeys(value: unknown, path: readonly PropertyKey[]): CatalogIssue[] {
  // Deeper than any catalog: what lies below is unknown to the schema and reported by it, cycles included.
  if (typeof value !== 'object' || value === null || path.length > 12) return [];
  return Reflect.ownKeys(value).flatMap((key) => {
    if (key === '__proto__') return [{ path: pathText([...path, key]), message: 'is not a known key' }];
    const step = Array.isArray(value) && typeof key === 'string' ? Number(key) : key;
    return findProtoKeys((value as Record<PropertyKey, unknown>)[key], [...path, step]);
  });
}

/** JSON with sorted keys and no white space: equal for equal data. */
function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as JsonObject;
  const keys = Object.keys(object).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as JsonValue)}`).join(',')}}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
