/** Whatever the engine gives as a reason by itself is shown to people in words. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createFormat } from '../../../client/src/react/format.ts';
import { english } from '../../../client/src/react/messages/english.ts';
import { createTranslate } from '../../../client/src/react/messages/translate.ts';
import { OWN_REASONS, reasonText } from '../../../client/src/react/reasons.ts';
import { CASHED_OUT, REVERSED } from '../../src/store/flows.ts';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
/** An entry's own detail, and what a subscription takes lots back for. */
const WRITTEN = [
  /detail: \{[^}]*reason: '([a-z_]+)'/g,
  /voidScheduled\([^;]*?'([a-z_]+)'\)/g,
  /returning\([^;]*?reason: '([a-z_]+)'/g,
];

function textOf(directory: string): string {
  const files = readdirSync(join(SOURCE, directory)).filter((name) => name.endsWith('.ts'));
  return files.map((name) => readFileSync(join(SOURCE, directory, name), 'utf8')).join('\n');
}

test('every reason that the engine writes by itself has words', () => {
  const code = textOf('core') + textOf('sources');
  const written = WRITTEN.flatMap((pattern) => [...code.matchAll(pattern)].map(([, reason]) => reason));
  // Lots of a purchase are frozen and freed with the state that it is in.
  const states = ['refunding', 'disputed', 'completed', 'partly_reversed', 'reversed'];
  const all = [...written, ...states.map((state) => `purchase_${state}`), CASHED_OUT, REVERSED];
  expect(written.length).toBeGreaterThan(5);
  expect([...new Set(all)].sort()).toEqual([...OWN_REASONS]);
});

test('what somebody wrote stays as it is', () => {
  const t = createTranslate(english, createFormat({ locale: 'en' }));
  expect(reasonText('cash_out', t)).toBe('It was paid out.');
  expect(reasonText('A goodwill gift', t)).toBe('A goodwill gift');
});
