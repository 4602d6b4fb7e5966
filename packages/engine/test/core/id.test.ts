/** Ids are addresses: they sort by creation, lead back to where they came from, and exist in one spelling only. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextStamp } from '../../src/core/account.ts';
import {
  accountNumber,
  BUCKETS,
  bucketOf,
  grantId,
  holdId,
  operationId,
  parseGrantId,
  parseHoldId,
  parseOperationId,
} from '../../src/core/id.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const MAX = Number.MAX_SAFE_INTEGER;

const accounts = fc
  .tuple(fc.integer({ min: 0, max: BUCKETS - 1 }), fc.integer({ min: 0, max: 2 ** 40 - 1 }))
  .map(([bucket, ordinal]) => accountNumber(bucket, ordinal));
const stamps = fc.oneof(fc.integer({ min: 0, max: MAX }), fc.constantFrom(0, 1, 31, 32, MAX - 1, MAX));
const times = fc.oneof(fc.integer({ min: 0, max: 2 ** 45 - 1 }), fc.constant(Date.UTC(2026, 2, 25)));
const seqs = fc.oneof(fc.integer({ min: 1, max: 2 ** 40 - 1 }), fc.constantFrom(1, 2, 32, 2 ** 40 - 1));

describe('round trips', () => {
  test('an account number carries its bucket', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: BUCKETS - 1 }),
        fc.integer({ min: 0, max: 2 ** 40 - 1 }),
        (bucket, n) => {
          const account = accountNumber(bucket, n);
          expect(Number.isSafeInteger(account)).toBe(true);
          expect(bucketOf(account)).toBe(bucket);
          expect(account - accountNumber(bucket, 0)).toBe(n);
        },
      ),
    );
  });

  test('grant and hold ids lead to account and number', () => {
    fc.assert(
      fc.property(accounts, stamps, (account, no) => {
        expect(parseGrantId(grantId(account, no))).toEqual({ account, no });
        expect(parseHoldId(holdId(account, no))).toEqual({ account, no });
      }),
    );
  });

  test('operation ids lead to account, instant and version', () => {
    fc.assert(
      fc.property(accounts, times, seqs, (account, at, seq) => {
        expect(parseOperationId(operationId(account, { at, seq }))).toEqual({ account, at, seq });
      }),
    );
  });

  test('ids are of one width and of the letters and digits that nobody mistakes', () => {
    fc.assert(
      fc.property(accounts, stamps, times, seqs, (account, no, at, seq) => {
        expect(grantId(account, no)).toMatch(/^grt_[0-9a-hjkmnp-tv-z]{21}$/);
        expect(holdId(account, no)).toMatch(/^hld_[0-9a-hjkmnp-tv-z]{21}$/);
        expect(operationId(account, { at, seq })).toMatch(/^op_[0-9a-hjkmnp-tv-z]{27}$/);
      }),
    );
  });
});

describe('ids sort by creation', () => {
  const byText = (ids: readonly string[]): string[] => [...ids].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

  test('stamps strictly increase within an account, whatever the clock does, and are led by the time', () => {
    const start = Date.UTC(2026, 0, 1);
    const steps = fc.array(fc.integer({ min: -3, max: 5 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(accounts, steps, (account, clock) => {
        let now = start;
        let last = 0;
        const ids = clock.map((step) => {
          now += step;
          const next = nextStamp(last, now);
          expect(next).toBeGreaterThan(last);
          last = next;
          return grantId(account, next);
        });
        expect(byText(ids)).toEqual(ids);
      }),
    );
    expect(nextStamp(0, start)).toBe((start - Date.UTC(2020, 0, 1)) * 2048);
    expect(nextStamp(nextStamp(0, start), start)).toBe(nextStamp(0, start) + 1);
    expect(nextStamp(0, Date.UTC(2019, 0, 1))).toBe(1);
    expect(Number.isSafeInteger(nextStamp(0, Date.UTC(2159, 0, 1)))).toBe(true);
  });

  test('grants of different accounts too, by their millisecond', () => {
    fc.assert(
      fc.property(accounts, accounts, stamps, (one, other, no) => {
        if (no < MAX) expect(grantId(one, no) < grantId(other, no + 1)).toBe(true);
      }),
    );
  });

  test('operations by their instant, then within an account by version', () => {
    fc.assert(
      fc.property(accounts, accounts, times, seqs, seqs, (one, other, at, a, b) => {
        if (at < 2 ** 45 - 1) {
          expect(operationId(one, { at, seq: a }) < operationId(other, { at: at + 1, seq: b })).toBe(true);
        }
        expect(operationId(one, { at, seq: a }) < operationId(one, { at, seq: b })).toBe(a < b);
      }),
    );
  });
});

describe('no other spelling', () => {
  const parsers = [
    {
      parse: parseGrantId,
      make: (): string => grantId(accountNumber(5, 77), 12_345_678_901),
      prefix: 'grt_',
    },
    { parse: parseHoldId, make: (): string => holdId(accountNumber(5, 77), 12_345_678_901), prefix: 'hld_' },
    {
      parse: parseOperationId,
      make: (): string => operationId(accountNumber(5, 77), { at: Date.UTC(2026, 2, 25), seq: 9 }),
      prefix: 'op_',
    },
  ];

  test.each(parsers)(
    '$prefix with any single character replaced, left out, doubled or put in',
    ({ parse, make }) => {
      const id = make();
      const strange = ['i', 'l', 'o', 'u', 'A', 'Z', '-', '_', ' ', '\n', '\u0000', '١', 'é', '😀', '', 'aa'];
      for (let i = 0; i < id.length; i++) {
        for (const one of strange) {
          const other = id.slice(0, i) + one + id.slice(i + 1);
          if (other !== id) expect(parse(other), other).toBeNull();
        }
        expect(parse(id.slice(0, i) + (id[i] as string).toUpperCase() + id.slice(i + 1)) === null).toBe(
          (id[i] as string).toUpperCase() !== id[i],
        );
      }
      for (const other of [
        '',
        id.toUpperCase(),
        ` ${id}`,
        `${id} `,
        `${id}\n`,
        id.slice(4),
        `${id}0`,
        id + id,
      ]) {
        expect(parse(other), other).toBeNull();
      }
    },
  );

  test('an id of one kind is none of another', () => {
    for (const { parse, prefix } of parsers) {
      for (const other of parsers) if (other.prefix !== prefix) expect(parse(other.make())).toBeNull();
    }
    expect(parseHoldId(grantId(1, 1))).toBeNull();
    expect(parseGrantId(grantId(1, 1).replace('grt_', 'hld_'))).toBeNull();
  });

  test('a number too large to be one is refused, the largest is read', () => {
    const account = '0'.repeat(10);
    // 2^53 - 1 in base 32: eight of the 55 bits' top values, then ones.
    expect(parseGrantId(`grt_7zzzzzzzzzz${account}`)).toEqual({ account: 0, no: MAX });
    expect(parseGrantId(`grt_80000000000${account}`)).toBeNull();
    expect(parseGrantId(`grt_zzzzzzzzzzz${account}`)).toBeNull();
    expect(parseHoldId(`hld_zzzzzzzzzzz${account}`)).toBeNull();
  });

  test('whatever is read is written back as the very same text', () => {
    const body = (length: number) =>
      fc.string({ unit: fc.constantFrom(...ALPHABET, 'i', 'L', '!'), minLength: length, maxLength: length });
    fc.assert(
      fc.property(body(21), body(27), (short, long) => {
        const grant = parseGrantId(`grt_${short}`);
        if (grant !== null) expect(grantId(grant.account, grant.no)).toBe(`grt_${short}`);
        const hold = parseHoldId(`hld_${short}`);
        if (hold !== null) expect(holdId(hold.account, hold.no)).toBe(`hld_${short}`);
        const operation = parseOperationId(`op_${long}`);
        if (operation !== null) expect(operationId(operation.account, operation)).toBe(`op_${long}`);
        const plain = (text: string): boolean => [...text].every((letter) => ALPHABET.includes(letter));
        expect(operation !== null).toBe(plain(long));
        expect(grant !== null).toBe(plain(short) && short[0] !== undefined && ALPHABET.indexOf(short[0]) < 8);
      }),
      { numRuns: 2_000 },
    );
  });
});
