import { describe, expect, it } from 'vitest';
import { readCatalog } from './load.ts';
import { presentCatalog } from './present.ts';
import { shippedCatalog } from './shipped.ts';

const catalog = readCatalog({
  ...shippedCatalog,
  handoff_url: 'https://x.test/{feature}',
  campaigns: [
    ...shippedCatalog.campaigns,
    { ...shippedCatalog.campaigns[2], id: 'shared_code', codes: { kind: 'shared', code: 'SPRING-2026-XK' } },
  ],
});

describe('the public catalog', () => {
  it('is plain JSON with the classes in draw order and amounts as numbers', () => {
    const shown = presentCatalog(catalog, 'server');
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
    expect(shown.classes.map(({ id }) => id)).toEqual(['subscription', 'promotional', 'purchased']);
    expect(shown.features[0]).toEqual({
      id: 'ai_script',
      name: 'AI script generation',
      description: 'Writes a script from a few words.',
      price: { kind: 'per_unit', amount: 25, unit: 'script', maximum_units: 100, increment: 1 },
      classes: null,
      surfaces: {
        web: 'charge',
        desktop_windows: 'charge',
        desktop_macos: 'charge',
        ios: 'open_on_web',
        android: 'open_on_web',
        server: 'charge',
      },
    });
    expect(shown.version).toBe(catalog.version);
  });

  it('shows prices, plans and packs as the file has them', () => {
    const shown = presentCatalog(catalog, 'person');
    const prices = Object.fromEntries(shown.features.map(({ id, price }) => [id, price]));
    for (const [id, { price }] of Object.entries(shippedCatalog.features)) expect(prices[id]).toEqual(price);
    expect(shown.plans).toMatchObject(shippedCatalog.plans);
    expect(shown.packs).toMatchObject(shippedCatalog.packs);
  });

  it('shows a person no codes, budgets, limits or policies', () => {
    const person = JSON.stringify(presentCatalog(catalog, 'person'));
    const server = JSON.stringify(presentCatalog(catalog, 'server'));
    for (const secret of [
      'SPRING-2026-XK',
      'budget',
      'codes',
      'limit"',
      'audience',
      'policies',
      'handoff_url',
    ]) {
      expect(person).not.toContain(secret);
      expect(server).toContain(secret);
    }
    expect(presentCatalog(catalog, 'person').campaigns).toHaveLength(7);
  });

  it('writes fine amounts as numbers of credits', () => {
    const finer = readCatalog({
      ...shippedCatalog,
      scale: 2,
      packs: [{ ...shippedCatalog.packs[0], credits: '12.50' }],
      policies: { overdraft: { allowed: true, limit: 0.25 } },
    });
    const shown = presentCatalog(finer, 'server');
    expect(shown.packs[0]).toMatchObject({ credits: 12.5, bonus: 0 });
    expect(shown.policies).toMatchObject({ overdraft: { allowed: true, limit: 0.25 } });
  });

  it('cannot be used to change the catalog', () => {
    const shown = presentCatalog(catalog, 'server');
    shown.surfaces.web = { credits: false };
    expect(catalog.surfaces.web.credits).toBe(true);
  });
});
