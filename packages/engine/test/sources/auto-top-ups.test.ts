/** Automatic top-ups: one charge at a time, whatever happens to it, and an end to them where one is due. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, expectWhole, type Rig, tally, together } from '../engine/rig.ts';
import { type Card, TopUpRig, until, WISH } from './top-up-rig.ts';

let world: TopUpRig;
let rig: Rig;
let stripe: TopUpRig['stripe'];

beforeAll(async () => {
  world = await TopUpRig.open();
  ({ rig, stripe } = world);
});

afterAll(async () => {
  await expectWhole(rig);
  await world.close();
});

const kept = (account: string, card?: Card) => world.kept(account, card);
const agreed = (account: string, more?: Partial<typeof WISH>) => world.agreed(account, more);
const show = (account: string) => world.show(account);
const chargesOf = (account: string) => world.chargesOf(account);

describe('a top-up', () => {
  test('needs a way to pay and its owner’s word', async () => {
    await rig.first.putAccount('u_none', {});
    expect(await codeOf(agreed('u_none'))).toBe('payment_method_required');
    expect(await show('u_none')).toEqual({
      account: 'u_none',
      state: 'off',
      payment_method: null,
      history: [],
    });
    await kept('u_word');
    expect(await rig.first.topUps.method('u_word')).toEqual({ provider: 'stripe', label: 'visa 4242' });
    const silent = { ...WISH, consent: {} } as unknown as typeof WISH;
    expect(await codeOf(rig.first.topUps.put('u_word', silent, {}))).toBe('consent_required');
    expect(await codeOf(agreed('u_word', { pack: 'none' }))).toBe('unknown_pack');
    const small = agreed('u_word', { monthly_cap: { amount_minor: 10, currency: 'USD' } });
    expect(await codeOf(small)).toBe('invalid_request');
    expect(await agreed('u_word')).toMatchObject({
      state: 'on',
      consent: { actor: 'user:u_word' },
      history: [],
    });
  });

  test('100 parallel consumes across the threshold, two engines: exactly one charge (lesson 20)', async () => {
    await kept('u_race');
    await agreed('u_race');
    await together(100, (i) =>
      (i % 2 === 0 ? rig.first : rig.second).consume('u_race', { amount: 1 }, { idempotencyKey: `c${i}` }),
    );
    const after = await until(
      () => show('u_race'),
      ({ history }) => history[0]?.state === 'completed',
    );
    expect(after.history).toHaveLength(1);
    expect(chargesOf('u_race')).toHaveLength(1);
    expect(await rig.first.balance('u_race')).toMatchObject({ available: 100 });
    const receipt = await rig.first.purchases.byId(after.history[0]?.purchase ?? '', {});
    expect(receipt).toMatchObject({ state: 'completed', paid: { amount_minor: 499 }, credits: 100 });
  });

  test('is sized to what is missing, within the cap, which ends with the month', async () => {
    await kept('u_sized');
    await agreed('u_sized', { threshold: 250 });
    const sized = await until(
      () => show('u_sized'),
      ({ history }) => history[0]?.state === 'completed',
    );
    expect(sized.history.map(({ packs, price }) => [packs, price.amount_minor])).toEqual([[2, 998]]);
    await rig.first.consume('u_sized', { amount: 300 }, {});
    const capped = await until(
      () => show('u_sized'),
      ({ state }) => state === 'capped',
    );
    // 250 are missing: three packs, of which the cap allows two.
    expect(capped.history.map(({ packs }) => packs)).toEqual([2, 2]);
    expect(capped).toMatchObject({
      spent_this_month: { amount_minor: 1996 },
      resumes_at: '2026-02-01T00:00:00.000Z',
    });
    expect(chargesOf('u_sized')).toHaveLength(2);
    await setTestClock(rig.database, Date.parse('2026-02-01T00:00:00Z'));
    const next = await until(
      () => show('u_sized'),
      ({ history }) => history[0]?.state === 'completed' && history.length === 3,
    );
    expect(next).toMatchObject({ state: 'on', spent_this_month: { amount_minor: 499 } });
  });
});

describe('what happens to a charge', () => {
  test('its answer is lost: asked again under its name, it is one charge', async () => {
    await kept('u_lost');
    stripe.losing = /payment_intents$/;
    await agreed('u_lost', { threshold: 150 });
    const open = await until(
      () => show('u_lost'),
      ({ history }) => history[0]?.state === 'sent' && chargesOf('u_lost').length > 0,
    );
    expect(open.history).toHaveLength(1);
    stripe.losing = /^$/;
    await setTestClock(rig.database, Date.parse('2026-02-01T01:00:00Z'));
    const done = await until(
      () => show('u_lost'),
      ({ history }) => history[0]?.state === 'completed',
    );
    expect(done.history.map(({ state }) => state)).toEqual(['completed']);
    expect(chargesOf('u_lost')).toHaveLength(1);
    expect(await rig.first.balance('u_lost')).toMatchObject({ total: 200 });
  });

  test.each(['declined', 'asks'] as const)(
    'the card %s: it stops, with the reason, and tries no more',
    async (card) => {
      const account = `u_${card}`;
      await kept(account, card);
      await agreed(account, { threshold: 150 });
      const stopped = await until(
        () => show(account),
        ({ state }) => state === 'stopped',
      );
      const reason = card === 'asks' ? 'authentication_required' : 'declined';
      expect(stopped).toMatchObject({ state: 'stopped', reason, history: [{ state: 'failed', reason }] });
      await rig.first.topUps.look(0);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(stripe.charges.refused.filter((one) => world.isOf(one, account))).toHaveLength(1);
      expect((await rig.first.purchases.byId(stopped.history[0]?.purchase ?? '', {})).state).toBe('failed');
    },
  );

  test('too many within an hour: it stops', async () => {
    await kept('u_burn');
    await agreed('u_burn', { monthly_cap: { amount_minor: 100_000, currency: 'USD' } });
    for (let round = 1; round <= 3; round += 1) {
      await rig.first.consume('u_burn', { amount: 100 }, {});
      await until(
        () => show('u_burn'),
        ({ history }) => history.filter(({ state }) => state === 'completed').length === round,
      );
    }
    await rig.first.consume('u_burn', { amount: 100 }, {});
    const stopped = await until(
      () => show('u_burn'),
      ({ state }) => state === 'stopped',
    );
    expect(stopped).toMatchObject({ reason: 'abnormal_use' });
    expect(chargesOf('u_burn')).toHaveLength(3);
  });

  test('a pack that has come to cost more than the cap: it stops, since no month would have room for it', async () => {
    await kept('u_dearer');
    await agreed('u_dearer');
    await rig.sql(`update drawdown.auto_top_ups set cap_minor = 300
      where account = (select number from drawdown.accounts where id = 'u_dearer')`);
    await rig.first.consume('u_dearer', { amount: 100 }, {});
    const stopped = await until(
      () => show('u_dearer'),
      ({ state }) => state === 'stopped',
    );
    expect(stopped).toMatchObject({ reason: 'pack_above_cap', resumes_at: null });
    expect(chargesOf('u_dearer')).toHaveLength(0);
  });

  test('switched off while a charge is out: that one is entered, and no other follows', async () => {
    await kept('u_off');
    stripe.losing = /payment_intents$/;
    await agreed('u_off', { threshold: 150 });
    await until(
      async () => chargesOf('u_off').length,
      (count) => count > 0,
    );
    await rig.second.topUps.remove('u_off', {});
    stripe.losing = /^$/;
    await setTestClock(rig.database, Date.parse('2026-02-01T02:00:00Z'));
    await until(
      () => rig.first.balance('u_off'),
      ({ total }) => total === 200,
    );
    expect(await rig.first.balance('u_off')).toMatchObject({ total: 200 });
    await rig.first.consume('u_off', { amount: 200 }, {});
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(chargesOf('u_off')).toHaveLength(1);
    expect(await show('u_off')).toMatchObject({
      state: 'off',
      payment_method: { label: 'visa 4242' },
      history: [{ state: 'completed' }],
    });
  });

  test('the card is removed by its owner: nothing is charged any more', async () => {
    await kept('u_removed');
    await agreed('u_removed');
    await rig.first.topUps.removeMethod('u_removed', {});
    expect(await show('u_removed')).toMatchObject({
      state: 'stopped',
      reason: 'payment_method_removed',
      payment_method: null,
    });
    await rig.first.consume('u_removed', { amount: 100 }, {});
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(tally(chargesOf('u_removed').map(({ id }) => String(id)))).toEqual({});
  });
});
