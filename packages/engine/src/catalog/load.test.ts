import { describe, expect, it } from 'vitest';
import type { Catalog } from './catalog.ts';
import { CatalogError, readCatalog } from './load.ts';
import type { CatalogFile } from './schema.ts';
import { shippedCatalog } from './shipped.ts';

const base = (): CatalogFile => structuredClone(shippedCatalog) as CatalogFile;

/** The problems of the shipped file after one change. */
function problems(change: (file: Record<string, never> & CatalogFile) => void): string[] {
  const file = base();
  change(file as Record<string, never> & CatalogFile);
  try {
    readCatalog(file);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

const set = (path: string, value: unknown) =>
  problems((file) => {
    const keys = path.split('.');
    const last = keys.pop() as string;
    const parent = keys.reduce<Record<string, unknown>>(
      (at, key) => at[key] as Record<string, unknown>,
      file as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  });

describe('a bad value names its path', () => {
  const badAmounts = [
    ...[0, -1, 0.1, 1e21, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, null, true, [], {}],
    ...['', '١', '0', '0.1', '-1', '1e3', '25 ', 'NaN', '9007199254740992'],
  ];
  it.each(badAmounts)('amount %j', (value) => {
    for (const [path, text] of [
      ['features.ai_script.price.amount', 'features.ai_script.price.amount'],
      ['packs.0.credits', 'packs[0].credits'],
      ['plans.0.billing.0.credits', 'plans[0].billing[0].credits'],
      ['campaigns.0.credits', 'campaigns[0].credits'],
    ] as const) {
      const found = set(path, value);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(`${text}: must be an amount`);
    }
  });

  it('follows the scale, and lets a price be free where one use is priced', () => {
    expect(set('features.smart_cutout.price.amount', 0)).toEqual([]);
    expect(set('features.smart_cutout.price.amount', 0.1)).toEqual([
      'features.smart_cutout.price.amount: must be 0 or an amount in whole credits, at most 2^53-1 of the smallest part',
    ]);
    const finer = readCatalog({
      ...base(),
      scale: 2,
      packs: [{ ...shippedCatalog.packs[0], credits: '12.50' }],
    });
    expect(finer.packs[0]?.credits).toBe(1250n);
    expect(() =>
      readCatalog({ ...base(), scale: 2, packs: [{ ...shippedCatalog.packs[0], credits: 0.125 }] }),
    ).toThrow('packs[0].credits: must be an amount above 0 in at most 2 decimals');
  });

  it.each([
    ['scale', 7],
    ['scale', 0.5],
    ['scale', '2'],
    ['strategy', 'cheapest'],
    ['classes', []],
    ['classes.0.paid', 'no'],
    ['classes.0.id', '__proto__'],
    ['classes.1.default_validity', '30 days'],
    ['classes.1.default_validity', 'P0D'],
    ['surfaces.ios', undefined],
    ['surfaces.web.credits', 1],
    ['features.ai_script.name', ''],
    ['features.ai_script.surfaces.ios', 'free'],
    ['features.ai_script.price.increment', 0],
    ['features.ai_script.price.maximum_units', 1e12],
    ['plans.0.kind', 'family'],
    ['plans.0.billing', []],
    ['plans.0.rollover', { maximum: 10, percentage: 101, validity: 'P1M' }],
    ['packs.0.prices', {}],
    ['packs.0.prices.USD', 4.99],
    ['packs.0.prices.USD', 0],
    ['packs.0.prices.usd', 1],
    ['campaigns.0.starts_at', '2026-02-30T00:00:00Z'],
    ['campaigns.0.per_account_limit', 0],
    ['campaigns.2.codes', { kind: 'shared', code: 'abc' }],
    ['policies.holds.max_ttl_seconds', 86_401],
    ['policies.overdraft', { allowed: true }],
    ['policies.overdraft', { allowed: false, limit: 3 }],
    ['policies.jurisdictions.Germany', {}],
  ])('%s = %j is refused', (path, value) => {
    const found = set(path, value);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(new RegExp(`^${path.replace(/\.(\d+)/g, '\\[$1\\]').replaceAll('.', '\\.')}`));
  });

  it('refuses unknown keys at every level', () => {
    for (const path of [
      'colour',
      'classes.0.colour',
      'features.ai_script.price.colour',
      'policies.holds.colour',
    ]) {
      const written = path.replace(/\.(\d+)/g, '[$1]');
      expect(set(path, 1)).toEqual([`${written}: is not a known key`]);
    }
    expect(set('surfaces.watch', { credits: true })).toEqual(['surfaces.watch: is not a known key']);
    const file = JSON.parse(JSON.stringify(base()).replace('"ai_script":', '"__proto__":'));
    expect(() => readCatalog(file)).toThrow('features.__proto__: is not a known key');
  });

  it('reports all problems at once', () => {
    const found = problems((file) => {
      Object.assign(file, { colour: 1, scale: 9 });
      Object.assign(file.classes[0] as object, { paid: 1 });
    });
    expect(found.map((line) => line.split(':')[0])).toEqual(['scale', 'classes[0].paid', 'colour']);
    expect(() => readCatalog({}, 'shop.json')).toThrow(
      'shop.json is not a usable catalog:\n  classes: is missing\n  surfaces: is missing',
    );
    for (const data of [null, undefined, 1, 'x', []]) expect(() => readCatalog(data)).toThrow(CatalogError);
  });
});

describe('parts must fit together', () => {
  it.each([
    ['classes.1.id', 'subscription', 'classes[1].id: "subscription" is there twice'],
    ['packs.1.id', 'pack_100', 'packs[1].id: "pack_100" is there twice'],
    [
      'plans.0.class',
      'gold',
      'plans[0].class: there is no class "gold"; there are subscription, promotional, purchased',
    ],
    [
      'packs.0.class',
      'promotional',
      'packs[0].class: "promotional" is not a paid class, and what is sold must be in one',
    ],
    [
      'campaigns.0.class',
      'purchased',
      'campaigns[0].class: "purchased" is a paid class, and what is given away must not be in one',
    ],
    [
      'features.ai_script.classes',
      ['gold'],
      'features.ai_script.classes[0]: there is no class "gold"; there are subscription, promotional, purchased',
    ],
    [
      'features.ai_script.surfaces.ios',
      'charge',
      'features.ai_script.surfaces.ios: ios has no credits (surfaces.ios.credits is false)',
    ],
    [
      'features.ai_script.surfaces.web',
      'open_on_web',
      'features.ai_script.surfaces.web: the web cannot hand over to itself',
    ],
    [
      'features.ai_script.price.maximum_units',
      1.5,
      'features.ai_script.price.maximum_units: must be a multiple of increment',
    ],
    ['plans.0.seats', [3], 'plans[0].seats: a personal plan has no seats'],
    [
      'plans.1.seats',
      undefined,
      'plans[1].seats: a team plan needs the sizes that it is sold in, such as [3, 5, 10]',
    ],
    ['plans.0.billing.1.interval', 'month', 'plans[0].billing[1].interval: "month" is there twice'],
    [
      'plans.0.billing.0.refill',
      'upfront',
      'plans[0].billing[0].refill: a month is refilled monthly; upfront is for a year',
    ],
    ['campaigns.0.validity', 'P1M', 'campaigns[0].validity: must be in whole days or weeks, such as P14D'],
    [
      'campaigns.0.validity',
      'P6D',
      'campaigns[0].validity: must be from P7D to P30D (policies.campaign_validity)',
    ],
    [
      'campaigns.0.validity',
      'P5W',
      'campaigns[0].validity: must be from P7D to P30D (policies.campaign_validity)',
    ],
    ['campaigns.1.ends_at', '2026-01-01T00:00:00Z', 'campaigns[1].ends_at: must be after starts_at'],
    ['campaigns.0.budget', 29, 'campaigns[0].budget: does not suffice for one award'],
    ['campaigns.2.codes', undefined, 'campaigns[2].codes: a campaign of kind promotion_code needs it'],
    [
      'campaigns.0.referral',
      { inviter_credits: 1 },
      'campaigns[0].referral: only a campaign of kind referral has it',
    ],
    ['campaigns.5.audience', { plans: ['gold'] }, 'campaigns[5].audience.plans[0]: there is no plan "gold"'],
    [
      'policies.holds.max_ttl_seconds',
      60,
      'policies.holds.default_ttl_seconds: must not be above max_ttl_seconds',
    ],
    [
      'policies.campaign_validity.minimum',
      'P31D',
      'policies.campaign_validity.minimum: must not be above maximum',
    ],
    [
      'handoff_url',
      'https://x.test/{user}',
      'handoff_url: may hold the placeholders {account} and {feature} and no others',
    ],
    ['handoff_url', 'javascript:alert(1)', 'handoff_url: must be an http or https URL'],
  ])('%s = %j', (path, value, message) => {
    expect(set(path, value)).toContain(message);
  });

  it('two shared codes that are typed alike are one', () => {
    const [, , campaign] = shippedCatalog.campaigns;
    const sharing = (id: string, code: string) => ({ ...campaign, id, codes: { kind: 'shared', code } });
    const both = (one: string, other: string) =>
      set('campaigns', [...shippedCatalog.campaigns, sharing('one', one), sharing('other', other)]);
    const count = shippedCatalog.campaigns.length + 1;
    expect(both('HELL0-12', 'HELLO12')).toEqual([
      `campaigns[${count}].codes.code: another campaign has the same code`,
    ]);
    expect(both('HELL0-12', 'HELL0-13')).toEqual([]);
  });

  const tablePath = 'features.advanced_template_export.price';
  it('a table has each combination exactly once', () => {
    const { cells, dimensions } = shippedCatalog.features.advanced_template_export.price;
    expect(set(`${tablePath}.cells`, cells.slice(1))).toEqual([
      `${tablePath}.cells: nothing for seconds up to 15, resolution 720p; "amount": null says that it is not offered`,
    ]);
    expect(set(`${tablePath}.cells`, [...cells, cells[0]])).toEqual([
      `${tablePath}.cells[12].when: seconds up to 15, resolution 720p is there twice`,
    ]);
    expect(set(`${tablePath}.cells.0.when`, { seconds: 14, resolution: '720p' })).toEqual([
      `${tablePath}.cells[0].when.seconds: must be one of 15, 60, 300, 600`,
    ]);
    expect(set(`${tablePath}.cells.0.when.fps`, 30)).toEqual([
      `${tablePath}.cells[0].when.fps: is not a choice or tier dimension of this price`,
    ]);
    expect(set(`${tablePath}.dimensions.1.default`, '8k')).toEqual([
      `${tablePath}.dimensions[1].default: "8k" is not among values`,
    ]);
    expect(set(`${tablePath}.dimensions.0.default`, 601)).toEqual([
      `${tablePath}.dimensions[0].default: must not be above the last tier`,
    ]);
    expect(set(`${tablePath}.dimensions.0.up_to`, [15, 15, 300, 600])).toContain(
      `${tablePath}.dimensions[0].up_to[1]: must be above the one before`,
    );
    expect(set(`${tablePath}.dimensions`, [dimensions[0], dimensions[0]])).toContain(
      `${tablePath}.dimensions[1].id: "seconds" is there twice`,
    );
  });
});

describe('the version', () => {
  const version = (file: unknown) => readCatalog(file).version;
  const reversed = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Array.isArray(value)
        ? value.map(reversed)
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          );

  it('is 12 hex digits, whatever the order of keys and whether defaults are spelled out', () => {
    const { policies: _, ...short } = base();
    expect(version(base())).toMatch(/^[0-9a-f]{12}$/);
    expect(version(reversed(base()))).toBe(version(base()));
    expect(version({ ...short, policies: {} })).toBe(version(short));
    expect(version({ ...base(), name: undefined })).toBe(
      version({ ...base(), name: undefined, campaigns: base().campaigns }),
    );
  });

  it('changes with the meaning', () => {
    const file = base();
    const others = [
      { ...file, strategy: 'expiring_first' },
      { ...file, classes: [...file.classes].reverse() },
      { ...file, policies: { ...file.policies, reversal: 'debt' } },
    ];
    expect(new Set([file, ...others].map(version)).size).toBe(4);
  });

  it('comes back from the stored source', () => {
    const catalog = readCatalog(base());
    expect(readCatalog(JSON.parse(JSON.stringify(catalog.source)))).toEqual(catalog);
  });
});

describe('the catalog', () => {
  const catalog: Catalog = readCatalog(base());

  it('is frozen throughout', () => {
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) walk(inner);
    };
    walk(catalog);
  });

  it('fills in defaults', () => {
    const { classes, surfaces } = shippedCatalog;
    const least = readCatalog({
      classes,
      surfaces,
      packs: [{ id: 'p', name: 'P', credits: 1, prices: { USD: 1 } }],
    });
    expect(least).toMatchObject({
      name: null,
      scale: 0,
      strategy: 'class_order',
      plans: [],
      handoffUrl: null,
    });
    expect(least.packs[0]).toMatchObject({ class: 'purchased', bonus: 0n, validity: null });
    expect(least.policies).toMatchObject({
      refundGrace: { iso: 'P7D' },
      overdraft: { allowed: false, limit: 0n },
      reversal: 'loss',
      closure: 'refund',
      holds: { defaultTtlSeconds: 900, maxTtlSeconds: 86_400 },
      quotes: { ttlSeconds: 300 },
    });
  });

  it('leaves the data that it was read from alone', () => {
    const file = base();
    readCatalog(file);
    expect(file).toEqual(shippedCatalog);
    expect(Object.isFrozen(file.classes)).toBe(false);
  });
});
