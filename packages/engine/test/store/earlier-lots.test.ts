/** Lots from before there were notices: their ends are announced like all others once the database is of today. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine, MIGRATIONS } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { verify } from '../../src/store/verify.ts';
import { SHIPPED } from '../engine/rig.ts';
import { agedDatabase } from '../support/aged.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

/** Before the migrations of any run were applied, as those lots were. */
const THEN = Date.UTC(2020, 0, 5, 9);
/** The last migration without notices. */
const BEFORE_NOTICES = 5;
const DAY = 86_400_000;

const OPEN = statement<[], { account: string; days: string | null }>(
  'test.open_reminders',
  `select a.id as account, r.days::text from drawdown.notice_reminders r
     join drawdown.accounts a on a.number = r.account order by a.id, r.grant_no`,
);
const TOLD = statement<[], { account: string; days: string }>(
  'test.announcements',
  `select data ->> 'account' as account, data ->> 'days_left' as days from drawdown.notices
    where type = 'credits.expiring' order by at, no`,
);
const AGAIN = statement<[string], never>(
  'test.remind_again',
  `insert into drawdown.notice_reminders (account, grant_no, days, due_at, bucket)
   select g.account, g.no, null, 0, g.bucket from drawdown.grants g
     join drawdown.accounts a on a.number = g.account where a.id = $1 on conflict do nothing`,
);

let aged: FreshDatabase;
let engine: Engine;

async function open(url: string): Promise<Engine> {
  const database = await openPostgres({ url, poolSize: 4 });
  return Engine.open({ catalog: SHIPPED, allowUnsafe: true, remembered: 1_000, testClock: true, database });
}

async function closed(one: Engine): Promise<void> {
  await one.close();
  await one.database.close();
}

const openReminders = async () =>
  (await aged.database.query(OPEN, [])).rows.map(({ account, days }) => [account, days]);
const told = async () =>
  (await aged.database.query(TOLD, [])).rows.map(({ account, days }) => [account, Number(days)]);

beforeAll(async () => {
  const today = await freshDatabase({ poolSize: 4 });
  await setTestClock(today.database, THEN);
  const writing = await open(today.url);
  const give = (account: string, of: string, valid_for?: string) =>
    writing.grant(account, { class: of, amount: 10, ...(valid_for === undefined ? {} : { valid_for }) }, {});
  await give('u_bought', 'purchased', 'P60D');
  await give('u_given', 'promotional', 'P20D');
  await give('u_forever', 'purchased');
  await give('u_late', 'purchased', 'P12D');
  await give('u_plan', 'subscription', 'P60D');
  await give('u_spent', 'purchased', 'P60D');
  await writing.consume('u_spent', { amount: 10 }, {});
  const { grant } = await give('u_voided', 'purchased', 'P60D');
  await writing.voidGrant(grant.id, { reason: 'wrong' }, {});
  await closed(writing);
  aged = await agedDatabase(today.database, BEFORE_NOTICES);
  await today.drop();
});

afterAll(async () => {
  if (engine !== undefined) await closed(engine);
  await aged?.drop();
});

test('a database of that age is brought to today, and each lot that will end waits to be announced, once', async () => {
  await migrate(aged.database, MIGRATIONS);
  const waiting = [
    ['u_bought', null],
    ['u_given', null],
    ['u_late', null],
    ['u_plan', null],
  ];
  expect(await openReminders()).toEqual(waiting);
  expect((await migrate(aged.database, MIGRATIONS)).applied).toEqual([]);
  expect(await openReminders()).toEqual(waiting);
});

test('the catalog in force says when, what was missed is told once, and the rest on its day', async () => {
  // A week later: of what ends in five days, seven have passed, and who was not told then is told now.
  await setTestClock(aged.database, THEN + 7 * DAY);
  engine = await open(aged.url);
  await engine.advanceTestClock('PT1M');
  await expect.poll(openReminders).toEqual([
    ['u_bought', '{30,7,1}'],
    ['u_given', '{3,1}'],
    ['u_late', '{1}'],
  ]);
  expect(await told()).toEqual([['u_late', 7]]);
  await engine.advanceTestClock('P4D');
  await expect.poll(told).toEqual([
    ['u_late', 7],
    ['u_late', 1],
  ]);
  await engine.advanceTestClock('P7D');
  await expect.poll(told).toEqual([
    ['u_late', 7],
    ['u_late', 1],
    ['u_given', 3],
  ]);
  expect((await verify(aged.database)).faults).toEqual([]);
});

test('what was told since is not told again', async () => {
  await aged.database.query(AGAIN, ['u_given']);
  await engine.advanceTestClock('P1DT1H');
  await expect.poll(told).toContainEqual(['u_given', 1]);
  const before = await told();
  await aged.database.query(AGAIN, ['u_given']);
  await engine.advanceTestClock('PT1H');
  await expect.poll(openReminders).toEqual([['u_bought', '{30,7,1}']]);
  expect(await told()).toEqual(before);
});
