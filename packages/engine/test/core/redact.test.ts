/** Where a person's id is a name, and where it is only the beginning of another word. */
import { expect, test } from 'vitest';
import { redactTerms, withoutName } from '../../src/core/redact.ts';

const person = { id: 'u.1', pseudonym: 'erased_0' };

test.each([
  ['u.1', 'erased_0'],
  ['user:u.1', 'user:erased_0'],
  ['for u.1.', 'for erased_0.'],
  ['"u.1", (u.1) u.1: yes', '"erased_0", (erased_0) erased_0: yes'],
  ['first\nu.1', 'first\nerased_0'],
  ['für u.1ü', 'für erased_0ü'],
  [
    'u.12 au.1 u.1.old u.1@x u.1-2 u.1:2 x:u.1 user:u.12',
    'u.12 au.1 u.1.old u.1@x u.1-2 u.1:2 x:u.1 user:u.12',
  ],
  // The dot is a dot.
  ['uu1 u_1', 'uu1 u_1'],
])('%j', (text, without) => {
  expect(withoutName(text, person)).toBe(without);
  expect(withoutName([{ [text]: [text, 1, null] }], person)).toEqual([{ [without]: [without, 1, null] }]);
});

test('what the engine wrote on a lot stays; whoever only calls their source alike is redacted', () => {
  const purchase = {
    source: { type: 'purchase', ref: 'pur_0cnpncgag00y600000004' },
    metadata: { channel: 'stripe' },
  };
  expect(redactTerms(purchase)).toEqual(purchase);
  const award = {
    source: { type: 'campaign', ref: 'spring' },
    metadata: { campaign_kind: 'event', role: 'participant' },
  };
  expect(redactTerms(award)).toEqual(award);
  for (const type of ['purchase', 'subscription', 'campaign', 'refund', 'adjustment', 'shop']) {
    const terms = {
      source: { type, ref: 'order of Anna' },
      metadata: { buyer: 'Anna', channel: 'shop', reinstated: true },
    };
    expect(redactTerms(terms)).toEqual({
      source: { type, ref: 'redacted' },
      metadata: { channel: 'shop', reinstated: true },
    });
  }
});
