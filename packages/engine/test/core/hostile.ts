/** Entries as hostile callers and full ledgers make them: any text, any JSON, amounts far above 2^53. */
import fc from 'fast-check';
import type { Entry, EntryDetail, EntryType, Metadata, Terms } from '../../src/core/account.ts';
import type { EntryEnvelope } from '../../src/core/canonical.ts';

/** With an ordinary prototype: what two records are compared by must be their fields alone. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

/** JSON as callers may send it: strange keys, lone surrogates, numbers at the edge of what JSON writes. */
export const strings = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\ud800',
    '|',
    '","',
    '\\',
    '1',
    '01',
    '😀',
    'é',
  ),
);
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53, 2 ** 53 - 1, 0.1),
);
export const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    numbers,
    strings,
    fc.array(tie('json'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(strings, tie('json')), { maxLength: 4 }).map(fromEntries),
}));

/** Keys such as `__proto__` as data of their own, as `JSON.parse` makes them. */
export function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

const metadata = fc
  .array(fc.tuple(strings, json), { maxLength: 3 })
  .map((all) => fromEntries(all) as Metadata);
const amounts = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n), fc.bigInt(-3n, 3n));
const numbersOf = (max: number) => fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0, max }));
export const nothingOr = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });

export const terms: fc.Arbitrary<Terms> = record({
  no: numbersOf(Number.MAX_SAFE_INTEGER),
  class: strings,
  amount: amounts,
  priority: fc.integer(),
  effectiveAt: fc.integer(),
  expiresAt: nothingOr(fc.integer()),
  features: nothingOr(fc.array(strings, { maxLength: 2 })),
  source: record({ type: strings, ref: nothingOr(strings) }),
  cost: nothingOr(record({ amountMinor: fc.integer(), currency: strings })),
  catalog: strings,
  metadata,
});

export const details: fc.Arbitrary<EntryDetail> = fc.record(
  {
    grants: fc.array(terms, { minLength: 1, maxLength: 2 }),
    grant: numbersOf(Number.MAX_SAFE_INTEGER),
    expiresAt: nothingOr(fc.integer()),
    before: nothingOr(fc.integer()),
    reversesAt: fc.nat(),
    reason: strings,
    units: json as fc.Arbitrary<NonNullable<EntryDetail['units']>>,
    member: strings,
    metadata,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const types = fc.constantFrom<EntryType[]>(
  'grant',
  'consume',
  'hold',
  'capture',
  'release',
  'refund',
  'expire',
  'void',
);
export const entries: fc.Arbitrary<Entry> = record({
  seq: numbersOf(Number.MAX_SAFE_INTEGER),
  type: types,
  at: numbersOf(2 ** 45),
  amount: amounts,
  held: amounts,
  debt: amounts,
  total: amounts,
  feature: nothingOr(strings),
  moves: fc.array(record({ grant: numbersOf(99), remaining: amounts, held: amounts }), { maxLength: 3 }),
  hold: nothingOr(numbersOf(Number.MAX_SAFE_INTEGER)),
  reverses: nothingOr(numbersOf(99)),
  actor: strings,
  catalog: strings,
  detail: nothingOr(details),
});
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
export const envelopes: fc.Arbitrary<EntryEnvelope> = record({
  account: numbersOf(2 ** 50),
  key: nothingOr(hex),
  fingerprint: nothingOr(hex),
});
