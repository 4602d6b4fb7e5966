import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from './catalog.ts';
import { readCatalog } from './load.ts';
import { type Priced, priceOf } from './price.ts';
import type { CatalogFile } from './schema.ts';
import { shippedCatalog } from './shipped.ts';

type FilePrice = NonNullable<CatalogFile['features']>[string]['price'];

function catalogWith(price: FilePrice, scale = 0): Catalog {
  const { classes, surfaces } = shippedCatalog;
  return readCatalog({ scale, classes, surfaces, features: { f: { name: 'F', price } } });
}

const priced = (catalog: Catalog, units?: unknown): Priced => {
  const result = priceOf(catalog, 'f', units);
  if ('code' in result) throw new Error(JSON.stringify(result));
  return result;
};

/** The oracle: fractions of text, kept apart from the engine's fixed point. */
interface Fraction {
  n: bigint;
  d: bigint;
}
const fraction = (text: string): Fraction => {
  const [whole = '', part = ''] = text.split('.');
  return { n: BigInt(whole + part), d: 10n ** BigInt(part.length) };
};
const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const ceil = ({ n, d }: Fraction): bigint => n / d + (n % d === 0n ? 0n : 1n);
const ceilTo = (a: Fraction, step: Fraction): Fraction => ({
  n: ceil({ n: a.n * step.d, d: a.d * step.n }) * step.n,
  d: step.d,
});

/** A decimal above 0 as text, of at most `decimals` decimals. */
const decimalText = (maximum: number, decimals: number) =>
  fc
    .tuple(fc.nat(maximum), fc.nat(10 ** decimals - 1))
    .filter(([whole, part]) => whole + part > 0)
    .map(([whole, part]) => `${whole}.${String(part).padStart(decimals, '0')}`);

describe('priceOf', () => {
  it('is exact: per unit, against fractions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 100_000 }),
        decimalText(100_000, 6),
        fc.option(decimalText(1000, 3), { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
        (scale, atoms, units, increment, minimum) => {
          const one = 10n ** BigInt(scale);
          const written = (n: number) => `${BigInt(n) / one}.${String(BigInt(n) % one).padStart(scale, '0')}`;
          const text = (n: number) => (scale === 0 ? String(n) : written(n));
          const catalog = catalogWith(
            {
              kind: 'per_unit',
              amount: text(atoms),
              unit: 'second',
              ...(increment === undefined ? {} : { increment }),
              ...(minimum === undefined ? {} : { minimum: text(minimum) }),
            },
            scale,
          );
          const quantity = fraction(units);
          const rounded = increment === undefined ? quantity : ceilTo(quantity, fraction(increment));
          const cost = ceil(times(rounded, { n: BigInt(atoms), d: 1n }));
          const least = BigInt(minimum ?? 0);
          expect(priced(catalog, units).amount).toBe(cost < least ? least : cost);
        },
      ),
    );
  });

  it('is exact: two multiplied dimensions round once, at the end', () => {
    const catalog = catalogWith({
      kind: 'table',
      dimensions: [
        { kind: 'per_unit', id: 'seconds' },
        { kind: 'per_unit', id: 'megapixels' },
      ],
      cells: [{ when: {}, amount: 7 }],
    });
    fc.assert(
      fc.property(decimalText(10_000, 6), decimalText(10_000, 6), (seconds, megapixels) => {
        const cost = ceil(times(times(fraction(seconds), fraction(megapixels)), { n: 7n, d: 1n }));
        expect(priced(catalog, { seconds, megapixels }).amount).toBe(cost);
      }),
    );
    expect(priced(catalog, { seconds: 0.1, megapixels: 0.2 }).amount).toBe(1n);
    expect(priced(catalog, { seconds: 0.1, megapixels: 30 }).amount).toBe(21n);
  });

  it('never falls when more is asked for', () => {
    const catalogs = [
      catalogWith({ kind: 'per_unit', amount: 3, unit: 's', increment: 0.7, minimum: 5 }),
      catalogWith({
        kind: 'table',
        dimensions: [{ kind: 'tier', id: 's', up_to: [1, 10.5, 1_000_000] }],
        cells: [
          { when: { s: 1 }, amount: 0 },
          { when: { s: 10.5 }, amount: 4 },
          { when: { s: 1_000_000 }, amount: 9 },
        ],
      }),
      catalogWith({
        kind: 'table',
        dimensions: [{ kind: 'per_unit', id: 's', increment: 5 }],
        cells: [{ when: {}, amount: 2 }],
      }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...catalogs),
        decimalText(900_000, 4),
        decimalText(900_000, 4),
        (catalog, a, b) => {
          const [less, more] = Number(a) <= Number(b) ? [a, b] : [b, a];
          const units = (s: string) => (catalog === catalogs[0] ? s : { s });
          expect(priced(catalog, units(less)).amount <= priced(catalog, units(more)).amount).toBe(true);
        },
      ),
    );
  });

  it('prices what it answers the same again, so that a quote is a charge (lesson 27)', () => {
    const shipped = readCatalog(shippedCatalog);
    const requests = fc.oneof(
      fc.record({
        feature: fc.constant('ai_script'),
        units: fc.oneof(decimalText(99, 6), fc.constant(undefined)),
      }),
      fc.record({
        feature: fc.constant('advanced_template_export'),
        units: fc.record(
          {
            seconds: fc.double({ min: 0.01, max: 299, noNaN: true }).map((s) => s.toFixed(2)),
            resolution: fc.constantFrom('720p', '1080p', '4k'),
          },
          { requiredKeys: [] },
        ),
      }),
    );
    fc.assert(
      fc.property(requests, ({ feature, units }) => {
        const quote = priceOf(shipped, feature, units) as Priced;
        expect(priceOf(shipped, feature, quote.units)).toEqual(quote);
        expect(priceOf(shipped, feature, JSON.parse(JSON.stringify(quote.units)))).toEqual(quote);
      }),
    );
  });

  it('reads a number and its decimal string alike, without a float in between', () => {
    const catalog = catalogWith({ kind: 'per_unit', amount: 10, unit: 's' });
    expect(priced(catalog, 0.1)).toEqual({ amount: 1n, units: 0.1 });
    expect(priced(catalog, '0.1')).toEqual({ amount: 1n, units: 0.1 });
    // 0.3 is 0.299999… as a double, and 1.1 is 1.100000000000000088…: rounding up would charge one more.
    expect(priced(catalog, 1.1).amount).toBe(11n);
    expect(priced(catalog, 0.000001).amount).toBe(1n);
    expect(priced(catalog, 999_999_999.999999)).toEqual({
      amount: 10_000_000_000n,
      units: 999_999_999.999999,
    });
  });

  it('makes free what the catalog says is free, also below a minimum', () => {
    expect(priced(catalogWith({ kind: 'flat', amount: 0 })).amount).toBe(0n);
    const table = catalogWith({
      kind: 'table',
      dimensions: [{ kind: 'choice', id: 'size', values: ['small', 'large'], default: 'small' }],
      cells: [
        { when: { size: 'small' }, amount: 0 },
        { when: { size: 'large' }, amount: 1 },
      ],
      minimum: 3,
    });
    expect(priced(table).amount).toBe(0n);
    expect(priced(table, { size: 'large' }).amount).toBe(3n);
  });

  it('refuses what costs more than there can be', () => {
    const catalog = catalogWith({ kind: 'per_unit', amount: 9_007_199_254_740_991, unit: 's' });
    expect(priced(catalog).amount).toBe(9_007_199_254_740_991n);
    expect(priceOf(catalog, 'f', 1.000001)).toEqual({
      code: 'invalid_units',
      field: 'units',
      reason: 'would cost more than the largest amount there is',
    });
  });
});

describe('priceOf refuses as a value', () => {
  const shipped = readCatalog(shippedCatalog);
  const refusal = (feature: string, units: unknown) => {
    const result = priceOf(shipped, feature, units);
    return 'code' in result && result.code === 'invalid_units' ? `${result.field}: ${result.reason}` : result;
  };

  it('an unknown feature, whatever a prototype has', () => {
    for (const feature of ['nothing', '', 'constructor', '__proto__', 'toString']) {
      expect(priceOf(shipped, feature, 1)).toEqual({ code: 'unknown_feature', feature });
    }
  });

  const notQuantities = [
    ...[0, -1, 1e21, 1e-7, 1_000_000_001, Number.NaN, Number.POSITIVE_INFINITY, null, true, [], [1], {}],
    ...['', ' 1', '1 ', '١', '1e3', '+1', '-1', '0x1', '01', '1.', '.5', '1,5', 'NaN', '0', '0.0000001'],
  ];
  it.each(notQuantities)('%j is no quantity', (units) => {
    expect(refusal('ai_script', units)).toMatch(/^units: must be a number or decimal string above 0/);
    expect(refusal('smart_cutout', units)).toMatch(/^units: must be 1 or absent/);
    expect(refusal('advanced_template_export', { seconds: units })).toMatch(
      /^units\.seconds: must be a number or decimal string above 0/,
    );
  });

  it('a bigint, which could be taken for the inner count', () => {
    expect(refusal('ai_script', 2_000_000n)).toMatch(/^units: must be a number/);
  });

  it('units for a flat price, beyond a maximum, beyond the last tier', () => {
    expect(refusal('smart_cutout', 2)).toMatch(/must be 1 or absent/);
    expect(priceOf(shipped, 'smart_cutout', '1')).toEqual({ amount: 5n, units: 1 });
    expect(refusal('ai_script', 100.5)).toBe('units: must be at most 100');
    expect(refusal('advanced_template_export', { seconds: 600.000001 })).toBe(
      'units.seconds: must be at most 600',
    );
  });

  it('dimensions that are unknown, missing, or of the wrong kind', () => {
    const feature = 'advanced_template_export';
    for (const units of [1, '15', null, [], [15, '4k'], true]) {
      expect(refusal(feature, units)).toBe('units: must be an object with seconds, resolution');
    }
    for (const key of ['fps', '__proto__', 'constructor', 'Seconds']) {
      expect(refusal(feature, JSON.parse(`{"${key}":1}`))).toBe(
        `units.${key}: is unknown; the price depends on seconds, resolution`,
      );
    }
    for (const resolution of ['8k', 1080, null, '', ['4k'], 'constructor']) {
      expect(refusal(feature, { resolution })).toBe('units.resolution: must be one of 720p, 1080p, 4k');
    }
    const needy = catalogWith({
      kind: 'table',
      dimensions: [{ kind: 'per_unit', id: 'seconds', maximum: 60 }],
      cells: [{ when: {}, amount: 1 }],
    });
    expect(priceOf(needy, 'f')).toMatchObject({ field: 'units.seconds', reason: 'is needed for the price' });
    expect(priceOf(needy, 'f', { seconds: 61 })).toMatchObject({ reason: 'must be at most 60' });
  });

  it('anything at all, without throwing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ai_script', 'smart_cutout', 'advanced_template_export'),
        fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true }),
        (feature, units) => {
          const result = priceOf(shipped, feature, units);
          if ('code' in result) expect(result.code).toBe('invalid_units');
          else expect(result.amount > 0n).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
