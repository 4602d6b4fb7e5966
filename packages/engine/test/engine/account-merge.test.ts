/** Merges: two accounts become one; every lot keeps its terms, and nothing is lost on the way. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { call, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig, SHIPPED, tally, together } from './rig.ts';

const SANDBOX = { payments: { sandbox: true } };
const BACK = 'http://127.0.0.1/';
const REASON = { reason: 'one person, two accounts' };

let rig: Rig;
let engine: Engine;

beforeAll(async () => {
  rig = await openRig({ catalog: SHIPPED, testClock: true, ...SANDBOX, engines: [{}, {}] });
  engine = rig.first;
});

afterAll(() => rig?.close());

const merge = (from: string, into: string, by: Engine = engine) =>
  by.life.merges.merge(from, { into, ...REASON }, call({ actor: 'staff:anna' }));

async function bought(account: string, by = engine): Promise<{ id: string; checkout: string }> {
  const made = await by.purchases.checkout(
    account,
    { pack: 'pack_100', return_url: BACK, provider: 'sandbox' },
    { ...call(), origin: 'http://127.0.0.1' },
  );
  await by.sandbox.act(made.checkout, 'pay');
  return { id: made.purchase.id, checkout: made.checkout };
}

const lotsOf = async (account: string, by = engine): Promise<wire.Grant[]> =>
  (await by.grants(account, { limit: 200 })).data;

test('every lot goes over under its own terms, for what was left of it, and both ledgers name each other', async () => {
  await people(engine, ['anna_old', 'anna'], { time_zone: 'Europe/Berlin' });
  const terms = {
    class: 'purchased',
    amount: 100,
    priority: 7,
    features: ['ai_script'],
    source: { type: 'shop', ref: 'order-1' },
    cost: { amount_minor: 999, currency: 'EUR' },
    metadata: { shelf: 'a' },
    expires_at: '2027-01-01T00:00:00Z',
  };
  await engine.grant('anna_old', terms, call());
  await engine.grant(
    'anna_old',
    { class: 'promotional', amount: 5, effective_at: '2026-03-01T00:00:00Z' },
    call(),
  );
  const frozen = await engine.grant('anna_old', { class: 'purchased', amount: 9 }, call());
  await engine.freezeGrant(frozen.grant.id, { reason: 'under review' }, call());
  await engine.consume('anna_old', { amount: 40, feature: 'ai_script' }, call());
  await engine.grant('anna', { class: 'purchased', amount: 3 }, call());

  await engine.advanceTestClock('PT1M');
  const preview = await engine.life.merges.preview('anna_old', { into: 'anna', ...REASON });
  expect(preview).toMatchObject({ account: 'anna_old', into: 'anna', debt: 0, balance: { total: 72 } });
  const receipt = await merge('anna_old', 'anna');
  expect(receipt).toMatchObject({
    state: 'delivered',
    by: 'staff:anna',
    operation: { type: 'transfer', amount: 69 },
  });
  expect(receipt.lots.map(({ amount, frozen: isFrozen }) => [amount, isFrozen]).sort()).toEqual(
    preview.lots.map(({ amount, frozen: isFrozen }) => [amount, isFrozen]).sort(),
  );
  expect(receipt.balance.classes).toEqual(preview.balance.classes);

  const [old, now] = [await lotsOf('anna_old'), await lotsOf('anna')];
  for (const lot of receipt.lots) {
    const before = old.find(({ id }) => id === lot.grant) as wire.Grant;
    const after = now.find(({ id }) => id === lot.moved_to) as wire.Grant;
    const {
      class: type,
      priority,
      effective_at,
      expires_at,
      features,
      source,
      metadata,
      catalog_version,
    } = before;
    expect(after).toMatchObject({
      ...{ class: type, priority, effective_at, expires_at, features, source, metadata, catalog_version },
      amount: lot.amount,
    });
    expect(before).toMatchObject({ state: 'transferred', remaining: before.state === 'scheduled' ? 5 : 0 });
  }
  // The share of the price of the 60 that were left.
  expect(now.find(({ priority }) => priority === 7)).toMatchObject({
    cost: { amount_minor: 600, currency: 'EUR' },
  });
  expect(old.find(({ priority }) => priority === 7)).toMatchObject({
    consumed: 40,
    transferred: 60,
    cost: { amount_minor: 999 },
  });
  expect(now.filter(({ state }) => state === 'frozen')).toHaveLength(1);
  expect(now.filter(({ state }) => state === 'scheduled')).toMatchObject([{ amount: 5 }]);
  const { id, class: frozenClass } = now.find(({ state }) => state === 'frozen') as (typeof now)[number];
  // A freeze moves no credits: it names its lot, and is found among the entries of the lot's class.
  const freezes = await engine.entries('anna', { type: 'freeze', class: frozenClass });
  expect(freezes.data).toMatchObject([
    { reason: 'under review', moves: [], about: { grant: id, class: frozenClass } },
  ]);
  expect(await engine.balance('anna')).toMatchObject({ total: 72, frozen: 9 });
  expect(await engine.balance('anna_old')).toMatchObject({ total: 0 });
  await expectWhole(rig);
});

test('afterwards the account is read, and every change of it is refused and says where everything went', async () => {
  const closed = { code: 'account_closed', details: { merged_into: 'anna' } };
  const lot = (await lotsOf('anna_old'))[0] as wire.Grant;
  for (const change of [
    () => engine.grant('anna_old', { class: 'promotional', amount: 1 }, call()),
    () => engine.consume('anna_old', { amount: 1 }, call()),
    () => rig.second.consume('anna_old', { amount: 1 }, call()),
    () => engine.hold('anna_old', { amount: 1 }, call()),
    () => engine.adjust('anna_old', { amount: 1, reason: 'x' }, call()),
    () => engine.freezeGrant(lot.id, { reason: 'x' }, call()),
    () => engine.subscriptions.create('anna_old', { plan: 'pro' }, call()),
    () =>
      engine.purchases.checkout(
        'anna_old',
        { pack: 'pack_100', return_url: BACK },
        { ...call(), origin: BACK },
      ),
    () => engine.campaigns.claim('anna_old', 'daily_check_in', { device: 'd' }, call()),
    () => engine.quote('anna_old', { amount: 1 }, call()),
    () => engine.putAccount('anna_old', { metadata: { a: 1 } }),
    () => merge('anna_old', 'anna'),
    () => engine.life.closures.close('anna_old', { reason: 'x' }, call()),
  ]) {
    await expect(change(), String(change)).rejects.toMatchObject(closed);
  }
  expect(await engine.getAccount('anna_old')).toMatchObject({ state: 'closed', merged_into: 'anna' });
  expect((await engine.entries('anna_old', {})).data[0]).toMatchObject({ type: 'transfer', amount: -69 });
  expect(await engine.balance('anna_old', '2026-01-05T09:00:00Z')).toMatchObject({ total: 69, frozen: 9 });
  const statement = await engine.statement('anna_old', {
    from: '2026-01-01T00:00:00Z',
    to: '2027-01-01T00:00:00Z',
  });
  expect(statement).toMatchObject({ opening: 0, closing: 0 });
  // A repetition of what was done before is still answered.
  const key = { idempotencyKey: 'before' };
  await people(engine, ['bert_old', 'bert']);
  await engine.grant('bert_old', { class: 'promotional', amount: 1 }, key);
  await merge('bert_old', 'bert');
  expect(await engine.grant('bert_old', { class: 'promotional', amount: 1 }, key)).toMatchObject({
    replayed: true,
  });
});

test('another process that remembers the account as it was spends nothing of it', async () => {
  await people(engine, ['carl_old', 'carl']);
  await engine.grant('carl_old', { class: 'purchased', amount: 50 }, call());
  for (const by of rig.engines) await by.consume('carl_old', { amount: 1 }, call());
  await merge('carl_old', 'carl');
  expect(await codeOf(rig.second.consume('carl_old', { amount: 1 }, call()))).toBe('account_closed');
  expect(await codeOf(engine.consume('carl_old', { amount: 1 }, call()))).toBe('account_closed');
  expect(await engine.balance('carl')).toMatchObject({ total: 48 });
});

test('what would come back to the account is named, and keeps it from being merged', async () => {
  await people(engine, ['dora_old', 'dora']);
  await engine.putAccount('a_team', { kind: 'team' });
  await engine.grant('dora_old', { class: 'purchased', amount: 5 }, call());
  const { hold } = (await engine.hold('dora_old', { amount: 2 }, call())) as wire.HoldReceipt;
  await expect(merge('dora_old', 'dora')).rejects.toMatchObject({
    code: 'account_busy',
    details: { holds: [hold.id], subscriptions: [] },
  });
  expect(await codeOf(engine.life.merges.preview('dora_old', { into: 'dora', ...REASON }))).toBe(
    'account_busy',
  );
  await engine.release(hold.id, {}, call());
  const { subscription } = await engine.subscriptions.create('dora_old', { plan: 'pro' }, call());
  await expect(merge('dora_old', 'dora')).rejects.toMatchObject({
    code: 'account_busy',
    details: { holds: [], subscriptions: [subscription.id] },
  });
  for (const into of ['dora_old', 'a_team'])
    expect(await codeOf(merge('dora_old', into))).toBe('invalid_request');
  expect(await codeOf(merge('dora_old', 'nobody'))).toBe('account_not_found');
  await expect(merge('dora', 'anna_old')).rejects.toMatchObject({
    code: 'account_closed',
    details: { field: 'into', merged_into: 'anna' },
  });
  expect(await engine.balance('dora_old')).toMatchObject({ total: expect.any(Number), version: 4 });
  await engine.subscriptions.cancel('dora_old', subscription.id, { at: 'period_end' }, call());
  expect(await merge('dora_old', 'dora')).toMatchObject({ state: 'delivered' });
});

test('law 8: a refund or a lost dispute after the merge takes back the lot where it is', async () => {
  await people(engine, ['emil_old', 'emil']);
  const [refunded, disputed] = [await bought('emil_old'), await bought('emil_old')];
  await engine.consume('emil_old', { amount: 30 }, call());
  await merge('emil_old', 'emil');
  const before = await engine.balance('emil');
  await engine.consume('emil', { amount: 20 }, call());
  // Under the old id, as the provider knows it.
  await engine.sandbox.act(refunded.checkout, 'refund').catch(() => undefined);
  const { purchase } = await engine.purchases.reach(refunded.id, {});
  await engine.purchases.enter('sandbox', {
    id: 'late-refund',
    subject: { purchase: refunded.id },
    facts: [{ kind: 'refund', id: 're_late', amount: purchase.priceMinor, failed: false }],
  });
  const shown = await engine.purchases.byId(refunded.id, {});
  expect(shown).toMatchObject({ account: 'emil', state: 'reversed', reversed: 50, lost: 50 });
  expect(await engine.balance('emil')).toMatchObject({ total: before.total - 70 });
  const dispute = { kind: 'dispute', id: 'dp', amount: purchase.priceMinor, at: 1 } as const;
  const enter = (id: string, stage: 'opened' | 'won' | 'lost') =>
    engine.purchases.enter('sandbox', {
      id,
      subject: { purchase: disputed.id },
      facts: [{ ...dispute, stage }],
    });
  await enter('d1', 'opened');
  expect(await engine.balance('emil')).toMatchObject({ total: 100, frozen: 100 });
  await enter('d2', 'lost');
  expect(await engine.balance('emil')).toMatchObject({ total: 0 });
  expect((await engine.purchases.list('emil', {})).data).toHaveLength(2);
  await expectWhole(rig);
});

test.each([
  ['win', { state: 'completed', reversed: 0 }, { total: 100, frozen: 0, available: 100 }],
  ['lose', { state: 'reversed', reversed: 100 }, { total: 0, frozen: 0 }],
] as const)(
  'a lot that a dispute froze stays frozen, and %s ends the dispute where it is',
  async (end, told, left) => {
    const [old, kept] = [`fee_old_${end}`, `fee_${end}`];
    await people(engine, [old, kept]);
    const { id, checkout } = await bought(old);
    await engine.sandbox.act(checkout, 'dispute');
    await merge(old, kept);
    expect(await engine.balance(kept)).toMatchObject({ total: 100, frozen: 100 });
    await engine.sandbox.act(checkout, end);
    expect(await engine.purchases.byId(id, {})).toMatchObject({ account: kept, ...told });
    expect(await engine.balance(kept)).toMatchObject(left);
  },
);

test('a trial that either of them had is a trial of the one that is left, by the product’s word and at a checkout', async () => {
  await people(engine, ['tina_old', 'tina_mid', 'tina']);
  const { subscriptions, plans } = engine;
  const tried = await subscriptions.create('tina_old', { plan: 'pro', trial: true }, call());
  await subscriptions.cancel('tina_old', tried.subscription.id, { at: 'now' }, call());
  await merge('tina_old', 'tina_mid');
  await merge('tina_mid', 'tina');
  expect(await codeOf(subscriptions.create('tina', { plan: 'pro', trial: true }, call()))).toBe('trial_used');
  const body = { plan: 'pro', trial: true, return_url: BACK, provider: 'sandbox' as const };
  const wish = plans.checkout('tina', body, { ...call(), origin: 'http://127.0.0.1' });
  expect(await codeOf(wish)).toBe('trial_used');
});

test('a checkout that is paid after the merge is granted where everything went', async () => {
  await people(engine, ['gabi_old', 'gabi']);
  const made = await engine.purchases.checkout(
    'gabi_old',
    { pack: 'pack_100', return_url: BACK, provider: 'sandbox' },
    { ...call(), origin: 'http://127.0.0.1' },
  );
  await merge('gabi_old', 'gabi');
  await engine.sandbox.act(made.checkout, 'pay');
  expect(await engine.balance('gabi')).toMatchObject({ total: 100 });
  expect(await engine.balance('gabi_old')).toMatchObject({ total: 0 });
});

const DUE = statement<[], { due: bigint; delivered: bigint }>(
  'test.merges_due',
  `select count(*) filter (where due_at is not null) as due, count(*) filter (where delivered_at is not null) as delivered
     from drawdown.merges`,
);

test('law 11: what a crash left between the two accounts is in neither, is told by both, and arrives once', async () => {
  const alone = await openRig({ catalog: SHIPPED, sweep: false, ...SANDBOX });
  const blocker = await alone.database.connect();
  try {
    await people(alone.first, ['ida_old', 'ida']);
    await alone.first.grant('ida_old', { class: 'purchased', amount: 40 }, call());
    await alone.first.grant('ida', { class: 'purchased', amount: 2 }, call());
    const { id } = await bought('ida_old', alone.first);
    // The other account is held, so that the second half must wait; its session ends before it could go on.
    await blocker.script(`begin; select 1 from drawdown.accounts where id = 'ida' for update`);
    const database = await openPostgres({ url: alone.url, poolSize: 2, applicationName: 'doomed' });
    const doomed = await Engine.open({
      catalog: SHIPPED,
      database,
      allowUnsafe: true,
      sweep: false,
      ...SANDBOX,
    });
    const lost = doomed.life.merges.merge('ida_old', { into: 'ida', ...REASON }, { idempotencyKey: 'ida' });
    lost.catch(() => undefined);
    const halfway = async () => (await alone.database.query(DUE, [])).rows[0]?.due === 1n;
    while (!(await halfway())) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await alone.first.balance('ida_old')).toMatchObject({ total: 0 });
    expect(await alone.first.life.merges.report('ida_old')).toMatchObject({
      state: 'on_its_way',
      into: 'ida',
      lots: [
        { amount: 40, moved_to: null },
        { amount: 100, moved_to: null },
      ],
    });
    // Meanwhile the other account can neither end nor be merged on, and a provider is told to come again.
    const facts = [{ kind: 'refund', id: 're', amount: 1, failed: false } as const];
    const event = { id: 'early', subject: { purchase: id }, facts };
    expect(await codeOf(alone.first.purchases.enter('sandbox', event))).toBe('unavailable');
    await blocker.script('rollback');
    await lost.catch(() => undefined);
    await doomed.close();
    await database.close();
    // Two others find it at once.
    const heirs = await together(2, async () => {
      const own = await openPostgres({ url: alone.url, poolSize: 2 });
      return {
        own,
        heir: await Engine.open({ catalog: SHIPPED, database: own, allowUnsafe: true, ...SANDBOX }),
      };
    });
    while ((await alone.first.balance('ida')).total !== 142)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { own, heir } of heirs) {
      await heir.close();
      await own.close();
    }
    expect((await alone.database.query(DUE, [])).rows).toEqual([{ due: 0n, delivered: 1n }]);
    const again = await alone.first.life.merges.merge(
      'ida_old',
      { into: 'ida', ...REASON },
      { idempotencyKey: 'ida' },
    );
    expect(again).toMatchObject({ replayed: true, state: 'delivered' });
    expect((await alone.first.entries('ida', { type: 'transfer' })).data).toHaveLength(1);
    await alone.first.purchases.enter('sandbox', event);
    await expectWhole(alone);
  } finally {
    await blocker.close();
    await alone.close();
  }
}, 60_000);

test('law 3: whoever spends while accounts are merged, not one credit is lost or made', async () => {
  const ids = Array.from({ length: 8 }, (_, i) => `pair${i}`);
  await people(engine, ids);
  await Promise.all(ids.map((id) => engine.grant(id, { class: 'purchased', amount: 100 }, call())));
  const outcomes: string[] = [];
  const spend = async (id: string, by: Engine) => {
    for (let i = 0; i < 25; i += 1) outcomes.push(await codeOf(by.consume(id, { amount: 3 }, call())));
  };
  const pairs = [0, 2, 4, 6].map((i) => [ids[i], ids[i + 1]] as [string, string]);
  const both = pairs.flatMap(([a, b]) => [
    // Into each other at once: one of the two wins.
    codeOf(merge(a, b, rig.first)),
    codeOf(merge(b, a, rig.second)),
  ]);
  await Promise.all([...ids.flatMap((id) => rig.engines.map((by) => spend(id, by))), ...both]);
  const merged = await Promise.all(both);
  expect(tally(merged)).toEqual({ done: 4, account_closed: 4 });
  const done = outcomes.filter((one) => one === 'done').length;
  expect(done).toBeGreaterThan(20);
  const balances = await Promise.all(ids.map((id) => engine.balance(id)));
  expect(balances.reduce((sum, { total }) => sum + total, 0)).toBe(8 * 100 - 3 * done);
  expect(balances.filter(({ total }) => total > 0).length).toBeLessThanOrEqual(4);
  await expectWhole(rig);
}, 60_000);
