/**
 * What the documents show is what happens: their commands and programs run against a real server, and the output is
 * compared with the text, but for ids and times. `RECORD_DOCS=1` writes what was printed into the documents instead.
 */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from './cli/support.ts';
import { blocksOf, commandsOf, comparable } from './docs/blocks.ts';
import { hasCurl, play } from './docs/play.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GUIDES = readdirSync(join(ROOT, 'docs/guide')).filter((name) => name.endsWith('.md'));
const PLAYED = ['README.md', ...GUIDES.map((name) => `docs/guide/${name}`)];
const record = process.env.RECORD_DOCS === '1';
const curl = hasCurl();

let drawdown: Installation;

beforeAll(() => {
  drawdown = install();
  // Library users import the engine by its name.
  symlinkSync(join(drawdown.dist, '..'), join(drawdown.dist, '../../../node_modules/drawdown'));
});

afterAll(async () => {
  await drawdown.remove();
});

describe('what the documents show is what happens', () => {
  for (const name of PLAYED) {
    const document = readFileSync(join(ROOT, name), 'utf8');
    const lacksCurl = !curl && /^\$ .*\bcurl\b/m.test(document);
    it.skipIf(lacksCurl)(
      `${name}${lacksCurl ? ' (SKIPPED: curl is not installed here)' : ''}`,
      async () => {
        const { comparisons, recorded } = await play(document, drawdown);
        if (record) writeFileSync(join(ROOT, name), recorded);
        else
          for (const { line, what, shown, printed } of comparisons) {
            expect(printed, `${name}:${line} ${what}`).toBe(shown);
          }
      },
      120_000,
    );
  }
});

const MARKDOWN = [
  ...[
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'scenarios/README.md',
    'packages/client/README.md',
  ],
  ...['guide', 'decisions'].flatMap((folder) =>
    readdirSync(join(ROOT, 'docs', folder)).map((name) => `docs/${folder}/${name}`),
  ),
];

it.each(MARKDOWN)('%s: every link within the repository leads somewhere', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8').replaceAll(/^```.*?^```$/gms, '');
  const broken = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(name), target)));
  expect(broken).toEqual([]);
});

it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])(
  '%s: every file that it names is there',
  (name) => {
    const text = readFileSync(join(ROOT, name), 'utf8');
    const named = [
      ...text.matchAll(
        /`((?:packages|docs|tools|scenarios|bench|src|core|store|catalog|http|cli)\/[\w./-]*)`/g,
      ),
    ];
    const bases = ['', 'packages/engine/', 'packages/engine/src/'];
    const missing = named
      .map((match) => match[1] as string)
      .filter((path) => !bases.some((base) => existsSync(join(ROOT, base, path))));
    expect(missing).toEqual([]);
  },
);

it('README.md leads to every guide', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(GUIDES.filter((name) => !text.includes(`](docs/guide/${name})`))).toEqual([]);
});

describe('the player', () => {
  it('tells commands from what they print', () => {
    expect(commandsOf('$ a \\\n  b\none\ntwo\n$ c\n')).toEqual([
      { typed: 'a \\\n  b', shown: 'one\ntwo\n' },
      { typed: 'c', shown: '' },
    ]);
    expect(() => commandsOf('output first\n')).toThrow(/begins with/);
  });

  it('finds blocks by line and language', () => {
    expect(
      blocksOf('a\n\n```ts\nx\n```\n').map(({ language, line, text }) => [language, line, text]),
    ).toEqual([['ts', 3, 'x\n']]);
  });

  it('forgives ids, times and line breaks of JSON, and nothing else', () => {
    const one = '{"id":"op_1m83ws2z35a0000000100000004","at":"2026-11-23T09:46:15.395Z","amount":25}';
    expect(comparable(one)).toBe(
      comparable(
        '{\n  "id": "op_1m83ws2z35a0000000200000004",\n  "at": "2027-01-01T00:00:00.000Z",\n  "amount": 25\n}',
      ),
    );
    expect(comparable(one)).not.toBe(comparable(one.replace('25', '26')));
  });

  it('fails where a document shows what does not happen', { timeout: 60_000 }, async () => {
    const document = '```console\n$ npx drawdown balance nobody\nnobody has a million\n```\n';
    const { comparisons } = await play(document, drawdown);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]?.printed).not.toBe(comparisons[0]?.shown);
    await expect(play('```sh\nrm -rf everything\n```\n', drawdown)).rejects.toThrow(/nobody runs/);
  });
});
