/** The text under the hash chain: one per value, never shared by two, the same for good. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, EntryDetail, Metadata, Terms } from '../../src/core/account.ts';
import { canonicalEntry, canonicalJson, detailText, parseDetail } from '../../src/core/canonical.ts';
import { details, entries, envelopes, fromEntries, json, nothingOr, strings, terms } from './hostile.ts';

/** What JSON itself keeps of a value: it knows no −0. */
const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

describe('canonicalJson', () => {
  test('is JSON of the same value, without white space', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(through(value));
      }),
      { numRuns: 500 },
    );
    expect(canonicalJson({ b: [1, { d: null, c: 'x y' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x y","d":null}]}',
    );
  });

  test('does not depend on the order of keys', () => {
    const shuffled = fc
      .uniqueArray(fc.tuple(strings, json), { selector: ([key]) => key, maxLength: 6 })
      .chain((entries) =>
        fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
      );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(canonicalJson(fromEntries(one))).toBe(canonicalJson(fromEntries(other)));
      }),
      { numRuns: 500 },
    );
  });

  test('tells any two values apart', () => {
    const few = fc.constantFrom<unknown>('a', '1', 1, 0, null, true, 'true', 'null', [], {}, '', ['a'], {
      a: 1,
    });
    const value = fc.oneof(
      few,
      fc.array(few, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', ''), few),
    );
    fc.assert(
      fc.property(fc.oneof(value, json), fc.oneof(value, json), (one, other) => {
        const same = isDeepStrictEqual(through(one), through(other));
        expect(canonicalJson(one) === canonicalJson(other)).toBe(same);
      }),
      { numRuns: 3_000 },
    );
  });

  test('keys that say nothing are left out, a hole in a list is null, a bigint is its digits', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(canonicalJson([undefined, 1])).toBe('[null,1]');
    expect(canonicalJson(undefined)).toBe('null');
    expect(canonicalJson({ a: 2n ** 60n, b: -0 })).toBe('{"a":1152921504606846976,"b":0}');
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });
});

describe('the stored detail of an entry', () => {
  test('is read back as it was, amounts above 2^53 and hostile metadata included', () => {
    fc.assert(
      fc.property(details, (detail) => {
        const read = parseDetail(detailText(detail));
        const { grants, ...rest } = detail;
        expect({ ...read, grants: undefined }).toEqual({
          ...(through(rest) as EntryDetail),
          grants: undefined,
        });
        expect(read.grants?.map((one) => one.amount)).toEqual(grants?.map((one) => one.amount));
        const plain = (all: readonly Terms[] | undefined) =>
          through(all?.map((one) => ({ ...one, amount: 0 })) ?? 0);
        expect(plain(read.grants)).toEqual(plain(grants));
        expect('grants' in read).toBe(grants !== undefined);
        expect(detailText(read)).toBe(detailText(detail));
      }),
      { numRuns: 500 },
    );
  });

  test('a key __proto__ stays data: it gives nothing a prototype', () => {
    const hostile = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Metadata;
    const read = parseDetail(detailText({ metadata: hostile, reason: 'x' }));
    expect(Object.keys(read.metadata ?? {}).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(read.metadata)).toBe(Object.prototype);
    expect((read.metadata as { admin?: unknown }).admin).toBeUndefined();
  });

  test('an amount is decimal text, since JSON numbers round above 2^53', () => {
    const one = fc.sample(terms, { numRuns: 1, seed: 1 })[0] as Terms;
    const text = detailText({ grants: [{ ...one, amount: 9_007_199_254_740_993n }] });
    expect(text).toContain('"amount":"9007199254740993"');
    expect(parseDetail(text).grants?.[0]?.amount).toBe(9_007_199_254_740_993n);
  });
});

describe('canonicalEntry', () => {
  test('an entry stored and read back has the same text', () => {
    fc.assert(
      fc.property(entries, envelopes, (entry, envelope) => {
        const detail = entry.detail === null ? null : parseDetail(detailText(entry.detail));
        expect(canonicalEntry({ ...entry, detail }, envelope)).toBe(canonicalEntry(entry, envelope));
      }),
    );
  });

  test('two different entries never share a text: any one column changed changes it', () => {
    const columns = [
      'seq',
      'type',
      'at',
      'amount',
      'held',
      'debt',
      'total',
      'feature',
      'moves',
      'hold',
    ] as const;
    const others = ['reverses', 'actor', 'catalog', 'detail'] as const;
    const outside = ['account', 'key', 'fingerprint'] as const;
    fc.assert(
      fc.property(entries, entries, envelopes, envelopes, (entry, other, envelope, second) => {
        const text = canonicalEntry(entry, envelope);
        for (const column of [...columns, ...others]) {
          const changed = { ...entry, [column]: other[column] };
          expect(canonicalEntry(changed, envelope) === text).toBe(same(entry, changed));
        }
        for (const column of outside) {
          const changed = { ...envelope, [column]: second[column] };
          expect(canonicalEntry(entry, changed) === text).toBe(isDeepStrictEqual(envelope, changed));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('nor do two entries whose columns imitate each other', () => {
    const letters = fc.string({
      unit: fc.constantFrom('|', '"', '\\', ':', ';', '{', '}', '1', ''),
      maxLength: 4,
    });
    const near = fc.record(
      {
        feature: nothingOr(letters),
        actor: letters,
        catalog: letters,
        moves: fc.array(
          fc.record(
            { grant: fc.nat(11), remaining: fc.bigInt(-11n, 11n), held: fc.bigInt(-1n, 1n) },
            { noNullPrototype: true },
          ),
          { maxLength: 2 },
        ),
        hold: nothingOr(fc.nat(11)),
        reverses: nothingOr(fc.nat(11)),
        detail: nothingOr(fc.record({ reason: letters }, { noNullPrototype: true })),
      },
      { noNullPrototype: true },
    );
    const [base] = fc.sample(entries, { numRuns: 1, seed: 2 }) as [Entry];
    const envelope = { account: 1, key: null, fingerprint: null };
    fc.assert(
      fc.property(near, near, (one, other) => {
        const texts = [one, other].map((part) => canonicalEntry({ ...base, ...part }, envelope));
        expect(texts[0] === texts[1]).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 3_000 },
    );
  });

  test('the text is what it was: a change here breaks the chain of every ledger there is', () => {
    const entry: Entry = {
      seq: 4,
      type: 'consume',
      at: 1_774_432_800_000,
      amount: -25n,
      held: 0n,
      debt: 1n,
      total: 110n,
      feature: 'ai_script',
      moves: [
        { grant: 7, remaining: -20n, held: 0n },
        { grant: 9, remaining: -5n, held: -5n },
      ],
      hold: 11,
      reverses: 2,
      actor: 'key:key_1',
      catalog: 'abc',
      detail: { reason: 'a|b', metadata: { z: 1, a: 'é' } },
    };
    expect(canonicalEntry(entry, { account: 1_099_511_627_777, key: 'ab', fingerprint: 'cd' })).toBe(
      '1099511627777|4|consume|1774432800000|-25|0|1|110|"ai_script"|7:-20:0;9:-5:-5;|11|2|"key:key_1"|"abc"|' +
        '{"metadata":{"a":"é","z":1},"reason":"a|b"}|ab|cd',
    );
    const bare = { ...entry, moves: [], feature: null, hold: null, reverses: null, detail: null };
    expect(canonicalEntry(bare, { account: 1, key: null, fingerprint: null })).toBe(
      '1|4|consume|1774432800000|-25|0|1|110||||' + '|"key:key_1"|"abc"|||',
    );
  });
});

/** Alike in all that JSON can keep. */
function same(one: Entry, other: Entry): boolean {
  const plain = (entry: Entry) => ({
    ...entry,
    detail: entry.detail === null ? null : through(JSON.parse(detailText(entry.detail))),
  });
  return isDeepStrictEqual(plain(one), plain(other));
}
