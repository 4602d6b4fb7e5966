/**
 * Related deliveries in every order, doubled, by two engines at once: one and the same end (laws 8 and 9). A run takes a
 * sample of the orders by a seed that it prints; `DRAWDOWN_ORDERS=720` takes every one of them: three minutes on two cores.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import type { Delivery, ProviderId } from '../../src/sources/provider.ts';
import { expectWhole, openRig, type Rig, together } from '../engine/rig.ts';
import { BUNDLE, createApple } from './apple.ts';
import { FakeGoogle } from './google-fake.ts';
import { FakeStripe } from './stripe-fake.ts';

const SAMPLE = Number(process.env.DRAWDOWN_ORDERS ?? 12);
const SEED = Number(process.env.DRAWDOWN_SEED ?? Date.now() % 100_000);
const RETURN = 'https://app.example.com/';

const apple = createApple();
const stripe = new FakeStripe();
const google = new FakeGoogle();
let rig: Rig;

beforeAll(async () => {
  const { secretKey, webhookSecret } = stripe;
  const payments = {
    stripe: { secretKey, webhookSecrets: [webhookSecret], api: await stripe.start() },
    appStore: {
      bundleId: BUNDLE,
      appId: null,
      production: false,
      roots: [apple.root],
      onlineChecks: false,
      api: null,
    },
    googlePlay: await google.start(),
    returnOrigins: ['https://app.example.com'],
  };
  rig = await openRig({ sweep: false, engines: [{ payments }, { payments }] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
  await stripe.stop();
  await google.stop();
});

/** All that happened at a provider about one purchase of the account, as it is delivered. */
type Story = (account: string) => Promise<Delivery[]>;

const stripeStory =
  (verdict: 'won' | 'lost', refunded: readonly number[]): Story =>
  async (account) => {
    const body = { pack: 'pack_1200', currency: 'USD', return_url: RETURN };
    const { checkout } = await rig.first.purchases.checkout(account, body, { origin: RETURN });
    const done = stripe.pay(checkout);
    const payment = done.payment_intent as string;
    const sent = (type: string, object: Record<string, unknown>) => stripe.signed(stripe.event(type, object));
    const events = [sent('checkout.session.completed', done)];
    for (const amount of refunded) {
      stripe.refund(payment, amount);
      events.push(sent('charge.refunded', stripe.charge(payment)));
    }
    const opened = stripe.dispute(payment, 'needs_response');
    events.push(sent('charge.dispute.created', opened), sent('charge.dispute.funds_withdrawn', opened));
    events.push(sent('charge.dispute.closed', stripe.dispute(payment, verdict)));
    return events;
  };

async function tokenOf(account: string): Promise<string> {
  await rig.first.putAccount(account, {});
  return (await rig.first.purchases.appAccountToken(account)).app_account_token;
}

const appStoreStory =
  (last: 'REFUND' | 'REFUND_REVERSED'): Story =>
  async (account) => {
    const about = {
      transactionId: `t_${account}`,
      productId: 'pack_1200',
      appAccountToken: await tokenOf(account),
    };
    const transaction = apple.transaction(about);
    const at = (hour: number) => ({ signedDate: Date.UTC(2026, 5, 3, hour) });
    const notices = [
      apple.notification('ONE_TIME_CHARGE', transaction),
      apple.notification('REFUND', transaction, at(1)),
      apple.notification('REFUND_REVERSED', transaction, at(2)),
      apple.notification('REFUND', transaction, at(3)),
      apple.notification(last, transaction, at(4)),
    ].map((signedPayload) => ({ signedPayload }));
    const all = [...notices, { signedTransaction: transaction }];
    return all.map((fields) => ({ body: Buffer.from(JSON.stringify(fields)), headers: {} }));
  };

const playStory =
  (isCharged: boolean): Story =>
  async (account) => {
    const sale = google.sell(await tokenOf(account), { quantity: 3, micros: 119_970_000 });
    const told = [google.bought(sale)];
    for (const _ of [1, 2]) {
      google.voidPart(sale, 1);
      told.push(google.voidedNotice(sale, 2));
    }
    if (isCharged) {
      google.chargeBack(sale);
      told.push(google.voidedNotice(sale));
    }
    return Promise.all(told.map((notification) => google.pushed(notification)));
  };

const STORIES: Record<string, { provider: ProviderId; story: Story; end: object }> = {
  'Stripe: two refunds of a part, a dispute that is won': {
    provider: 'stripe',
    story: stripeStory('won', [1000, 500]),
    end: { state: 'partly_reversed', reversed: 450 + 37, total: 750 + 63 },
  },
  'Stripe: a part, then the rest is refunded, and the dispute is lost besides': {
    provider: 'stripe',
    story: stripeStory('lost', [1000, 2999]),
    end: { state: 'reversed', reversed: 1300, total: 0 },
  },
  'App Store: refunded, reversed, refunded, and reversed again': {
    provider: 'app_store',
    story: appStoreStory('REFUND_REVERSED'),
    end: { state: 'completed', reversed: 0, total: 1300 },
  },
  'App Store: refunded twice in the end': {
    provider: 'app_store',
    story: appStoreStory('REFUND'),
    end: { state: 'reversed', reversed: 1300, total: 0 },
  },
  'Google Play: two of three go back': {
    provider: 'google_play',
    story: playStory(false),
    end: { state: 'partly_reversed', reversed: 2600, total: 1300 },
  },
  'Google Play: two of three go back, then the bank takes all': {
    provider: 'google_play',
    story: playStory(true),
    end: { state: 'reversed', reversed: 3900, total: 0 },
  },
};

const engineAt = (turn: number): Engine => rig.engines[turn % 2] as Engine;

/** Two processes that hear the same thing at the same time may be told to come again by the provider they ask. */
async function tell(provider: ProviderId, delivery: Delivery, turn: number): Promise<void> {
  await engineAt(turn).purchases.receive(provider, delivery);
}

/** Lots that are alike count as one: how often something was taken and given back shows in the history alone. */
async function endOf(account: string) {
  const { data } = await rig.second.purchases.list(account, {});
  const [purchase] = data;
  const { total, frozen, available, held, debt } = await rig.first.balance(account);
  const open = new Map<string, number>();
  for (const lot of (await rig.first.grants(account, { state: 'all' })).data) {
    if (lot.remaining === 0) continue;
    const kind = [
      lot.class,
      lot.state,
      lot.expires_at,
      lot.source.type,
      lot.source.ref === purchase?.id,
    ].join();
    open.set(kind, (open.get(kind) ?? 0) + lot.remaining);
  }
  const entries = (await rig.second.entries(account, { limit: 200 })).data;
  const net = entries.reduce((sum, entry) => sum + entry.amount, 0);
  const { state, reversed, lost, owed, paid } = purchase ?? {};
  return {
    purchases: data.length,
    state,
    reversed,
    lost,
    owed,
    paid,
    total,
    frozen,
    available,
    held,
    debt,
    open: [...open].sort(),
    net,
  };
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)),
  );
}

/** The straight order, its reverse, and others as the seed says. */
function chosen(count: number): number[][] {
  const all = permutations(count);
  if (all.length <= SAMPLE) return all;
  let state = SEED;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const straight = [...Array(count).keys()];
  const others = Array.from({ length: SAMPLE - 2 }, () => all[Math.floor(random() * all.length)] as number[]);
  return [straight, straight.toReversed(), ...others];
}

describe.each(Object.entries(STORIES))('%s', (name, { provider, story, end }) => {
  const prefix = name.replaceAll(/\W+/g, '_').slice(0, 60);

  test(`every order has the same end (seed ${SEED}, at most ${SAMPLE} of them)`, {
    timeout: 1_200_000,
  }, async () => {
    const count = (await story(`${prefix}_count`)).length;
    const ends: unknown[] = [];
    const queue = [...chosen(count).entries()];
    await together(4, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [i, order] = next;
        const account = `${prefix}_${i}`;
        const deliveries = await story(account);
        for (const [turn, index] of order.entries()) {
          const delivery = deliveries[index] as Delivery;
          // Every third order is heard by both at once.
          const hearers = i % 3 === 0 ? [turn, turn + 1] : [turn];
          await Promise.all(hearers.map((one) => tell(provider, delivery, one)));
        }
        ends[i] = await endOf(account);
      }
    });
    for (const one of ends) expect(one).toEqual(ends[0]);
    expect(ends[0]).toMatchObject({ purchases: 1, frozen: 0, lost: 0, owed: 0, debt: 0, ...end });
    expect((ends[0] as { net: number; total: number }).net).toBe((ends[0] as { total: number }).total);
  });

  test.each([1, 2, 100])(
    'all of it %i times, to both engines at once',
    { timeout: 120_000 },
    async (times) => {
      const account = `${prefix}_times_${times}`;
      const deliveries = await story(account);
      await together(times, async (i) => {
        await Promise.all(deliveries.map((delivery, index) => tell(provider, delivery, i + index)));
      });
      expect(await endOf(account)).toMatchObject({ purchases: 1, frozen: 0, lost: 0, debt: 0, ...end });
    },
  );
});
