/** Campaigns by the calendar of each account: the day of a check-in and the end of a validity, across zones and clock changes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTestClock } from '../../src/store/clock.ts';
import { call, campaign, catalogWith, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  const daily = { kind: 'daily_check_in', credits: 2, validity: 'P7D' } as const;
  rig = await openRig({
    catalog: catalogWith(
      campaign('daily', daily),
      campaign('thrice', { ...daily, per_account_limit: 3 }),
      campaign('month', { validity: 'P30D', per_account_limit: null }),
      campaign('week', { validity: 'P7D', per_account_limit: null }),
    ),
    testClock: true,
  });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

const at = (instant: string) => setTestClock(rig.database, Date.parse(instant));
const claim = (id: string, of: string) => codeOf(rig.first.campaigns.claim(id, of, {}, call()));

test("lesson 6: a check-in is once a calendar day of the account's own zone, not once in 24 hours", async () => {
  await people(rig.first, ['berlin'], { time_zone: 'Europe/Berlin' });
  await people(rig.first, ['kiritimati'], { time_zone: 'Pacific/Kiritimati' });
  await people(rig.first, ['honolulu'], { time_zone: 'Pacific/Honolulu' });
  const everyone = async () => [
    await claim('berlin', 'daily'),
    await claim('kiritimati', 'daily'),
    await claim('honolulu', 'daily'),
  ];
  const had = 'campaign_already_redeemed';
  // Berlin 23:59:59.999 on the 10th, Kiritimati 12:59 on the 11th, Honolulu 12:59 on the 10th.
  await at('2026-02-10T22:59:59.999Z');
  expect(await everyone()).toEqual(['done', 'done', 'done']);
  expect(await everyone()).toEqual([had, had, had]);
  // A millisecond later it is the 11th in Berlin only.
  await at('2026-02-10T23:00:00.000Z');
  expect(await everyone()).toEqual(['done', had, had]);
  // Midnight in Kiritimati, then in Honolulu.
  await at('2026-02-11T09:59:59.999Z');
  expect(await everyone()).toEqual([had, had, had]);
  await at('2026-02-11T10:00:00.000Z');
  expect(await everyone()).toEqual([had, 'done', 'done']);
});

test('a zone moved west allows no second check-in of a day', async () => {
  await at('2026-02-12T10:00:00.000Z');
  await people(rig.first, ['mover'], { time_zone: 'Pacific/Kiritimati' });
  expect(await claim('mover', 'daily')).toBe('done');
  await rig.first.putAccount('mover', { time_zone: 'Pacific/Pago_Pago' });
  expect(await claim('mover', 'daily')).toBe('campaign_already_redeemed');
  await at('2026-02-14T11:00:00.000Z');
  expect(await claim('mover', 'daily')).toBe('done');
});

test('a day of 23 hours and one of 25 are one check-in each', async () => {
  await people(rig.first, ['spring'], { time_zone: 'Europe/Berlin' });
  const outcomes: string[] = [];
  // 2026-03-29 lasts from 23:00Z to 22:00Z in Berlin.
  for (const instant of [
    '2026-03-28T22:59:59.999Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T21:59:59.999Z',
    '2026-03-29T22:00:00.000Z',
  ]) {
    await at(instant);
    outcomes.push(await claim('spring', 'daily'));
  }
  expect(outcomes).toEqual(['done', 'done', 'campaign_already_redeemed', 'done']);
  // 2026-10-25 lasts from 22:00Z to 23:00Z.
  outcomes.length = 0;
  for (const instant of [
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T22:59:59.999Z',
    '2026-10-25T23:00:00.000Z',
  ]) {
    await at(instant);
    outcomes.push(await claim('spring', 'daily'));
  }
  expect(outcomes).toEqual(['done', 'campaign_already_redeemed', 'done']);
});

test('a daily limit counts the day, and the refusal names it', async () => {
  await people(rig.first, ['often'], { time_zone: 'America/New_York' });
  await at('2026-11-02T04:59:59.999Z');
  expect([await claim('often', 'thrice'), await claim('often', 'thrice')]).toEqual(['done', 'done']);
  await at('2026-11-02T05:00:00.000Z');
  for (let i = 0; i < 3; i += 1) expect(await claim('often', 'thrice')).toBe('done');
  await expect(rig.first.campaigns.claim('often', 'thrice', {}, call())).rejects.toMatchObject({
    code: 'campaign_already_redeemed',
    details: { campaign: 'thrice', limit: 3, day: '2026-11-02' },
  });
});

test('lessons 6 and 7: a validity ends at the same time of day, whatever the clocks did meanwhile', async () => {
  await people(rig.first, ['b'], { time_zone: 'Europe/Berlin' });
  await people(rig.first, ['n'], { time_zone: 'America/New_York' });
  await people(rig.first, ['u']);
  const endOf = async (id: string, of: string) =>
    (await rig.first.campaigns.claim(id, of, {}, call())).grant.expires_at;
  // 12:34:56.789 in Berlin; clocks go forward there on 2027-03-28, in New York on 2027-03-14.
  await at('2027-03-10T11:34:56.789Z');
  expect(await endOf('b', 'month')).toBe('2027-04-09T10:34:56.789Z');
  expect(await endOf('n', 'week')).toBe('2027-03-17T10:34:56.789Z');
  expect(await endOf('u', 'month')).toBe('2027-04-09T11:34:56.789Z');
  expect(await endOf('u', 'week')).toBe('2027-03-17T11:34:56.789Z');
});

test('lesson 22: at the instant of its end an award is spent no more', async () => {
  await people(rig.first, ['end']);
  const { grant } = await rig.first.campaigns.claim('end', 'week', {}, call());
  const end = Date.parse(grant.expires_at as string);
  await setTestClock(rig.database, end - 1);
  expect((await rig.first.balance('end')).available).toBe(10);
  await setTestClock(rig.database, end);
  expect((await rig.first.balance('end')).available).toBe(0);
});
