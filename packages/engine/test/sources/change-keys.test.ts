/** Law 5 for changes that enter nothing in the ledger: one key, one effect, one answer, and nobody else's key. */
import { expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Engine } from '../../src/engine.ts';
import { codeOf, expectWhole, openRig, tally, together } from '../engine/rig.ts';
import { withRig } from './subscribing.ts';

const START = '2030-03-10T09:00:00Z';
const PRO = { plan: 'pro', interval: 'month' } as const;

test('a cancellation is not repeated by its own retry once it was taken back', async () => {
  await withRig(START, async ({ first, second }) => {
    const { subscription } = await first.subscriptions.create('u_1', PRO, { idempotencyKey: 'begin' });
    const cancel = (engine: typeof first) =>
      engine.subscriptions.cancel('u_1', subscription.id, { at: 'period_end' }, { idempotencyKey: 'cancel' });
    expect(await cancel(first)).toMatchObject({ replayed: false, operation: null });
    await second.subscriptions.reactivate('u_1', subscription.id, {}, { idempotencyKey: 'back' });
    const late = await cancel(second);
    expect(late.replayed).toBe(true);
    expect(late.subscription.cancel_at).toBeNull();
    expect((await first.subscriptions.byId('u_1', subscription.id)).cancel_at).toBeNull();
  });
});

test('another input under the key of a cancellation is refused, and changes nothing', async () => {
  await withRig(START, async ({ first, second }) => {
    const { subscription } = await first.subscriptions.create('u_1', PRO, {});
    const call = { idempotencyKey: 'one' };
    await first.subscriptions.cancel('u_1', subscription.id, { at: 'period_end' }, call);
    expect(await codeOf(second.subscriptions.cancel('u_1', subscription.id, { at: 'now' }, call))).toBe(
      'idempotency_key_reused',
    );
    expect(await codeOf(second.consume('u_1', { amount: 5 }, call))).toBe('idempotency_key_reused');
    // What could not be paid for is told apart from what may not be asked.
    expect(await codeOf(second.consume('u_1', { amount: 5_000 }, call))).toBe('idempotency_key_reused');
    expect(await first.balance('u_1')).toMatchObject({ total: 600, version: 1 });
    expect((await first.subscriptions.byId('u_1', subscription.id)).status).toBe('active');
  });
});

test('a key is a checkout or a deduction, never both, whoever comes first', async () => {
  await withRig(START, async ({ first, second }) => {
    await first.grant('u_1', { class: 'purchased', amount: 1_000 }, {});
    const return_url = 'http://localhost/';
    const outcomes = await together(40, async (i) => {
      const key = { idempotencyKey: `key ${i >> 1}` };
      const engine = i % 4 < 2 ? first : second;
      const asked =
        i % 2 === 0
          ? engine.purchases.checkout(
              'u_1',
              { pack: 'pack_100', return_url },
              { ...key, origin: 'http://here' },
            )
          : engine.consume('u_1', { amount: 1 }, key);
      return asked.then(
        () => (i % 2 === 0 ? 'checkout' : 'consume'),
        async () => codeOf(asked),
      );
    });
    const { idempotency_key_reused: refused = 0, checkout = 0, consume = 0 } = tally(outcomes);
    expect({ refused, effects: checkout + consume }).toEqual({ refused: 20, effects: 20 });
    const { total } = await second.balance('u_1');
    expect(total).toBe(1_000 - consume);
    expect((await second.purchases.list('u_1', { limit: 200 })).data).toHaveLength(checkout);
  });
});

test('a checkout is opened once for a key: 20 at once by two engines are one', async () => {
  await withRig(START, async ({ first, second }) => {
    const return_url = 'http://localhost/';
    const answers = await together(20, (i) =>
      (i % 2 === 0 ? first : second).purchases.checkout(
        'u_1',
        { pack: 'pack_100', return_url },
        { idempotencyKey: 'buy', origin: 'http://here' },
      ),
    );
    expect(new Set(answers.map(({ purchase }) => purchase.id)).size).toBe(1);
    expect(tally(answers.map(({ replayed }) => replayed))).toEqual({ false: 1, true: 19 });
  });
});

test('a trial or a plan that is known already answers its repetition', async () => {
  await withRig(START, async ({ first, second }) => {
    const body = { ...PRO, ref: 'order-1' };
    const begun = await first.subscriptions.create('u_1', body, { idempotencyKey: 'a' });
    const again = await second.subscriptions.create('u_1', body, { idempotencyKey: 'b' });
    const repeated = await first.subscriptions.create('u_1', body, { idempotencyKey: 'b' });
    expect([again.replayed, repeated.replayed]).toEqual([false, true]);
    expect(repeated.subscription.id).toBe(begun.subscription.id);
  });
});

test('a retry is answered as before where a later catalog sells nothing of it any more', async () => {
  const { plans: _, packs: __, ...rest } = shippedCatalog;
  const later = readCatalog({ ...rest, plans: [], packs: [] } as never);
  const payments = { sandbox: true };
  const rig = await openRig({ sweep: false, payments, engines: [{}, { catalog: later }] });
  const call = (idempotencyKey: string) => ({ idempotencyKey, origin: 'http://127.0.0.1:4400' });
  const return_url = 'http://localhost/';
  const asked = [
    (engine: Engine) => engine.subscriptions.create('u_1', { ...PRO, ref: 'in_1' }, call('create')),
    (engine: Engine) => engine.subscriptions.create('u_2', PRO, call('nameless')),
    (engine: Engine) => engine.plans.checkout('u_3', { ...PRO, return_url }, call('plan')),
    (engine: Engine) => engine.purchases.checkout('u_4', { pack: 'pack_100', return_url }, call('pack')),
  ];
  // A balance is as of the moment of the answer.
  const timeless = ({ balance, ...rest }: { balance?: { version: number } | null; replayed?: boolean }) => ({
    ...rest,
    version: balance?.version,
  });
  for (const ask of asked) {
    const first = await ask(rig.first);
    expect(first.replayed).toBe(false);
    expect(timeless(await ask(rig.second))).toEqual({ ...timeless(first), replayed: true });
  }
  const { subscription } = await rig.first.subscriptions.create('u_5', PRO, {});
  const change = (engine: Engine) =>
    engine.subscriptions.change('u_5', subscription.id, { interval: 'year' }, call('change'));
  await change(rig.first);
  expect(await change(rig.second)).toMatchObject({ replayed: true, subscription: { interval: 'year' } });
  for (const account of ['u_1', 'u_new']) {
    expect(await codeOf(rig.second.subscriptions.create(account, PRO, call('other')))).toBe('unknown_plan');
    const pack = rig.second.purchases.checkout(account, { pack: 'pack_100', return_url }, call('more'));
    expect(await codeOf(pack)).toBe('unknown_pack');
  }
  expect(await codeOf(rig.second.balance('u_new'))).toBe('account_not_found');
  await expectWhole(rig);
  await rig.close();
});
