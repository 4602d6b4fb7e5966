/** The words that are fetched before the first view of Profile → Credits are those that it says, and no others. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { english } from '../../src/react/messages/english.ts';
import { first } from '../../src/react/messages/english-first.ts';
import { first as germanFirst } from '../../src/react/messages/german-first.ts';

const HERE = fileURLToPath(new URL('../../src/react/', import.meta.url));
/** What the page itself is made of, with the switch that the frame puts above it, and the badge that stands in any head. */
const ROOTS = ['credits-page.tsx', 'account-switch.tsx', 'credits-badge.tsx'];
/** Imports of values that are there from the start; what is fetched later is `import('…')`. */
const IMPORTED = /^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)';/gm;
/** A key, or the beginning of one that is put together. */
const SAID = /['`]([a-z_]+(?:\.(?:[a-z_.]+|\$))?)/g;

function sourcesFrom(roots: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const left = roots.map((name) => resolve(HERE, name));
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (found.has(path) || path.includes('/messages/')) continue;
    const text = readFileSync(path, 'utf8');
    found.set(path, text);
    for (const [, to] of text.matchAll(IMPORTED)) left.push(resolve(dirname(path), to ?? ''));
  }
  return found;
}

function saidIn(text: string): string[] {
  const keys = Object.keys(english);
  return [...text.matchAll(SAID)].flatMap(([, key = '']) =>
    key.endsWith('$')
      ? keys.filter((one) => one.startsWith(key.slice(0, -1)))
      : keys.filter((one) => one === key),
  );
}

test('the first words are those that the first view says', () => {
  const said = new Set([...sourcesFrom(ROOTS).values()].flatMap(saidIn));
  expect([...said].sort()).toEqual(Object.keys(first).sort());
  expect(Object.keys(germanFirst).sort()).toEqual(Object.keys(first).sort());
});

test('what is fetched later is not read as if it were there', () => {
  const paths = [...sourcesFrom(ROOTS).keys()].map((path) => path.slice(HERE.length));
  expect(paths).toContain('class-cards.tsx');
  expect(paths).not.toContain('lots-drawer.tsx');
  expect(paths).not.toContain('offers.tsx');
});
