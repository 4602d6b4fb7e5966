/**
 * Law 9 in every order: six events that are about one subscription, each delivered once, twice and a hundred times, to
 * two engines at once. One account for each order, so that all orders share one database and one pair of engines.
 */
import type { Subscription } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDuration, formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { expectWhole, openRig, type Rig, together } from '../engine/rig.ts';
import { seeded } from '../engine/workload.ts';
import { CATALOG, idOf, lotsOf, moveTo } from './subscribing.ts';

const START = '2027-01-31T10:00:00.000Z';
const MONTH = { years: 0, months: 1, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
const endOf = (period: number, from = START): string =>
  formatInstant(addDuration(Date.parse(from), MONTH, { times: period }));

/**
 * So many of a story's 720 orders are played, drawn by a seed: every one of the first story, some seconds' worth of the
 * others and of a hundred deliveries each. `DRAWDOWN_ORDERS=720` is the campaign, of all of them.
 */
const { DRAWDOWN_ORDERS: ORDERS } = process.env;
const many = (fallback: number): number => Number(ORDERS ?? fallback);
/** Accounts that are told at once: enough for the lanes to batch. */
const WORKERS = 24;

type Event = (engine: Engine, account: string, sub: string) => Promise<unknown>;

const paid =
  (ref: string, period_end: string): Event =>
  (engine, account, sub) =>
    engine.subscriptions.renew(account, sub, { ref, period_end }, {});
const failed =
  (ref: string, period_end: string): Event =>
  (engine, account, sub) =>
    engine.subscriptions.paymentFailed(account, sub, { ref, period_end }, {});
const cancelled: Event = (engine, account, sub) => engine.subscriptions.cancel(account, sub, {}, {});

interface Story {
  readonly begin: (engine: Engine, account: string) => Promise<string>;
  readonly events: readonly Event[];
  /** What every order must come to. */
  readonly end: Partial<Subscription>;
  readonly lots: number;
}

const PRO = { plan: 'pro', currency: 'USD', ref: 'in_1' } as const;
const YEAR = { plan: 'teams', interval: 'year', seats: 3, currency: 'EUR', ref: 'in_1' } as const;
const TRIAL = { ...PRO, trial: true } as const;
const TRIAL_END = '2027-02-07T10:00:00.000Z';

const begun =
  (body: Parameters<Engine['subscriptions']['create']>[1]): Event =>
  (engine, account) =>
    engine.subscriptions.create(account, body, {});
const starting = (body: Parameters<Engine['subscriptions']['create']>[1]) => ({
  begin: async (engine: Engine, account: string) =>
    idOf(await engine.subscriptions.create(account, body, {})),
});

const STORIES: Record<string, Story> = {
  'three payments, the failure before one, the beginning again, and a cancellation': {
    ...starting(PRO),
    events: [
      paid('in_2', endOf(2)),
      paid('in_3', endOf(3)),
      paid('in_4', endOf(4)),
      failed('in_2', endOf(2)),
      begun(PRO),
      cancelled,
    ],
    end: { status: 'active', cancel_at: endOf(4), paid_until: endOf(4), grace_until: null },
    lots: 4,
  },
  'a trial, its first payment told by two types of event, a failure, the next, and a cancellation': {
    ...starting(TRIAL),
    events: [
      paid('in_2', endOf(1, TRIAL_END)),
      // The other type of event has another name for the payment, and whole seconds.
      paid('ch_2', endOf(1, TRIAL_END).replace('00.000Z', '07.000Z')),
      failed('in_2', endOf(1, TRIAL_END)),
      paid('in_3', endOf(2, TRIAL_END)),
      begun(TRIAL),
      cancelled,
    ],
    end: { status: 'trialing', cancel_at: endOf(2, TRIAL_END), grace_until: null },
    lots: 3,
  },
  "a team's years with a refill each month": {
    ...starting(YEAR),
    events: [
      paid('y_2', endOf(24)),
      paid('y_3', endOf(36)),
      failed('y_3', endOf(36)),
      failed('y_2', endOf(24)),
      paid('ch_3', endOf(36)),
      begun(YEAR),
    ],
    end: { status: 'active', cancel_at: null, paid_until: endOf(36), grace_until: null, seats: 3 },
    lots: 36,
  },
};

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ catalog: CATALOG, testClock: true, sweep: false, engines: [{}, {}] });
  await moveTo(rig.database, START);
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

const engine = (n: number): Engine => (n % 2 === 0 ? rig.first : rig.second);

/** All that an order came to: the subscription as it is shown, its lots, and how many entries there are. */
async function outcomeOf(account: string, sub: string) {
  const { id: _, account: __, ...shown } = await rig.first.subscriptions.byId(account, sub);
  const { version } = await rig.second.balance(account);
  return { shown, lots: await lotsOf(rig.second, account), version };
}

/** Plays every order on an account of its own, each event so many times at once, by both engines. */
async function play(name: string, { begin }: Story, orders: readonly (readonly Event[])[], times: number) {
  const outcomes: Awaited<ReturnType<typeof outcomeOf>>[] = [];
  const queue = [...orders.entries()];
  await together(WORKERS, async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [i, order] = next;
      const account = `${name}_${times}_${i}`;
      const sub = await begin(engine(i), account);
      for (const [turn, event] of order.entries()) {
        await together(times, (n) => event(engine(i + turn + n), account, sub));
      }
      outcomes[i] = await outcomeOf(account, sub);
    }
  });
  return outcomes;
}

describe.each(Object.entries(STORIES).map(([title, story], n) => ({ title, story, n })))(
  'law 9: $title',
  ({ story, n }) => {
    const random = seeded(n + 1);
    const drawn = permutations(story.events)
      .map((order) => ({ order, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ order }) => order);

    test.each([
      { times: 1, count: many(n === 0 ? 720 : 24) },
      { times: 2, count: many(24) },
      { times: 100, count: many(n === 0 ? 2 : 1) },
    ])(
      'in $count of the 720 orders, each event $times times',
      { timeout: 7_200_000 },
      async ({ times, count }) => {
        const orders = drawn.slice(0, count);
        const [once] = await play(`s${n}_${times}_once`, story, [story.events], 1);
        expect(once?.shown).toMatchObject(story.end);
        expect(once?.lots).toHaveLength(story.lots);
        const outcomes = await play(`s${n}`, story, orders, times);
        expect(outcomes).toHaveLength(count);
        for (const outcome of outcomes) expect(outcome).toEqual(once);
      },
    );
  },
);
