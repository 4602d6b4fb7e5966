import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { loadCatalog, readCatalog } from '../catalog/load.ts';
import { shippedCatalog } from '../catalog/shipped.ts';
import type { Scenario } from './model.ts';
import { parseScenario } from './parse.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** The catalog that the scenario plays under; null where it has none of its own and any will do. */
  readonly catalog: Catalog | null;
}

/** Reads a scenario file. Throws `ScenarioError` for its text and `CatalogError` for its catalog. */
export async function loadScenario(file: string): Promise<LoadedScenario> {
  const scenario = parseScenario(await readFile(file, 'utf8'));
  const { catalog } = scenario;
  if (catalog === null) return { scenario, catalog: null };
  if (catalog.kind === 'file') {
    return { scenario, catalog: await loadCatalog({ file: resolve(dirname(file), catalog.path) }) };
  }
  const data = mergePatch(shippedCatalog, catalog.patch);
  return { scenario, catalog: readCatalog(data, `The catalog of "${scenario.title}"`) };
}

/** RFC 7396: objects are merged, null takes a key away, everything else replaces what was there. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
