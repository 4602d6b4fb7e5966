/** How automatic top-ups end: with their account, by their owner, by themselves; and what is told of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { CLOCK_START, codeOf, expectWhole, type Rig } from '../engine/rig.ts';
import { TopUpRig, until, WISH } from './top-up-rig.ts';

const WHY = { reason: 'asked for' };
const HOUR = 3_600_000;

let world: TopUpRig;
let rig: Rig;
let hours = 0;

beforeAll(async () => {
  world = await TopUpRig.open();
  ({ rig } = world);
});

afterAll(async () => {
  await expectWhole(rig);
  await world.close();
});

const NUMBER = statement<[string], { number: bigint }>(
  'test.number',
  'select number from drawdown.accounts where id = $1',
);
const STATE = statement<[number], { state: string }>(
  'test.top_up',
  'select state from drawdown.top_ups where account = $1',
);

const SENT = statement<[], { state: string }>('test.top_ups', 'select state from drawdown.top_ups');

const numberOf = async (id: string, { database }: Rig = rig): Promise<number> =>
  Number((await database.query(NUMBER, [id])).rows[0]?.number);

async function later(): Promise<void> {
  hours += 1;
  await setTestClock(rig.database, CLOCK_START + hours * HOUR);
}

const told = async (account: string) =>
  (await rig.first.notices.ofAccount(account, { limit: 100 })).data
    .filter(({ type }) => type.startsWith('auto_top_up.'))
    .map(({ type, data }) => [type, data.reason ?? data.packs]);

/** The charge goes out, and its answer is lost. */
async function charged(account: string): Promise<void> {
  world.stripe.losing = /payment_intents$/;
  await world.agreed(account, { threshold: 150 });
  await until(
    async () => world.chargesOf(account).length,
    (count) => count > 0,
  );
}

const busy = async (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: { code: string; details: { purchases?: readonly string[] } }) => ({
      code: error.code,
      purchases: error.details.purchases?.length,
    }),
  );

describe('with the account', () => {
  test('closing pays back what was bought, and nothing is bought again for it', async () => {
    await world.kept('e_closed');
    await world.agreed('e_closed');
    await rig.first.life.closures.close('e_closed', WHY, {});
    await rig.second.topUps.watch.round();
    expect(world.chargesOf('e_closed')).toEqual([]);
    expect(await told('e_closed')).toEqual([['auto_top_up.stopped', 'account_closed']]);
    expect(await world.show('e_closed')).toMatchObject({ state: 'off' });
    expect(await codeOf(rig.first.topUps.method('e_closed'))).toBe('payment_method_not_found');
    expect(
      await until(
        async () => world.cardsOf('e_closed'),
        (cards) => cards.length === 0,
      ),
    ).toEqual([]);
  });

  test('a merge ends them too, and leaves the other account to its own', async () => {
    await world.kept('e_from');
    await world.agreed('e_from');
    await world.kept('e_into');
    await world.agreed('e_into');
    await rig.first.life.merges.merge('e_from', { into: 'e_into', ...WHY }, {});
    expect(await told('e_from')).toEqual([['auto_top_up.stopped', 'account_merged']]);
    expect(await world.show('e_from')).toMatchObject({ state: 'off' });
    expect(await world.show('e_into')).toMatchObject({ state: 'on', history: [] });
    expect(
      await until(
        async () => world.cardsOf('e_from'),
        (cards) => cards.length === 0,
      ),
    ).toEqual([]);
    expect(world.cardsOf('e_into')).toHaveLength(1);
    expect(await rig.first.balance('e_into')).toMatchObject({ total: 200 });
  });

  test('a charge whose outcome nobody knows is waited for, however old, by closing and merging alike', async () => {
    await rig.first.putAccount('e_heir', {});
    await world.kept('e_out');
    await charged('e_out');
    const merge = () => rig.first.life.merges.merge('e_out', { into: 'e_heir', ...WHY }, {});
    const close = () => rig.first.life.closures.close('e_out', WHY, {});
    const waits = { code: 'account_busy', purchases: 1 };
    expect([await busy(close()), await busy(merge())]).toEqual([waits, waits]);
    // Half an hour is what a checkout gets.
    await later();
    expect([await busy(close()), await busy(merge())]).toEqual([waits, waits]);
    expect(await busy(rig.first.life.merges.preview('e_out', { into: 'e_heir', ...WHY }))).toEqual(waits);
    expect(await world.show('e_out')).toMatchObject({ state: 'on' });
    world.stripe.losing = /^$/;
    await later();
    await until(
      () => world.show('e_out'),
      ({ history }) => history[0]?.state === 'completed',
    );
    await merge();
    expect(world.chargesOf('e_out')).toHaveLength(1);
    expect(await rig.first.balance('e_heir')).toMatchObject({ total: 200 });
    expect(await told('e_out')).toEqual([
      ['auto_top_up.stopped', 'account_merged'],
      ['auto_top_up.completed', 1],
    ]);
  });

  test('a charge that nobody has sent is not sent, and its purchase is no reason to wait', async () => {
    await world.kept('e_unsent');
    const number = await numberOf('e_unsent');
    await world.agreed('e_unsent');
    await rig.sql(`
      insert into drawdown.purchases select * from jsonb_populate_record(null::drawdown.purchases,
        (select to_jsonb(p) || '{"no": 77, "state": "open", "facts": [], "payment": null, "checkout": null, "key": null}'
           from drawdown.purchases p where account = ${number}));
      insert into drawdown.top_ups select ${number}, 77, 1, 499, 'USD', 'stripe', customer, method, 'pending', null, 0,
        4102444800000, ${CLOCK_START + hours * HOUR}, bucket from drawdown.payment_methods where account = ${number};`);
    await rig.first.life.closures.close('e_unsent', WHY, {});
    expect((await rig.database.query(STATE, [number])).rows).toEqual([{ state: 'canceled' }]);
    await later();
    await rig.second.topUps.watch.round();
    expect(world.chargesOf('e_unsent')).toEqual([]);
  });
});

describe('money that goes back', () => {
  const completed = (account: string) =>
    until(
      () => world.show(account),
      ({ history }) => history[0]?.state === 'completed',
    );

  test('is not charged for again: a top-up that is given back, or a payment that is disputed, stops them', async () => {
    for (const account of ['e_given', 'e_disputed']) await world.kept(account);
    await world.agreed('e_given', { threshold: 150 });
    const [charged] = (await completed('e_given')).history;
    await rig.first.purchases.refund(charged?.purchase ?? '', {}, {});

    await world.agreed('e_disputed', { threshold: 90 });
    const [bought] = (await rig.first.purchases.list('e_disputed', {})).data;
    const dispute = { kind: 'dispute', id: 'dp_1', stage: 'opened', amount: 499, at: CLOCK_START } as const;
    const subject = { purchase: bought?.id ?? '' };
    await rig.second.purchases.enter('stripe', { id: 'evt_dp', subject, facts: [dispute] });

    await later();
    await rig.second.topUps.watch.round();
    for (const account of ['e_given', 'e_disputed']) {
      expect(await world.show(account)).toMatchObject({ state: 'stopped', reason: 'payment_reversed' });
      expect(await told(account)).toContainEqual(['auto_top_up.stopped', 'payment_reversed']);
    }
    expect([world.chargesOf('e_given').length, world.chargesOf('e_disputed').length]).toEqual([1, 0]);
    // What was bought by hand may be given back: that is between the buyer and their threshold.
    await world.kept('e_by_hand');
    await world.agreed('e_by_hand', { threshold: 90 });
    const [own] = (await rig.first.purchases.list('e_by_hand', {})).data;
    await rig.first.purchases.refund(own?.id ?? '', {}, {});
    expect((await completed('e_by_hand')).state).toBe('on');
  });

  test('a team is not charged on the word of whoever has closed their account', async () => {
    await rig.first.putAccount('e_team', { kind: 'team' });
    for (const id of ['e_owner', 'e_other']) await rig.first.members.put('e_team', id, { role: 'owner' }, {});
    await world.kept('e_team');
    await rig.first.topUps.put('e_team', WISH, { actor: 'user:e_owner' });
    await rig.first.life.closures.close('e_other', WHY, {});
    expect((await world.show('e_team')).state).toBe('on');
    await rig.first.life.closures.close('e_owner', WHY, {});
    expect(await world.show('e_team')).toMatchObject({ state: 'stopped', reason: 'consent_withdrawn' });
    expect(await told('e_team')).toEqual([['auto_top_up.stopped', 'consent_withdrawn']]);
  });
});

describe('a charge that is not what was asked for', () => {
  const payables = async (account: string) =>
    (await rig.first.life.settlements.payables({ limit: 100 })).data
      .filter((one) => one.account === account && one.payable_minor > 0)
      .map(({ kind, payable_minor, value }) => [kind, payable_minor, value.currency]);
  const ended = (account: string) =>
    until(
      () => world.show(account),
      ({ history }) => history[0]?.state === 'failed',
    );

  test('gives nothing, ends, stops further ones, and is owed back as it was taken; refunded there, it is not', async () => {
    await world.kept('e_short');
    world.stripe.charges.short = 1;
    await world.agreed('e_short', { threshold: 150 });
    const { history, ...shown } = await ended('e_short');
    world.stripe.charges.short = 0;
    expect(shown).toMatchObject({ state: 'stopped', reason: 'charge_differs' });
    expect(history).toMatchObject([{ state: 'failed', reason: 'charge_differs' }]);
    expect(await rig.first.balance('e_short')).toMatchObject({ total: 100 });
    expect(await told('e_short')).toEqual([['auto_top_up.stopped', 'charge_differs']]);
    expect(await payables('e_short')).toEqual([['late', 498, 'USD']]);
    const purchase = await rig.first.purchases.byId(history[0]?.purchase as string, {});
    expect(purchase).toMatchObject({ credits: 0, price: { amount_minor: 498, currency: 'USD' } });
    for await (const one of rig.first.purchases.reconcile({ since: 0, repair: true }))
      if (one.purchase === purchase.id) expect(one.result).toBe('same');
    await rig.first.topUps.watch.round();
    expect(world.chargesOf('e_short')).toHaveLength(1);
    const payment = world.chargesOf('e_short')[0]?.id as string;
    const refunded = world.stripe.refund(payment, 498);
    await rig.second.purchases.receive(
      'stripe',
      world.stripe.signed(world.stripe.event('refund.created', refunded)),
    );
    expect(await payables('e_short')).toEqual([]);
    expect(await rig.first.purchases.byId(purchase.id, {})).toMatchObject({ state: 'reversed' });
    expect(await rig.first.balance('e_short')).toMatchObject({ total: 100 });
  });

  test('in another currency is owed in that; its account can be closed', async () => {
    await world.kept('e_foreign');
    world.stripe.charges.currency = 'eur';
    await world.agreed('e_foreign', { threshold: 150 });
    await ended('e_foreign');
    world.stripe.charges.currency = null;
    const { payable } = await rig.first.life.closures.close('e_foreign', WHY, {});
    expect(payable).toContainEqual({ amount_minor: 499, currency: 'EUR' });
  });
});

test('nothing is agreed to while a closing pays back, until one that broke off is ten minutes ago', async () => {
  await world.kept('e_closing');
  world.stripe.losing = /refunds$/;
  expect(await codeOf(rig.first.life.closures.close('e_closing', WHY, {}))).toBe('unavailable');
  expect(await codeOf(world.agreed('e_closing', { threshold: 150 }))).toBe('account_busy');
  expect(world.chargesOf('e_closing')).toEqual([]);
  world.stripe.losing = /^$/;
  await later();
  expect(await codeOf(world.agreed('e_closing'))).toBe('done');
});

test('a debt is repaid first, so that it is counted: one charge for all of it', async () => {
  const owing = readCatalog({
    ...shippedCatalog,
    policies: { ...shippedCatalog.policies, reversal: 'debt' },
  });
  const there = await TopUpRig.open({ catalog: owing });
  const { first } = there.rig;
  const dispute = there.stripe.dispute(await there.kept('e_owing'), 'lost');
  await first.grant('e_owing', { class: 'promotional', amount: 60 }, {});
  await first.consume('e_owing', { amount: 160 }, {});
  await first.purchases.receive(
    'stripe',
    there.stripe.signed(there.stripe.event('charge.dispute.closed', dispute)),
  );
  expect(await first.balance('e_owing')).toMatchObject({ total: 0, debt: 100 });
  await there.agreed('e_owing');
  const { history } = await until(
    () => there.show('e_owing'),
    (one) => one.history[0]?.state === 'completed',
  );
  expect(history.map(({ packs }) => packs)).toEqual([2]);
  expect(await first.balance('e_owing')).toMatchObject({ total: 100, debt: 0 });
  await first.topUps.watch.round();
  expect(there.chargesOf('e_owing')).toHaveLength(1);
  await there.close();
});

test('a top-up is looked at like every purchase: money that went back is found by asking', async () => {
  await world.kept('e_looked');
  await world.agreed('e_looked', { threshold: 150 });
  const { history } = await until(
    () => world.show('e_looked'),
    (one) => one.history[0]?.state === 'completed',
  );
  const purchase = history[0]?.purchase as string;
  const results = async () => {
    const found: string[] = [];
    for await (const one of rig.first.purchases.reconcile({ since: 0, repair: true }))
      if (one.purchase === purchase) found.push(one.result);
    return found;
  };
  expect(await results()).toEqual(['same']);
  await rig.first.topUps.remove('e_looked', {});
  world.stripe.refund(world.chargesOf('e_looked')[0]?.id as string, 499);
  expect(await results()).toEqual(['repaired']);
  expect(await rig.first.purchases.byId(purchase, {})).toMatchObject({ state: 'reversed', reversed: 100 });
  expect(await rig.first.balance('e_looked')).toMatchObject({ total: 100 });
});

describe('what is told', () => {
  test('each that was paid, with its purchase; a stop, once, with its reason', async () => {
    await world.kept('e_told');
    await world.agreed('e_told', { threshold: 150 });
    await until(
      () => told('e_told'),
      (notices) => notices.length === 1,
    );
    const [notice] = (await rig.first.notices.ofAccount('e_told', { type: 'auto_top_up.completed' })).data;
    const { history } = await world.show('e_told');
    expect(notice?.data).toEqual({
      account: 'e_told',
      purchase: history[0]?.purchase,
      packs: 1,
      price: { amount_minor: 499, currency: 'USD' },
    });
    await rig.first.topUps.remove('e_told', {});
    expect(await told('e_told')).toEqual([
      ['auto_top_up.stopped', 'switched_off'],
      ['auto_top_up.completed', 1],
    ]);
    await world.kept('e_refused', 'declined');
    await world.agreed('e_refused', { threshold: 150 });
    await until(
      () => told('e_refused'),
      (notices) => notices.length === 1,
    );
    await rig.first.topUps.removeMethod('e_refused', {});
    expect(await told('e_refused')).toEqual([['auto_top_up.stopped', 'declined']]);
  });
});

describe('a way to pay', () => {
  test('is forgotten at the provider too, as soon as that answers, also the one before it', async () => {
    await world.kept('e_cards');
    const [old] = world.cardsOf('e_cards');
    world.stripe.losing = /detach$/;
    await world.kept('e_cards');
    expect(world.cardsOf('e_cards')).toHaveLength(2);
    world.stripe.losing = /^$/;
    await later();
    const left = await until(
      async () => world.cardsOf('e_cards'),
      (cards) => cards.length === 1,
    );
    expect(left).not.toContain(old);
    expect(await rig.first.topUps.method('e_cards')).toEqual({ provider: 'stripe', label: 'visa 4242' });
  });

  test('an erasure waits for the provider: whom it would still know there nobody could tell afterwards', async () => {
    await world.kept('e_erased');
    world.stripe.losing = /detach$/;
    await rig.first.life.closures.close('e_erased', WHY, {});
    const erase = () => rig.first.life.erasures.erase('e_erased', WHY, {});
    await expect(erase()).rejects.toMatchObject({
      code: 'unavailable',
      details: { provider: 'stripe', retry_after: 5 },
    });
    world.stripe.losing = /^$/;
    expect(await codeOf(erase())).toBe('done');
    expect(world.cardsOf('e_erased')).toEqual([]);
  });

  test('who forgets it beside somebody else finds it forgotten', async () => {
    await world.kept('e_both');
    world.stripe.losing = /detach$/;
    await rig.first.life.closures.close('e_both', WHY, {});
    const number = await numberOf('e_both');
    // Both have looked at it before either takes it from its owner.
    const looks = () => world.stripe.asked.filter((one) => /^GET .*payment_methods\/pm_/.test(one)).length;
    const before = looks();
    const both = until(
      async () => looks() - before,
      (count) => count >= 2,
    );
    world.stripe.losing = /^$/;
    world.stripe.late = { path: /payment_methods\/pm_\w+$/, until: both.then(() => undefined) };
    const engines = [rig.first, rig.second];
    const codes = await Promise.all(engines.map((engine) => codeOf(engine.topUps.forgetNow(number))));
    world.stripe.late = null;
    expect(codes).toEqual(['done', 'done']);
    expect(world.cardsOf('e_both')).toEqual([]);
  });
});

test('a provider that answers nothing takes no place of another one', { timeout: 60_000 }, async () => {
  const there = await TopUpRig.open({ sweep: false });
  const { first } = there.rig;
  await there.kept('h_card');
  const hung = Array.from({ length: 200 }, (_, i) => `h_${i}`);
  for (const id of [...hung, 's_free']) await first.putAccount(id, {});
  const agreed = (ids: string, method: string) =>
    there.rig.sql(`
      insert into drawdown.payment_methods
        select a.number, ${method}, 'card', 1, a.bucket, null from drawdown.accounts a,
          (select customer, method from drawdown.payment_methods limit 1) m where ${ids};
      insert into drawdown.auto_top_ups
        select number, 50, 'pack_100', 9900, 'USD', '{"off_session": true, "at": 1, "actor": "x"}', 'on', null, null, 1, bucket
          from drawdown.accounts a where ${ids};`);
  there.stripe.hanging = /payment_intents$/;
  await agreed(`a.id like 'h%' and a.id <> 'h_card'`, `'stripe', m.customer, m.method`);
  const sent = async () =>
    (await there.rig.database.query(SENT, [])).rows.filter(({ state }) => state === 'sent').length;
  const rounds = [first.topUps.watch.round()];
  expect(await until(sent, (count) => count === 200)).toBe(200);
  await agreed(`a.id = 's_free'`, `'sandbox', 'someone', 'card_works'`);
  rounds.push(first.topUps.watch.round());
  const shown = await until(
    () => there.show('s_free'),
    ({ history }) => history[0]?.state === 'completed',
  );
  expect(shown.history).toMatchObject([{ state: 'completed' }]);
  expect(await sent()).toBe(200);
  await there.stripe.stop();
  await Promise.all(rounds);
  await there.rig.close();
});
