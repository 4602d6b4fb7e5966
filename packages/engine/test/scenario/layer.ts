import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { limitationOf } from '../../src/scenario/reach.ts';
import { reportText } from '../../src/scenario/report.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { ScenarioTarget } from '../../src/scenario/target.ts';

const DIRECTORY = fileURLToPath(new URL('../../../../scenarios', import.meta.url));

const files = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.scenario'))
  .sort();

/** A layer under one catalog. Scenarios share it, each with accounts of its own and a clock that begins anew. */
export interface Stage {
  begin(): Promise<ScenarioTarget>;
  close(): Promise<void>;
}

/** Runs every scenario at a layer; one that is out of its reach must say so before its first step. */
export function scenariosAt(layer: string, open: (catalog: Catalog) => Promise<Stage>): void {
  const shipped = readCatalog(shippedCatalog);
  let shippedStage: Promise<Stage> | undefined;
  // Each holds connections, so of the catalogs that are a scenario's own one is open at a time.
  let ownStage: { version: string; stage: Promise<Stage> } | undefined;
  const stageOf = async (catalog: Catalog): Promise<Stage> => {
    shippedStage ??= open(shipped);
    if (catalog === shipped) return await shippedStage;
    if (ownStage?.version !== catalog.version) {
      await (await ownStage?.stage)?.close();
      ownStage = { version: catalog.version, stage: open(catalog) };
    }
    return await ownStage.stage;
  };
  describe(`scenarios at ${layer}`, () => {
    afterAll(async () => {
      for (const stage of [shippedStage, ownStage?.stage]) await (await stage)?.close();
    });

    it.each(files)('%s', async (name) => {
      const { scenario, catalog } = await loadScenario(join(DIRECTORY, name));
      const target = await (await stageOf(catalog ?? shipped)).begin();
      const limitation = limitationOf(scenario, target);
      const running = runScenario(scenario, target, { prefix: `${name.slice(0, 3)}.` });
      if (limitation !== null) return await expect(running).rejects.toThrow(limitation);
      const report = await running;
      if (!report.ok) expect.fail(reportText(report));
    });
  });
}
