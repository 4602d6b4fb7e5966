import { describe, expect, it } from 'vitest';
import { NOTICE_TYPES } from '../core/notice.ts';
import { SURFACES } from './catalog.ts';
import { readCatalog, rulesOf } from './load.ts';
import { priceOf } from './price.ts';
import { shippedCatalog } from './shipped.ts';
import { handoffUrl, isSurface, supportedSurfaces, surfacePolicy } from './surface.ts';

const catalog = readCatalog(shippedCatalog);
const features = ['ai_script', 'smart_cutout', 'advanced_template_export', 'premium_template_export'];

describe('the shipped catalog is the article', () => {
  it('draws subscription, then activity, then purchased credits', () => {
    expect(catalog.classes.map(({ id, name, rank, paid }) => [rank, id, name, paid])).toEqual([
      [0, 'subscription', 'Subscription credits', false],
      [1, 'promotional', 'Activity credits', false],
      [2, 'purchased', 'Purchased credits', true],
    ]);
    expect(catalog.strategy).toBe('class_order');
    expect(catalog.scale).toBe(0);
    expect(catalog.classes[2]?.defaultValidity).toBeNull();
  });

  it('has the four features, each priced without units', () => {
    expect(Object.keys(catalog.features)).toEqual(features);
    expect(features.map((id) => priceOf(catalog, id))).toEqual([
      { amount: 25n, units: 1 },
      { amount: 5n, units: 1 },
      { amount: 15n, units: { seconds: 15, resolution: '1080p' } },
      { amount: 10n, units: 1 },
    ]);
  });

  it('keeps every kind of price alive', () => {
    expect(new Set(features.map((id) => catalog.features[id]?.price.kind))).toEqual(
      new Set(['flat', 'per_unit', 'table']),
    );
    expect(priceOf(catalog, 'ai_script', 2)).toEqual({ amount: 50n, units: 2 });
    expect(priceOf(catalog, 'ai_script', '1.2')).toEqual({ amount: 50n, units: 2 });
    expect(priceOf(catalog, 'advanced_template_export', { seconds: 15.5, resolution: '4k' })).toEqual({
      amount: 60n,
      units: { seconds: 15.5, resolution: '4k' },
    });
    expect(priceOf(catalog, 'advanced_template_export', { seconds: 600, resolution: '4k' })).toEqual({
      code: 'invalid_units',
      field: 'units',
      reason: 'seconds up to 600, resolution 4k is not offered',
    });
  });

  it('charges on the web and on desktops, never on mobile', () => {
    const modes = (id: string) => SURFACES.map((surface) => surfacePolicy(catalog, id, surface));
    const charged = ['charge', 'charge', 'charge'];
    expect(modes('smart_cutout')).toEqual([...charged, 'free_on_device', 'free_on_device', 'charge']);
    for (const id of ['ai_script', 'advanced_template_export', 'premium_template_export']) {
      expect(modes(id)).toEqual([...charged, 'open_on_web', 'open_on_web', 'charge']);
      expect(supportedSurfaces(catalog, id)).toEqual(['web', 'desktop_windows', 'desktop_macos']);
    }
    expect(surfacePolicy(catalog, null, 'ios')).toBe('unsupported');
    expect(surfacePolicy(catalog, null, 'server')).toBe('charge');
    expect(surfacePolicy(catalog, 'constructor', 'web')).toBe('unsupported');
    expect(supportedSurfaces(catalog, 'nothing')).toEqual([]);
  });

  it('sells Pro and Teams and packs that never expire', () => {
    expect(catalog.plans.map(({ id, kind, seats }) => [id, kind, seats])).toEqual([
      ['pro', 'personal', []],
      ['teams', 'team', [3, 5, 10, 15, 30]],
    ]);
    expect(catalog.plans.every(({ rollover }) => rollover === null)).toBe(true);
    expect(catalog.packs.every((pack) => pack.class === 'purchased' && pack.validity === null)).toBe(true);
    expect(catalog.packs.every(({ prices }) => 'USD' in prices && 'EUR' in prices)).toBe(true);
  });

  it('has a campaign of each kind, valid for 7 to 30 days', () => {
    expect(new Set(catalog.campaigns.map(({ kind }) => kind))).toEqual(
      new Set([
        'event',
        'promotion_code',
        'referral',
        'limited_time_offer',
        'daily_check_in',
        'sign_up_bonus',
      ]),
    );
    for (const { validity } of catalog.campaigns) {
      expect(validity.parts.days).toBeGreaterThanOrEqual(7);
      expect(validity.parts.days).toBeLessThanOrEqual(30);
    }
  });

  it('gives the core its rules', () => {
    expect(rulesOf(catalog)).toEqual({
      version: catalog.version,
      scale: 0,
      strategy: 'class_order',
      classes: [
        { id: 'subscription', rank: 0, paid: false },
        { id: 'promotional', rank: 1, paid: false },
        { id: 'purchased', rank: 2, paid: true },
      ],
      refundGrace: { years: 0, months: 0, weeks: 0, days: 7, hours: 0, minutes: 0, seconds: 0 },
      overdraft: { allowed: false, limit: 0n },
      hold: { defaultTtlMs: 900_000, maxTtlMs: 86_400_000 },
      notices: {
        types: new Set(NOTICE_TYPES.filter((type) => type !== 'credits.consumed')),
        expiring: new Map([
          ['subscription', []],
          ['promotional', [3, 1]],
          ['purchased', [30, 7, 1]],
        ]),
        low: [],
      },
    });
  });
});

describe('surfaces', () => {
  it('knows its own words only', () => {
    expect(SURFACES.every(isSurface)).toBe(true);
    for (const word of ['Web', 'constructor', '', null, 1]) expect(isSurface(word)).toBe(false);
  });

  it('hands over to a URL in which names from outside are escaped', () => {
    expect(handoffUrl(catalog, { account: 'u_1', feature: 'ai_script' })).toBeNull();
    const handing = readCatalog({
      ...shippedCatalog,
      handoff_url: 'https://x.test/open?a={account}&f={feature}',
    });
    expect(handoffUrl(handing, { account: 'a&b$&', feature: 'ai_script' })).toBe(
      'https://x.test/open?a=a%26b%24%26&f=ai_script',
    );
    expect(handoffUrl(handing, { account: 'a', feature: null })).toBe('https://x.test/open?a=a&f=');
  });

  it('leaves a feature unsupported where the surface has no credits and the feature says nothing', () => {
    const { price, name } = shippedCatalog.features.smart_cutout;
    const plain = readCatalog({ ...shippedCatalog, features: { plain: { name, price } } });
    expect(surfacePolicy(plain, 'plain', 'ios')).toBe('unsupported');
    expect(surfacePolicy(plain, 'plain', 'web')).toBe('charge');
  });
});
