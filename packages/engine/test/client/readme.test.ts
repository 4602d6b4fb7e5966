import { readFileSync } from 'node:fs';
import * as client from '@drawdown/client';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { SECRET_KEY, serve } from './serve.ts';

const README = new URL('../../../client/README.md', import.meta.url);
const IMPORT = /^import (\{[^}]*\}) from '@drawdown\/client';$/gm;

/** The snippets in a row, each in a block of its own where it makes a client of its own. */
function snippets(url: string): string {
  const text = readFileSync(README, 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] as string);
  const [first, ...rest] = blocks;
  const joined = [first, ...rest.map((block) => (block.includes('createClient(') ? `{\n${block}\n}` : block))]
    .join('\n')
    .replaceAll('http://127.0.0.1:4400', url)
    .replace(IMPORT, 'const $1 = client;');
  return ts.transpile(`(async () => {\n${joined}\n})()`, { target: ts.ScriptTarget.ES2022 });
}

it('the snippets of the client run as they stand', async () => {
  const server = await serve();
  const printed: unknown[][] = [];
  try {
    const run = new Function('client', 'process', 'console', `return ${snippets(server.url)}`);
    const process = { env: { DRAWDOWN_SECRET_KEY: SECRET_KEY } };
    await run(client, process, { log: (...words: unknown[]) => printed.push(words) });
  } finally {
    await server.close();
  }
  expect(printed.slice(0, 5)).toEqual([
    [['20 subscription', '5 promotional']],
    [110],
    [false],
    ['9915 of 10000 missing: 85 there, 0 held'],
    [85],
  ]);
  expect(printed.slice(5).map((words) => words[1])).toEqual([-25, -25]);
});
