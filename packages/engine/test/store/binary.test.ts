import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boolArray, byteaArray, int2Array, int4Array, int8Array, textArray } from '../../src/store/binary.ts';
import { statement } from '../../src/store/database.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase({ empty: true });
});
afterAll(() => fresh.drop());

/** What the server reads from the parameter, in order; an empty array has no rows. */
function serverReads<Item>(type: string) {
  const echo = statement<[Buffer], { item: Item }>(
    `test.echo_${type}`,
    `select item from unnest($1::${type}[]) with ordinality as row (item, place) order by place`,
  );
  return async (parameter: Buffer): Promise<Item[]> => {
    const { rows } = await fresh.database.query(echo, [parameter]);
    return rows.map((row) => row.item);
  };
}

async function roundTrips<Value, Item>(on: {
  type: string;
  value: fc.Arbitrary<Value>;
  encode: (values: (Value | null)[]) => Buffer;
  expected: (value: Value) => Item;
}) {
  const read = serverReads<Item | null>(on.type);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(on.value), { maxLength: 60 }), async (values) => {
      const expected = values.map((value) => (value === null ? null : on.expected(value)));
      expect(await read(on.encode(values))).toEqual(expected);
    }),
    { numRuns: 150, examples: [[[]], [[null]], [[null, null]]] },
  );
}

const LARGEST = 2n ** 63n - 1n;
const TWO_TO_53 = 2n ** 53n;

it('int8[] round trips, from numbers and bigints', async () => {
  const edge = fc.constantFrom(
    0n,
    -1n,
    LARGEST,
    -LARGEST - 1n,
    TWO_TO_53 + 1n,
    TWO_TO_53 - 1n,
    -TWO_TO_53 - 1n,
    2n ** 32n,
    -(2n ** 32n),
  );
  const safe = fc.constantFrom(
    0,
    -1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 - 1,
    -(2 ** 32),
    2 ** 53 - 1,
    -(2 ** 53) + 1,
  );
  const value = fc.oneof(edge, safe, fc.maxSafeInteger(), fc.bigInt({ min: -LARGEST - 1n, max: LARGEST }));
  await roundTrips({ type: 'int8', value, encode: int8Array, expected: BigInt });
  expect(await serverReads<bigint>('int8')(int8Array(new Float64Array([1, -2])))).toEqual([1n, -2n]);
});

it('int4[], int2[] and boolean[] round trip', async () => {
  const same = <Value>(value: Value) => value;
  await roundTrips({ type: 'int4', value: fc.integer(), encode: int4Array, expected: same });
  await roundTrips({
    type: 'int2',
    value: fc.integer({ min: -32768, max: 32767 }),
    encode: int2Array,
    expected: same,
  });
  await roundTrips({ type: 'bool', value: fc.boolean(), encode: boolArray, expected: same });
});

it('text[] round trips in every script and length', async () => {
  const character = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary', minLength: 30, maxLength: 300 }),
  );
  const value = fc.oneof(
    character,
    fc.constantFrom('', 'NULL', '{}', '"', '\\', 'é', '漢字'.repeat(50), 'a'.repeat(40), 'a'.repeat(41)),
  );
  await roundTrips({
    type: 'text',
    value: value.filter((text) => !text.includes('\0')),
    encode: textArray,
    expected: (text) => text,
  });
  expect(await serverReads('text')(textArray(['\ud800x']))).toEqual(['\ufffdx']);
});

it('bytea[] round trips', async () => {
  await roundTrips({
    type: 'bytea',
    value: fc.uint8Array(),
    encode: byteaArray,
    expected: (bytes) => Buffer.from(bytes),
  });
});

it('text[] carries jsonb[] by a cast, byte for byte to json', async () => {
  const cast = statement<[Buffer], { item: string }>(
    'test.jsonb',
    'select unnest($1::text[]::json[]) as item',
  );
  const { rows } = await fresh.database.query(cast, [textArray(['{"b": 1.0}', '[ ]'])]);
  expect(rows.map((row) => row.item)).toEqual(['{"b": 1.0}', '[ ]']);
});

it('refuses what does not fit instead of wrapping', () => {
  for (const value of [2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 63n, -(2n ** 63n) - 1n]) {
    expect(() => int8Array([value])).toThrow(RangeError);
  }
  for (const value of [2 ** 31, 0.5, Number.NaN]) expect(() => int4Array([value])).toThrow(RangeError);
  for (const value of [32768, -32769, 0.5, Number.NaN]) expect(() => int2Array([value])).toThrow(RangeError);
});
