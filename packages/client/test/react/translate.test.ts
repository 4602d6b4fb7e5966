/** How sentences are filled. */
import { expect, it } from 'vitest';
import { createFormat } from '../../src/react/format.ts';
import { german } from '../../src/react/messages/german.ts';
import { createTranslate } from '../../src/react/messages/translate.ts';

it('one full stop is enough after a month that is cut short', () => {
  const format = createFormat({ locale: 'de', timeZone: 'UTC' });
  const t = createTranslate(german, format);
  const date = format.day('2026-12-03T00:00:00.000Z');
  expect(date).toBe('3. Dez.');
  expect(t('at_risk.lot', { count: 220, class: 'Abo', date })).toBe('220 Abo am 3. Dez.');
  expect(t('plans.renews', { date: '3. Mai' })).toBe('Verlängert sich am 3. Mai.');
  expect(t('at_risk.lapse', { count: 2, class: 'Abo', date })).toContain('am 3. Dez. ungenutzt.');
});

it('keeps names and dates apart from a sentence that is written from right to left', () => {
  const words = { ...german, 'at_risk.lot': '{count} {class} בתאריך {date}.' };
  const t = createTranslate(words, createFormat({ locale: 'he', timeZone: 'UTC' }));
  expect(t('at_risk.lot', { count: 220, class: 'Pro 2', date: '3.12.' })).toBe(
    '\u2068220\u2069 \u2068Pro 2\u2069 בתאריך \u20683.12.\u2069',
  );
});
