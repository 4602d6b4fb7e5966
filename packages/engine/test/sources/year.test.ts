/**
 * A year in seconds: Pro from January 31 in UTC and at 23:30 in New York, a year paid at once, a team of 15 seats, two
 * overlapping subscriptions, three campaigns, purchases with a refund and a dispute, and spending in between from a seed.
 */
import type { Balance, SubscriptionReceipt } from '@drawdown/client';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { codeOf, expectWhole, type Rig } from '../engine/rig.ts';
import { seeded } from '../engine/workload.ts';
import { idOf, lotsIn, moveTo, windowsOf, withRig } from './subscribing.ts';
import { fifteenths, firsts, foldByMonth, monthEnds, termsByLot, Year } from './year-story.ts';

const SEED = Number(process.env.DRAWDOWN_SEED ?? 2028);
const DAY = 86_400_000;
const PEOPLE = ['u_pro', 'u_ny', 'u_year', 'u_two', 't_crew'] as const;
type Person = (typeof PEOPLE)[number];

/** What a person's calendar in New York says of Jan 31, 23:30, month by month; daylight saving from Mar 12 to Nov 5. */
const NEW_YORK = [
  ...([
    '2028-02-01T04:30',
    '2028-03-01T04:30',
    '2028-04-01T03:30',
    '2028-05-01T03:30',
    '2028-06-01T03:30',
  ] as const),
  ...([
    '2028-07-01T03:30',
    '2028-08-01T03:30',
    '2028-09-01T03:30',
    '2028-10-01T03:30',
    '2028-11-01T03:30',
  ] as const),
  ...(['2028-12-01T04:30', '2029-01-01T04:30', '2029-02-01T04:30'] as const),
].map((text) => Date.parse(`${text}Z`));
const UTC = monthEnds(13);
const MAX = fifteenths(13);
const MONTHS = firsts(13);
const START = UTC[0] as number;

const at = (instants: readonly number[], index: number): number => instants[index] as number;
const iso = (instant: number): string => new Date(instant).toISOString();
const minute = (instant: number): string => iso(instant).slice(0, 16);
const windows = (instants: readonly number[], credits: number): string[] =>
  instants.slice(0, -1).map((from, i) => `${minute(from)} – ${minute(at(instants, i + 1))}: ${credits}`);
const classOf = ({ classes }: Balance, id: string): number =>
  classes.find((one) => one.class === id)?.total ?? 0;

test(
  'a year: every reset on its instant, no class lowered by another, each month closed to the credit',
  { timeout: 600_000 },
  () =>
    withRig(iso(START), async (rig) => {
      const year = new Year(rig, PEOPLE);
      const subs = await begin(rig);
      subscriptions(year, subs);
      campaigns(year);
      purchases(year);
      const spent = spending(year);
      for (const first of MONTHS) year.close(first);
      await year.play();
      await moveTo(rig.database, iso(at(MONTHS, 12)));
      expect(spent.done).toBeGreaterThan(150);
      expect(spent.refused).toBeGreaterThan(0);

      await expectWindows(rig.second);
      await expectMonths(year);
      await expectLaws(year);
      await expectWhole(rig);
    }),
);

interface Subs {
  readonly pro: string;
  readonly year: string;
  readonly crew: string;
  readonly two: string;
  /** Begins later in the year. */
  max: string;
  york: string;
}

/** Beside every plan something of each other class, so that a reset could do harm. */
async function begin({ first, second }: Rig): Promise<Subs> {
  await first.putAccount('u_ny', { time_zone: 'America/New_York' });
  await first.putAccount('t_crew', { kind: 'team' });
  for (const account of PEOPLE) {
    await second.grant(account, { class: 'purchased', amount: 900, expires_at: null }, {});
    await second.grant(account, { class: 'promotional', amount: 40, valid_for: 'P400D' }, {});
  }
  const { subscriptions } = first;
  const team = { plan: 'teams', interval: 'year', seats: 15, currency: 'EUR' } as const;
  return {
    pro: idOf(await subscriptions.create('u_pro', { plan: 'pro', currency: 'USD' }, {})),
    year: idOf(await subscriptions.create('u_year', { plan: 'pro', interval: 'year', currency: 'USD' }, {})),
    crew: idOf(await subscriptions.create('t_crew', team, {})),
    two: idOf(await subscriptions.create('u_two', { plan: 'pro', currency: 'EUR' }, {})),
    max: '',
    york: '',
  };
}

function subscriptions(year: Year, subs: Subs): void {
  const renew = (account: Person, sub: () => string, ref: string) => () =>
    year.lowersNothing(account, () => year.engine.subscriptions.renew(account, sub(), { ref }, {}));
  year.on(at(NEW_YORK, 0), async () => {
    subs.york = idOf(await year.engine.subscriptions.create('u_ny', { plan: 'pro', currency: 'USD' }, {}));
  });
  year.on(at(MAX, 0), async () => {
    await year.lowersNothing('u_two', async () => {
      subs.max = idOf(await year.engine.subscriptions.create('u_two', { plan: 'max' }, {}));
    });
  });
  let crew = 9000;
  // More seats in the fifth month, from then on; fewer in the ninth, from the next year on.
  year.on(at(UTC, 4) + 3 * DAY, async () => {
    const more = await seats(year, subs, 30);
    expect(more.operation?.amount).toBeGreaterThan(0);
    crew = 18_000;
  });
  year.on(at(UTC, 8) + 3 * DAY, () => year.lowersNothing('t_crew', () => seats(year, subs, 10)));

  for (let month = 1; month < 12; month += 1) {
    // Early, at the instant, and two days late: late means that nothing is there at the reset.
    const pro = renew('u_pro', () => subs.pro, `p_${month}`);
    if (month % 3 === 0) year.on(at(UTC, month) - 5 * DAY, pro);
    year.reset(
      'u_pro',
      at(UTC, month),
      () => (month % 3 === 0 ? 600 : 0),
      () => subs.pro,
    );
    if (month % 3 !== 0) year.on(at(UTC, month) + (month % 3 === 1 ? 0 : 2 * DAY), pro);

    year.on(
      at(NEW_YORK, month) - DAY,
      renew('u_ny', () => subs.york, `n_${month}`),
    );
    year.reset(
      'u_ny',
      at(NEW_YORK, month),
      () => 600,
      () => subs.york,
    );
    year.reset(
      'u_year',
      at(UTC, month),
      () => 600,
      () => subs.year,
    );
    year.reset(
      't_crew',
      at(UTC, month),
      () => crew,
      () => subs.crew,
    );

    let other = 0;
    year.on(
      at(UTC, month) - DAY,
      renew('u_two', () => subs.two, `t_${month}`),
    );
    year.on(at(UTC, month) - 1, async () => {
      other = await leftOf(year, subs.max);
    });
    year.reset(
      'u_two',
      at(UTC, month),
      () => 600 + other,
      () => subs.two,
    );
    let rest = 0;
    year.on(
      at(MAX, month) - DAY,
      renew('u_two', () => subs.max, `m_${month}`),
    );
    year.on(at(MAX, month) - 1, async () => {
      rest = await leftOf(year, subs.two);
    });
    year.reset(
      'u_two',
      at(MAX, month),
      () => 1500 + rest,
      () => subs.max,
    );
  }
  // Nobody pays the next month; the team pays its next year, for fewer seats.
  year.reset(
    'u_year',
    at(UTC, 12),
    () => 0,
    () => subs.year,
  );
  year.on(
    at(UTC, 12),
    renew('t_crew', () => subs.crew, 'y_2'),
  );
  year.on(at(UTC, 12) + 1, async () => {
    expect(classOf(await year.engine.balance('t_crew'), 'subscription')).toBe(6000);
  });
}

const seats = (year: Year, { crew }: Subs, count: number): Promise<SubscriptionReceipt> =>
  year.engine.subscriptions.change('t_crew', crew, { seats: count }, {});

async function leftOf(year: Year, source: string): Promise<number> {
  const lots = (await lotsIn(year.engine, 'u_two')).filter(({ source: { ref } }) => ref === source);
  return lots.filter(({ state }) => state === 'active').reduce((sum, lot) => sum + lot.remaining, 0);
}

/** An event, a check-in every fifth day, and a friend who is invited: lots that come and lapse all the year. */
function campaigns(year: Year): void {
  for (const [index, account] of (['u_pro', 'u_ny', 'u_two'] as const).entries()) {
    year.on(Date.UTC(2028, 2 + 3 * index, 7, 16, 20), () =>
      year.engine.campaigns.claim(account, 'creator_event', {}, {}),
    );
  }
  for (let day = 4; day < 360; day += 5) {
    year.on(START + day * DAY + 77_000, () => year.engine.campaigns.claim('u_pro', 'daily_check_in', {}, {}));
  }
  year.on(Date.UTC(2028, 3, 20, 15, 1), async () => {
    const { code } = await year.engine.campaigns.referral('u_year', { campaign: 'invite_a_friend' }, {});
    await year.engine.campaigns.redeem('u_ny', { code, device: 'phone' }, {});
    await year.engine.campaigns.deliver();
    const [given] = (await lotsIn(year.engine, 'u_year')).filter(({ source }) => source.type === 'campaign');
    expect(given).toMatchObject({ amount: 20, source: { ref: 'invite_a_friend' } });
  });
}

/** One that is given back untouched, one that the provider pays back partly spent, and one whose dispute is won. */
function purchases(year: Year): void {
  const bought: Record<string, { id: string; checkout: string }> = {};
  const buy = (name: string, account: Person, pack: string) => async () => {
    const body = { pack, currency: 'USD', return_url: 'http://localhost/' };
    const opened = await year.engine.purchases.checkout(account, body, { origin: 'http://localhost' });
    bought[name] = { id: opened.purchase.id, checkout: opened.checkout };
    await year.lowersNothing(account, () => year.engine.sandbox.act(opened.checkout, 'pay'));
  };
  const press = (name: string, action: 'refund' | 'dispute' | 'win') => () =>
    year.engine.sandbox.act(bought[name]?.checkout ?? '', action);
  const expectState = (name: string, state: string) => async () => {
    expect((await year.engine.purchases.byId(bought[name]?.id ?? '', {})).state).toBe(state);
  };
  year.on(Date.UTC(2028, 2, 9, 12), buy('whole', 'u_year', 'pack_100'));
  year.on(Date.UTC(2028, 2, 19, 12), async () => {
    // Spending draws on what was there before, and from the plan first: the pack is whole.
    await year.engine.purchases.refund(bought.whole?.id ?? '', {}, {});
    await expectState('whole', 'reversed')();
  });
  year.on(Date.UTC(2028, 4, 2, 12), buy('partly', 'u_pro', 'pack_500'));
  year.on(Date.UTC(2028, 8, 5, 12), press('partly', 'refund'));
  year.on(Date.UTC(2028, 8, 5, 12, 1), expectState('partly', 'reversed'));
  year.on(Date.UTC(2028, 5, 12, 12), buy('disputed', 'u_two', 'pack_1200'));
  year.on(Date.UTC(2028, 6, 1, 12), press('disputed', 'dispute'));
  year.on(Date.UTC(2028, 6, 1, 12, 1), async () => {
    await expectState('disputed', 'disputed')();
    expect((await year.engine.balance('u_two')).frozen).toBeGreaterThan(0);
  });
  year.on(Date.UTC(2028, 7, 20, 12), press('disputed', 'win'));
  year.on(Date.UTC(2028, 7, 20, 12, 1), async () => {
    await expectState('disputed', 'completed')();
    expect((await year.engine.balance('u_two')).frozen).toBe(0);
  });
}

/** From the seed: charges, holds that are captured, given back or forgotten, and refunds, at any minute of the year. */
function spending(year: Year): { done: number; refused: number } {
  const random = seeded(SEED);
  const counts = { done: 0, refused: 0 };
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let hour = 30 + below(20); hour < 366 * 24; hour += 8 + below(60)) {
    const account = PEOPLE[below(PEOPLE.length)] as Person;
    const kind = below(8);
    const size = account === 't_crew' ? 3000 : 320;
    // One in eight is out of proportion, so that some are refused.
    const amount = kind === 3 ? 8 * size : 1 + below(size);
    // Never at a whole second, where resets and payments are.
    year.on(START + hour * 3_600_000 + 1 + below(999), async () => {
      const code = await codeOf(spend(year.engine, { account, kind, amount }));
      if (code !== 'done') expect(code).toBe('insufficient_credits');
      counts[code === 'done' ? 'done' : 'refused'] += 1;
    });
  }
  return counts;
}

async function spend(
  engine: Engine,
  { account, kind, amount }: { account: string; kind: number; amount: number },
): Promise<void> {
  if (kind < 5) {
    const { operation } = await engine.consume(account, { amount }, {});
    if (kind === 4 && operation !== null) await engine.refund(operation.id, { reason: 'it failed' }, {});
    return;
  }
  const held = await engine.hold(account, { amount, ttl_seconds: 3600 }, {});
  if (!('hold' in held) || kind === 7) return;
  if (kind === 5) await engine.capture(held.hold.id, { amount: Math.ceil(amount / 2) }, {});
  else await engine.release(held.hold.id, {}, {});
}

/** The windows of every lot that a plan issued are those of the calendar on the wall. */
async function expectWindows(engine: Engine): Promise<void> {
  expect(await windowsOf(engine, 'u_pro')).toEqual(windows(UTC.slice(0, 13), 600));
  expect(await windowsOf(engine, 'u_ny')).toEqual(windows(NEW_YORK, 600));
  expect(await windowsOf(engine, 'u_year')).toEqual(windows(UTC, 600));
  expect(await windowsOf(engine, 'u_two')).toEqual([...windows(UTC, 600), ...windows(MAX, 1500)].sort());
}

/** Closing = what the lots said = the next opening = what the balance of that instant says = the report. */
async function expectMonths(year: Year): Promise<void> {
  const bounds = [Date.UTC(2028, 0, 1), ...MONTHS];
  const ledgers = await Promise.all(year.accounts.map((account) => year.ledger(account)));
  const months = foldByMonth(ledgers, bounds);
  const report = await year.engine.reports.rollForward({ from: '2028-01', to: '2029-02' });
  expect(report.final).toBe(true);
  expect(months[0]?.opening).toEqual({ subscription: 0, promotional: 0, purchased: 0 });
  for (const [index, month] of months.entries()) {
    const end = at(bounds, index + 1);
    expect([iso(end), month.closing]).toEqual([iso(end), year.closings.get(end)]);
    expect(month.closing).toEqual(months[index + 1]?.opening ?? month.closing);
    const balances = await Promise.all(year.accounts.map((one) => year.engine.balance(one, iso(end - 1))));
    const flows = Object.values(month.flows);
    for (const [id, closing] of Object.entries(month.closing)) {
      expect(balances.reduce((sum, balance) => sum + classOf(balance, id), 0)).toBe(closing);
      const opening = month.opening[id] ?? 0;
      expect(flows.reduce((sum, flow) => sum + (flow[id] ?? 0), opening)).toBe(closing);
      const row = report.periods[index]?.rows.find((one) => one.class === id);
      const { expire = {}, consume = {}, capture = {}, refund = {} } = month.flows;
      expect([iso(end), row?.credits]).toMatchObject([
        iso(end),
        { opening, closing, expired: expire[id] ?? 0, used: (consume[id] ?? 0) + (capture[id] ?? 0) },
      ]);
      if (month.flows.refund !== undefined) expect(row?.credits.refunded).toBe(refund[id]);
    }
  }
}

/** Law 1 of every lot: what it shows is what its entries moved. */
async function expectLaws(year: Year): Promise<void> {
  for (const account of year.accounts) {
    const terms = termsByLot(await year.ledger(account));
    for (const lot of await lotsIn(year.engine, account)) {
      const {
        grant = 0,
        consume = 0,
        capture = 0,
        refund = 0,
        expire = 0,
        void: voided = 0,
      } = terms.get(lot.id) ?? {};
      if (lot.state === 'scheduled') continue;
      expect(lot).toMatchObject({
        amount: grant,
        consumed: 0 - consume - capture - refund,
        expired: 0 - expire,
        voided: 0 - voided,
        remaining: grant + consume + capture + refund + expire + voided,
      });
    }
  }
}
