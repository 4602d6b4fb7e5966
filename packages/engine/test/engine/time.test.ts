/** Law 12: who looks for what is due, and when, changes no balance and no entry. */
import { expect, test } from 'vitest';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { exportHeads, type Head } from '../../src/store/heads.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

type Sweeping = (rig: Rig, instant: number) => Promise<() => Promise<unknown>>;

const sweepOf = (engine: Engine, instant: number) => engine.setTestClock(formatInstant(instant));

const WAYS: Record<string, Sweeping> = {
  'never: what is due is entered by whoever comes next': async (rig, instant) => {
    await setTestClock(rig.database, instant);
    return async () => undefined;
  },
  'at once, before anybody comes': async (rig, instant) => {
    await sweepOf(rig.first, instant);
    return async () => undefined;
  },
  'late, doubled, and in the middle of everything': async (rig, instant) => {
    await setTestClock(rig.database, instant);
    return () => Promise.all([rig.first, rig.second, rig.first].map((one) => sweepOf(one, instant)));
  },
};

async function ledgerWhenSwept(way: Sweeping): Promise<{ heads: Head[]; balances: unknown[] }> {
  const rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false, engines: [{}, {}] });
  try {
    const workload = new Workload(rig.first, {
      seed: 21,
      accounts: 6,
      pass: (instant) => way(rig, instant),
    });
    await workload.run(45);
    await setTestClock(rig.database, (await rig.first.now()) + 40 * 86_400_000);
    const balances = await Promise.all(workload.accounts.map((id) => rig.second.balance(id)));
    await expectWhole(rig);
    const heads: Head[] = [];
    for await (const head of exportHeads(rig.database)) heads.push(head);
    return { heads, balances };
  } finally {
    await rig.close();
  }
}

test('law 12: sweeper off, prompt, late or doubled: the very same ledgers, to the hash', async () => {
  const [never, ...others] = await Promise.all(Object.values(WAYS).map(ledgerWhenSwept));
  expect(never?.heads).toHaveLength(6);
  for (const other of others) expect(other).toEqual(never);
});

test('law 12: expiry and start at their exact instants, however late they are entered', async () => {
  const rig = await openRig({ testClock: true, sweep: false, engines: [{}, {}] });
  try {
    const at = (ms: number): string => formatInstant(CLOCK_START + ms);
    const grant = (amount: number, from: number, to: number | null) =>
      rig.first.grant(
        'edges',
        {
          class: 'promotional',
          amount,
          effective_at: at(from),
          expires_at: to === null ? null : at(to),
        },
        {},
      );
    await grant(10, 0, 1_000);
    await grant(20, 1_000, 2_000);
    await grant(40, 5_000, null);
    await setTestClock(rig.database, CLOCK_START + 999);
    expect((await rig.second.balance('edges')).available).toBe(10);
    await setTestClock(rig.database, CLOCK_START + 1_000);
    expect((await rig.second.balance('edges')).available).toBe(20);
    expect(await codeOf(rig.first.consume('edges', { amount: 21 }, {}))).toBe('insufficient_credits');
    await setTestClock(rig.database, CLOCK_START + 86_400_000);
    expect((await rig.first.balance('edges')).available).toBe(40);
    const { data } = await rig.second.entries('edges', {});
    expect(data.map((entry) => [entry.type, entry.at, entry.amount]).reverse()).toEqual([
      ['grant', at(0), 10],
      ['grant', at(0), 0],
      ['grant', at(0), 0],
      ['expire', at(1_000), -10],
      ['grant', at(1_000), 20],
      ['expire', at(2_000), -20],
      ['grant', at(5_000), 40],
    ]);
    expect((await rig.first.balance('edges', at(1_999))).available).toBe(20);
    expect((await rig.first.balance('edges', at(2_000))).available).toBe(0);
    await expectWhole(rig);
  } finally {
    await rig.close();
  }
});

test('law 13: a clock that steps back never makes an entry earlier than the one before', async () => {
  const rig = await openRig({ testClock: true, sweep: false });
  try {
    await rig.first.grant('steady', { class: 'purchased', amount: 10 }, {});
    await rig.sql(
      `update drawdown.settings set value = '${CLOCK_START - 3_600_000}' where name = 'test_clock'`,
    );
    await rig.first.consume('steady', { amount: 1 }, {});
    const { data } = await rig.first.entries('steady', {});
    expect(data.map((entry) => entry.at)).toEqual([formatInstant(CLOCK_START), formatInstant(CLOCK_START)]);
    await expectWhole(rig);
  } finally {
    await rig.close();
  }
});
