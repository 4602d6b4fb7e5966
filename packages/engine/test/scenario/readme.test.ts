import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { engineTarget } from '../../src/scenario/engine-target.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { STEP_WORDS } from '../../src/scenario/parse-step.ts';
import { reportText } from '../../src/scenario/report.ts';
import { runScenario } from '../../src/scenario/run.ts';
import { openEngine } from './open-engine.ts';

const README = new URL('../../../../scenarios/README.md', import.meta.url);

it('the scenarios that explain the format run', async () => {
  const text = await readFile(README, 'utf8');
  const blocks = [...text.matchAll(/^```scenario\n(.*?)^```$/gms)].map((match) => match[1] as string);
  expect(blocks).toHaveLength(3);
  const directory = await mkdtemp(join(tmpdir(), 'drawdown-scenario-'));
  for (const [index, block] of blocks.entries()) {
    const file = join(directory, `${index}.scenario`);
    await writeFile(file, block);
    const { scenario, catalog } = await loadScenario(file);
    const { engine, close } = await openEngine(catalog ?? readCatalog(shippedCatalog));
    const report = await runScenario(scenario, engineTarget(engine), { prefix: '' });
    expect(reportText(report)).toMatch(/^ok/);
    await close();
  }
  await rm(directory, { recursive: true });
});

it('every step is explained', async () => {
  const text = await readFile(README, 'utf8');
  for (const word of STEP_WORDS) expect(text).toContain(`\`${word} `);
});

it('a scenario may name a catalog in a file beside it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drawdown-scenario-'));
  await writeFile(join(directory, 'ours.json'), JSON.stringify({ ...shippedCatalog, scale: 3 }));
  const file = join(directory, 'a.scenario');
  await writeFile(file, 'scenario A\nwhy b\ncatalog ours.json\nat 2026-03-01\ngrant g purchased 0.001\n');
  expect((await loadScenario(file)).catalog?.scale).toBe(3);
  await rm(directory, { recursive: true });
});
