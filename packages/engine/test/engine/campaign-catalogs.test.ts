/** Campaigns under two catalogs at once, as while a product is deployed, and campaigns that staff makes beside them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { statement } from '../../src/store/database.ts';
import { asked, call, campaign, catalogWith, numbered, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

const OLD = readCatalog({
  ...shippedCatalog,
  classes: [...shippedCatalog.classes, { id: 'seasonal', name: 'Seasonal', paid: false }],
  campaigns: [campaign('edited'), campaign('counted'), campaign('dropped', { budget: 500 })],
});
const NEW = catalogWith(
  campaign('edited', { credits: 25, validity: 'P7D', budget: 60 }),
  campaign('counted', { budget: 10_000 }),
  campaign('added'),
);

const BOOKS = statement<[string], { spent: bigint; awarded: string }>(
  'test.books',
  `select spent, (select sum(amount) from drawdown.campaign_awards where campaign = id) as awarded
     from drawdown.campaigns where id = $1`,
);

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ engines: [{ catalog: OLD }, { catalog: NEW }] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

test('lesson 2: a catalog edit never changes a lot, and a budget that comes later counts what was awarded before', async () => {
  const ids = numbered('edit_', 6);
  await people(rig.first, ids);
  const claim = (on: 'first' | 'second', i: number) =>
    rig[on].campaigns.claim(ids[i] as string, 'edited', {}, call());
  const before = [await claim('first', 0), await claim('first', 1), await claim('first', 2)];
  expect((await claim('second', 3)).grant).toMatchObject({ amount: 25 });
  expect(await codeOf(claim('second', 4))).toBe('campaign_budget_exhausted');
  // The old process knows of no budget, but counts from now on.
  expect((await claim('first', 5)).grant).toMatchObject({ amount: 10 });
  expect((await rig.database.query(BOOKS, ['edited'])).rows).toEqual([{ spent: 65n, awarded: '65' }]);
  expect((await rig.second.campaigns.show('edited')).metrics).toMatchObject({ awarded: 65, budget_left: 0 });
  for (const [i, { grant }] of before.entries()) {
    expect((await rig.second.grants(ids[i] as string, {})).data).toEqual([grant]);
  }
});

test('counting that begins amid awards misses none of them', async () => {
  const ids = numbered('count_', 80);
  await people(rig.first, ids);
  const codes = await together(80, (i) =>
    codeOf((i < 60 ? rig.first : rig.second).campaigns.claim(ids[i] as string, 'counted', {}, call())),
  );
  expect(tally(codes)).toEqual({ done: 80 });
  expect((await rig.database.query(BOOKS, ['counted'])).rows).toEqual([{ spent: 800n, awarded: '800' }]);
});

test('a campaign that the catalog has dropped awards nothing more there, and is still shown', async () => {
  await people(rig.first, ['drop_1', 'drop_2']);
  expect(await codeOf(rig.first.campaigns.claim('drop_1', 'dropped', {}, call()))).toBe('done');
  expect(await codeOf(rig.second.campaigns.claim('drop_2', 'dropped', {}, call()))).toBe('campaign_ended');
  expect(await rig.second.campaigns.show('dropped')).toMatchObject({
    origin: 'catalog',
    state: 'ended',
    metrics: { redemptions: 1, budget_left: 490 },
  });
  // What only the new catalog has, the old process does not run, but knows of.
  expect(await codeOf(rig.first.campaigns.claim('drop_2', 'added', {}, call()))).toBe('campaign_ended');
  expect(await codeOf(rig.second.campaigns.claim('drop_2', 'added', {}, call()))).toBe('done');
});

test('staff that makes one campaign twice at once makes one; other terms under its id are refused', async () => {
  const flash = campaign('flash', { budget: 20 });
  const made = await together(10, (i) =>
    (i % 2 === 0 ? rig.first : rig.second).campaigns.create(asked(flash), {
      actor: 'staff:key_1',
      staff: { id: 'key_1', name: 'Ada', request: 'req_1' },
    }),
  );
  expect(new Set(made.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(await codeOf(rig.first.campaigns.create(asked({ ...flash, budget: 30 }), {}))).toBe(
    'campaign_exists',
  );
  expect(await codeOf(rig.first.campaigns.create(asked(campaign('edited')), {}))).toBe('campaign_exists');
  await people(rig.first, ['flash_1', 'flash_2', 'flash_3']);
  const codes = await together(3, (i) =>
    codeOf(rig.second.campaigns.claim(`flash_${i + 1}`, 'flash', {}, call())),
  );
  expect(tally(codes)).toEqual({ done: 2, campaign_budget_exhausted: 1 });
});

test('a campaign of staff whose class a catalog does not have is shown and grants nothing there', async () => {
  await rig.first.campaigns.create(asked(campaign('season', { class: 'seasonal' })), {});
  await people(rig.first, ['season_1', 'season_2']);
  expect(await codeOf(rig.second.campaigns.claim('season_1', 'season', {}, call()))).toBe('campaign_ended');
  expect(await rig.second.campaigns.show('season')).toMatchObject({ class: 'seasonal', state: 'ended' });
  expect(await codeOf(rig.first.campaigns.claim('season_2', 'season', {}, call()))).toBe('done');
  expect((await rig.second.campaigns.list({ limit: 200 })).data.map(({ id }) => id)).toContain('season');
});

test('lesson 5: what was earned stays whole when a subscription renews beside it', async () => {
  await people(rig.second, ['both']);
  await rig.second.campaigns.claim('both', 'added', {}, call());
  const { subscription } = await rig.second.subscriptions.create(
    'both',
    { plan: 'pro', interval: 'month', currency: 'USD' },
    call(),
  );
  const promotional = async () =>
    (await rig.second.balance('both')).classes.find((one) => one.class === 'promotional')?.total;
  expect(await promotional()).toBe(10);
  await rig.second.subscriptions.renew('both', subscription.id, { ref: 'in_2' }, call());
  expect(await promotional()).toBe(10);
});

test('the audience of a plan is who is subscribed to it', async () => {
  await people(rig.second, ['subscriber', 'stranger']);
  await rig.second.campaigns.create(asked(campaign('for_pro', { audience: { plans: ['pro'] } })), {});
  const { subscription } = await rig.second.subscriptions.create(
    'subscriber',
    { plan: 'pro', interval: 'month', currency: 'USD' },
    call(),
  );
  const claim = (id: string) => codeOf(rig.second.campaigns.claim(id, 'for_pro', {}, call()));
  expect(await claim('stranger')).toBe('campaign_not_eligible');
  expect(await claim('subscriber')).toBe('done');
  await rig.second.subscriptions.cancel('subscriber', subscription.id, { at: 'now' }, call());
  await rig.second.campaigns.create(asked(campaign('for_pro_2', { audience: { plans: ['pro'] } })), {});
  expect(await codeOf(rig.second.campaigns.claim('subscriber', 'for_pro_2', {}, call()))).toBe(
    'campaign_not_eligible',
  );
});
