/** Which accounts the watch of automatic top-ups looks at: what changed, and each in its turn; never all of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as rows from '../../src/sources/top-up-rows.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { CLOCK_START, openRig, type Rig } from '../engine/rig.ts';
import { TopUpRig, until } from './top-up-rig.ts';

const MINUTE = 60_000;
const IDLE = 10_000;
const ON = `10, 'pack_100', 9900, 'USD', '{"off_session": true, "at": 1, "actor": "x"}', 'on', null, null, 1`;

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ testClock: true, sweep: false });
});

afterAll(() => rig.close());

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Rows that the statement read of each table, by the plan that it was run with. */
async function readBy(now: number): Promise<Record<string, number>> {
  const params = [now, now + MINUTE, now + 5 * MINUTE, 1_000];
  const text = rows.LOOK.text.replace(/\$([1-4])/g, (_, nth: string) => `${params[Number(nth) - 1]}::int8`);
  const explain = statement<[], { 'QUERY PLAN': unknown }>(
    `test.explain_${now}`,
    `explain (analyze, format json) ${text}`,
  );
  const plan = (await rig.database.query(explain, [])).rows[0]?.['QUERY PLAN'];
  const [{ Plan: top }] = (typeof plan === 'string' ? JSON.parse(plan) : plan) as [{ Plan: Plan }];
  const read: Record<string, number> = {};
  const walk = (node: Plan): void => {
    const table = node['Relation Name'];
    if (table !== undefined && node['Node Type'] !== 'ModifyTable') {
      const seen = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
      read[table] = (read[table] ?? 0) + seen * (node['Actual Loops'] ?? 1);
    }
    for (const child of node.Plans ?? []) walk(child);
  };
  walk(top);
  return read;
}

const turn = (now: number) =>
  rows.lowInTurn(rig.database, { now, soon: now + MINUTE, later: now + 5 * MINUTE, limit: 1_000 });

test('of 10,000 accounts that are idle none is read each second: each has its turn, and low ones are found in it', async () => {
  await rig.first.putAccount('w_0', {});
  await rig.sql(`
    insert into drawdown.accounts select * from jsonb_populate_recordset(null::drawdown.accounts,
      (select jsonb_agg(to_jsonb(a) || jsonb_build_object('number', a.number + n, 'id', 'w_' || n))
         from drawdown.accounts a, generate_series(1, ${IDLE - 1}) n where a.id = 'w_0'));
    insert into drawdown.auto_top_ups select number, ${ON}, bucket from drawdown.accounts;`);
  // Those that are low are found again after a minute: here a single one is, the others are capped for longer than that.
  await rig.sql(`update drawdown.auto_top_ups set capped_until = ${CLOCK_START + 60 * MINUTE} where account <>
    (select number from drawdown.accounts where id = 'w_77'); analyze drawdown.auto_top_ups`);
  let low: number[] = [];
  for (let rounds = 0; rounds < IDLE / 1_000; rounds += 1) low = [...low, ...(await turn(CLOCK_START)).low];
  expect(low).toHaveLength(1);
  await rig.sql('vacuum analyze drawdown.auto_top_ups');
  for (let second = 1; second <= 3; second += 1) {
    const read = await readBy(CLOCK_START + second * 1_000);
    expect(Object.values(read).reduce((sum, count) => sum + count, 0)).toBe(0);
  }
  expect((await turn(CLOCK_START + MINUTE)).low).toEqual(low);
  // Five minutes later it is their turn again, a thousand at a time.
  const again = await readBy(CLOCK_START + 5 * MINUTE);
  expect(again.auto_top_ups).toBeGreaterThanOrEqual(1_000);
  expect(again.auto_top_ups).toBeLessThan(3 * 1_000);
});

test('two servers that look at once take different ones', async () => {
  await rig.sql('update drawdown.auto_top_ups set look_at = 0, capped_until = null');
  const now = CLOCK_START + 6 * MINUTE;
  const both = await Promise.all([turn(now), turn(now), turn(now)]);
  const all = both.flatMap(({ low }) => low);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(1_000);
});

test('a change that another process made is heard of; one that nobody told of is found in its turn', async () => {
  const there = await TopUpRig.open({ quiet: true });
  const { first, second } = there.rig;
  await there.kept('w_heard');
  await there.agreed('w_heard');
  await until(
    async () => (await there.rig.database.query(LOOKED, ['w_heard'])).rows[0]?.look_at,
    (at) => Number(at) > CLOCK_START,
  );
  // The first engine has no watch of its own.
  await first.consume('w_heard', { amount: 60 }, {});
  const heard = await until(
    () => there.show('w_heard'),
    ({ history }) => history[0]?.state === 'completed',
  );
  expect(heard.history).toMatchObject([{ state: 'completed', packs: 1 }]);
  // The hints of that charge are over by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await there.rig.sql(`
    update drawdown.auto_top_ups set threshold = 200
      where account = (select number from drawdown.accounts where id = 'w_heard')`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect((await there.show('w_heard')).history).toHaveLength(1);
  await setTestClock(there.rig.database, CLOCK_START + 6 * MINUTE);
  const found = await until(
    () => there.show('w_heard'),
    ({ history }) => history.length === 2 && history[0]?.state === 'completed',
  );
  expect(found.history).toHaveLength(2);
  expect(await second.balance('w_heard')).toMatchObject({ total: 240 });
  await there.close();
});

const LOOKED = statement<[string], { look_at: bigint }>(
  'test.looked',
  'select look_at from drawdown.auto_top_ups t join drawdown.accounts a on a.number = t.account where a.id = $1',
);
