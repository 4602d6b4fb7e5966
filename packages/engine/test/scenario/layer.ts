import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { reportText } from '../../src/scenario/report.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { ScenarioTarget } from '../../src/scenario/target.ts';

const DIRECTORY = fileURLToPath(new URL('../../../../scenarios', import.meta.url));

export const scenarioFiles = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.scenario'))
  .sort();

/** Runs every scenario against a target of its own, so that each begins with its own clock. */
export function scenariosAt(layer: string, open: (catalog: Catalog) => Promise<ScenarioTarget>): void {
  const shipped = readCatalog(shippedCatalog);
  describe(`scenarios at ${layer}`, () => {
    it.each(scenarioFiles)('%s', async (name) => {
      const { scenario, catalog } = await loadScenario(join(DIRECTORY, name));
      const target = await open(catalog ?? shipped);
      try {
        const report = await runScenario(scenario, target, { prefix: 'scn_' });
        if (!report.ok) expect.fail(reportText(report));
      } finally {
        await target.close();
      }
    });
  });
}
