/** What a jurisdiction asks for is frozen with the purchase and its lots: a later catalog changes nothing for who has bought. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig } from '../engine/rig.ts';

const withLaws = (jurisdictions: object) =>
  readCatalog({
    ...shippedCatalog,
    packs: [{ id: 'pack', name: 'Pack', credits: 100, bonus: 10, prices: { USD: 1000 }, validity: 'P1Y' }],
    policies: { ...shippedCatalog.policies, pack_refund_window: 'P1D', jurisdictions } as never,
  });

const LAW = {
  expiry_floor: 'P5Y',
  cash_out: { at_most_minor: 1000, currency: 'USD' },
  withdrawal_window: 'P14D',
};
const BEFORE = withLaws({ 'US-CA': LAW, FR: { withdrawal_window: 'P14D' } });
const AFTER = withLaws({
  'US-CA': { cash_out: { at_most_minor: 1, currency: 'USD' }, withdrawal_window: 'P1D' },
});

let rig: Rig;

beforeAll(async () => {
  const payments = { sandbox: true };
  rig = await openRig({
    testClock: true,
    sweep: false,
    engines: [
      { payments, catalog: BEFORE },
      { payments, catalog: AFTER },
    ],
  });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function bought(account: string, jurisdiction?: string) {
  const { purchase } = await rig.first.purchases.checkout(
    account,
    {
      pack: 'pack',
      return_url: 'http://localhost/',
      ...(jurisdiction === undefined ? {} : { jurisdiction, consent: { immediate_use: true } }),
    },
    { origin: 'http://127.0.0.1:4400' },
  );
  // By the time it is paid another catalog is in force.
  await rig.second.purchases.enter('sandbox', {
    id: purchase.id,
    subject: { purchase: purchase.id },
    facts: [{ kind: 'paid', payment: purchase.id, gross: 1000, net: 1000, currency: 'USD', at: CLOCK_START }],
  });
  const lots = (await rig.second.grants(account, { state: 'all' })).data;
  return { asked: purchase, purchase: await rig.second.purchases.byId(purchase.id, {}), lots };
}

test('floor, payout and window are those of the day of the checkout, on the purchase and on each lot', async () => {
  const { asked, purchase, lots } = await bought('u_ca', 'US-CA');
  expect(asked).toMatchObject({ jurisdiction: 'US-CA', policy: LAW });
  expect(purchase).toMatchObject({
    policy: LAW,
    refundable_until: '2026-01-19T09:00:00.000Z',
  });
  expect(lots).toHaveLength(2);
  for (const lot of lots) {
    expect(lot).toMatchObject({
      expires_at: '2031-01-05T09:00:00.000Z',
      channel: 'sandbox',
      metadata: { jurisdiction: 'US-CA', cash_out: LAW.cash_out },
    });
  }
});

test('what a jurisdiction does not ask for is null, and nowhere on the lot', async () => {
  const { purchase, lots } = await bought('u_fr', 'FR');
  expect(purchase.policy).toEqual({ expiry_floor: null, cash_out: null, withdrawal_window: 'P14D' });
  expect(lots[0]?.metadata).toEqual({ channel: 'sandbox', pack: 'pack', jurisdiction: 'FR' });
});

test('a place without a policy of its own has its country’s, however it is written', async () => {
  for (const [account, place] of [
    ['u_paris', 'FR-IDF'],
    ['u_small', 'fr'],
  ] as const) {
    expect((await bought(account, place)).purchase).toMatchObject({
      jurisdiction: 'FR',
      policy: { withdrawal_window: 'P14D' },
    });
  }
  await rig.first.putAccount('u_kept', { metadata: { jurisdiction: 'us-ca' } });
  expect(await codeOf(bought('u_kept'))).toBe('consent_required');
});

test('without one there is none', async () => {
  const { purchase, lots } = await bought('u_none');
  expect(purchase).toMatchObject({
    jurisdiction: null,
    policy: null,
    refundable_until: '2026-01-06T09:00:00.000Z',
  });
  expect(lots[0]).toMatchObject({
    expires_at: '2027-01-05T09:00:00.000Z',
    metadata: { channel: 'sandbox', pack: 'pack' },
  });
});
