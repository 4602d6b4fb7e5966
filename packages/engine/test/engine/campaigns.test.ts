/** Campaigns on real PostgreSQL, claimed from two engines: limits, races, codes, guesses, stops and calendars. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { DrawdownError } from '../../src/errors.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { verify } from '../../src/store/verify.ts';
import { asked, call, campaign, catalogWith, numbered, people } from './campaign-rig.ts';
import { CLOCK_START, codeOf, expectWhole, openRig, type Rig, tally, together } from './rig.ts';

const CATALOG = catalogWith(
  campaign('last_37', { budget: 370 }),
  campaign('offer', {
    kind: 'limited_time_offer',
    starts_at: formatInstant(CLOCK_START + 1_000),
    ends_at: formatInstant(CLOCK_START + 60_000),
  }),
  campaign('twice', { name: 'Come twice', per_account_limit: 2 }),
  campaign('codes', { kind: 'promotion_code', codes: { kind: 'single_use' }, per_account_limit: null }),
  campaign('shared', { kind: 'promotion_code', codes: { kind: 'shared', code: 'SPRING-2026' }, budget: 50 }),
  campaign('device', { kind: 'sign_up_bonus', per_device_limit: 2 }),
  campaign('device_budget', { per_device_limit: 1, budget: 1_000 }),
  campaign('teams', { audience: { account_kinds: ['team'] } }),
  campaign('mobile', { audience: { surfaces: ['ios', 'android'] } }),
  campaign('new', { audience: { newer_than: 'P7D' } }),
  campaign('pro', { audience: { plans: ['pro'] } }),
  campaign('stopped', {}),
  campaign('measured', { credits: 20, validity: 'P7D', budget: 100 }),
);

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ catalog: CATALOG, engines: [{}, {}], testClock: true });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function refusal(of: Promise<unknown>): Promise<DrawdownError> {
  const error = await of.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof DrawdownError) return error;
  throw error ?? new Error('it was not refused');
}

test('lesson 13: 200 accounts race from two engines for a budget of 37 awards, and exactly 37 get one', async () => {
  const ids = numbered('race_', 200);
  await people(rig.first, ids);
  const codes = await together(200, (i) =>
    codeOf(engine(i).campaigns.claim(ids[i] as string, 'last_37', {}, call())),
  );
  expect(tally(codes)).toEqual({ done: 37, campaign_budget_exhausted: 163 });
  const shown = await rig.second.campaigns.show('last_37');
  expect(shown).toMatchObject({
    state: 'exhausted',
    metrics: { redemptions: 37, awarded: 370, remaining: 370, used: 0, expired: 0, budget_left: 0 },
  });
  const balances = await Promise.all(ids.map((id) => rig.first.balance(id)));
  expect(balances.reduce((sum, { total }) => sum + total, 0)).toBe(370);
});

test('lesson 19: one key is one award and one answer, however often and by whichever engine', async () => {
  await people(rig.first, ['keyed']);
  const once = call();
  const receipts = await together(40, (i) => engine(i).campaigns.claim('keyed', 'twice', {}, once));
  expect(new Set(receipts.map(({ operation }) => JSON.stringify(operation))).size).toBe(1);
  expect(receipts.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await codeOf(rig.first.campaigns.claim('keyed', 'twice', { device: 'd' }, once))).toBe(
    'idempotency_key_reused',
  );
  // A second award under another key, and then no more; the first key still gives the first answer.
  expect(await codeOf(rig.first.campaigns.claim('keyed', 'twice', {}, call()))).toBe('done');
  expect(await codeOf(rig.first.campaigns.claim('keyed', 'twice', {}, call()))).toBe(
    'campaign_already_redeemed',
  );
  const again = await rig.second.campaigns.claim('keyed', 'twice', {}, once);
  expect(again.operation).toEqual(receipts[0]?.operation);
});

test('one account never gets more than its limit, however many keys race', async () => {
  await people(rig.first, ['greedy']);
  const codes = await together(30, (i) => codeOf(engine(i).campaigns.claim('greedy', 'twice', {}, call())));
  expect(tally(codes)).toEqual({ done: 2, campaign_already_redeemed: 28 });
});

test('the lot is of the campaign, with its class, its validity and its name', async () => {
  await people(rig.first, ['lot']);
  const { grant, balance, operation } = await rig.first.campaigns.claim('lot', 'twice', {}, call());
  expect(grant).toMatchObject({
    class: 'promotional',
    amount: 10,
    source: { type: 'campaign', ref: 'twice', name: 'Come twice' },
    effective_at: formatInstant(await rig.first.now()),
    expires_at: formatInstant((await rig.first.now()) + 14 * 86_400_000),
    cost: null,
    metadata: { campaign_kind: 'event', role: 'participant' },
  });
  expect(operation).toMatchObject({ type: 'grant', amount: 10, seq: 1 });
  expect(balance.total).toBe(10);
});

test('every server says what a lot’s campaign is called, also one that staff made; of nothing else a name', async () => {
  await people(rig.first, ['named']);
  await rig.first.campaigns.create(asked(campaign('late', { name: 'Late summer' })), {});
  await rig.first.campaigns.claim('named', 'late', {}, call());
  await rig.first.campaigns.claim('named', 'twice', {}, call());
  const given = { class: 'promotional', amount: 1 };
  const { grant } = await rig.first.grant(
    'named',
    { ...given, source: { type: 'campaign', ref: 'late' } },
    call(),
  );
  expect(grant.source.name).toBe('Late summer');
  await rig.first.grant('named', { ...given, source: { type: 'campaign', ref: 'none_of_ours' } }, call());
  await rig.first.grant('named', { ...given, source: { type: 'shop', ref: 'late' } }, call());
  const { data } = await rig.second.grants('named', {});
  expect(data.map(({ source }) => [source.type, source.ref, source.name]).sort()).toEqual([
    ['campaign', 'late', 'Late summer'],
    ['campaign', 'late', 'Late summer'],
    ['campaign', 'none_of_ours', null],
    ['campaign', 'twice', 'Come twice'],
    ['shop', 'late', null],
  ]);
  expect((await rig.second.grantById(grant.id, {})).source.name).toBe('Late summer');
});

test('a single-use code that two accounts redeem at once is one award; the other learns nothing of it', async () => {
  await people(rig.first, ['left', 'right']);
  const { codes } = await rig.first.campaigns.codes('codes', { count: 25 }, { actor: 'staff:key_1' });
  expect(new Set(codes).size).toBe(25);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  for (const code of codes.slice(0, 8)) {
    const outcomes = await Promise.all([
      codeOf(rig.first.campaigns.redeem('left', { code }, call())),
      codeOf(rig.second.campaigns.redeem('right', { code }, call())),
    ]);
    expect(outcomes.toSorted()).toEqual(['code_not_found', 'done']);
    const winner = outcomes[0] === 'done' ? 'left' : 'right';
    expect(await codeOf(rig.first.campaigns.redeem(winner, { code }, call()))).toBe(
      'campaign_already_redeemed',
    );
  }
  // What was typed: in small letters, without hyphens, with the letters that look like digits.
  await people(rig.first, ['typist']);
  const typed = (codes[9] as string)
    .toLowerCase()
    .replaceAll('-', ' ')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l');
  expect(await codeOf(rig.first.campaigns.redeem('typist', { code: ` ${typed} ` }, call()))).toBe('done');
});

test('an unknown code and one that another account has used are answered alike', async () => {
  await people(rig.first, ['owner', 'other']);
  const { codes } = await rig.first.campaigns.codes('codes', { count: 1 }, {});
  const code = codes[0] as string;
  await rig.first.campaigns.redeem('owner', { code }, call());
  const foreign = await refusal(rig.first.campaigns.redeem('other', { code }, call()));
  const absent = await refusal(rig.first.campaigns.redeem('other', { code: '0000-0000-0000-0000' }, call()));
  expect(foreign.toProblem()).toEqual(absent.toProblem());
  expect(foreign.code).toBe('code_not_found');
});

test('codes are kept as hashes only', async () => {
  const { codes } = await rig.first.campaigns.codes('codes', { count: 1 }, {});
  const { rows } = await rig.database.query<[], { text: string }>(
    { name: 'test.codes', text: 'select c::text as text from drawdown.campaign_codes c' },
    [],
  );
  const kept = rows.map(({ text }) => text).join('\n');
  expect(rows.length).toBeGreaterThan(25);
  expect(kept).not.toContain(codes[0]);
  expect(kept).not.toContain((codes[0] as string).replaceAll('-', ''));
});

test('guesses are limited for each account, also at once, by two engines, and also when one is right', async () => {
  await people(rig.first, ['guesser', 'honest']);
  const { codes } = await rig.first.campaigns.codes('codes', { count: 2 }, {});
  const outcomes = await together(60, (i) =>
    codeOf(engine(i).campaigns.redeem('guesser', { code: `GUESS-${1000 + i}` }, call())),
  );
  expect(tally(outcomes)).toEqual({ code_not_found: 10, rate_limited: 50 });
  const right = call();
  const limited = await refusal(rig.first.campaigns.redeem('guesser', { code: codes[0] as string }, right));
  expect(limited.toProblem()).toMatchObject({ status: 429, code: 'rate_limited', retry_after: 3600 });
  expect(await codeOf(rig.first.campaigns.redeem('honest', { code: codes[1] as string }, call()))).toBe(
    'done',
  );
  await setTestClock(rig.database, (await rig.first.now()) + 3_600_000);
  expect(await codeOf(rig.first.campaigns.redeem('guesser', { code: codes[0] as string }, right))).toBe(
    'done',
  );
});

test('a code that everybody may use is found as it is typed, and its budget ends it', async () => {
  const ids = numbered('spring_', 6);
  await people(rig.first, ids);
  const typed = ['SPRING-2026', 'spring-2026', 'Spring 2026', 'spr1ng2o26', ' SPRING2026 ', 'SPRING-2026'];
  const outcomes: string[] = [];
  for (const [i, id] of ids.entries()) {
    outcomes.push(await codeOf(rig.first.campaigns.redeem(id, { code: typed[i] as string }, call())));
  }
  expect(outcomes).toEqual([...Array<string>(5).fill('done'), 'campaign_budget_exhausted']);
  expect(await codeOf(rig.first.campaigns.redeem('spring_0', { code: 'SPRING-2026' }, call()))).toBe(
    'campaign_already_redeemed',
  );
});

test('a device gets what the campaign allows it, whichever accounts it has, also at once', async () => {
  const ids = numbered('phone_', 20);
  await people(rig.first, ids);
  const outcomes = await together(20, (i) =>
    codeOf(engine(i).campaigns.claim(ids[i] as string, 'device', { device: 'the phone' }, call())),
  );
  expect(tally(outcomes)).toEqual({ done: 2, campaign_device_limit: 18 });
  const without = await refusal(rig.first.campaigns.claim('phone_0', 'device_budget', {}, call()));
  expect(without.toProblem()).toMatchObject({ status: 400, code: 'invalid_request', field: 'device' });
  // What a device was refused costs the budget nothing.
  await rig.first.campaigns.claim('phone_0', 'device_budget', { device: 'a' }, call());
  expect(await codeOf(rig.first.campaigns.claim('phone_1', 'device_budget', { device: 'a' }, call()))).toBe(
    'campaign_device_limit',
  );
  expect((await rig.first.campaigns.show('device_budget')).metrics.budget_left).toBe(990);
});

test('the audience is judged by what the account is, and earning on mobile shows everywhere', async () => {
  await people(rig.first, ['person']);
  await people(rig.first, ['club'], { kind: 'team' });
  const claim = (id: string, of: string, more = {}) =>
    codeOf(rig.first.campaigns.claim(id, of, more, call()));
  expect(await claim('person', 'teams')).toBe('campaign_not_eligible');
  expect(await claim('club', 'teams')).toBe('done');
  expect(await claim('person', 'mobile')).toBe('campaign_not_eligible');
  expect(await claim('person', 'mobile', { surface: 'ios' })).toBe('done');
  expect(await claim('person', 'pro')).toBe('campaign_not_eligible');
  await rig.first.campaigns.claim('person', 'twice', {}, call({ surface: 'android' }));
  expect((await rig.second.balance('person')).available).toBe(20);
  const forged = rig.first.campaigns.claim('club', 'mobile', { surface: 'ios' }, call({ surface: 'web' }));
  expect((await refusal(forged)).toProblem()).toMatchObject({ code: 'forbidden', field: 'surface' });
  const reason = await refusal(rig.first.campaigns.claim('person', 'teams', {}, call()));
  expect(reason.toProblem()).toMatchObject({ status: 409, campaign: 'teams', reason: 'account_kinds' });
});

test('lesson 9: what is for new accounts ends at the very instant, and so does a window', async () => {
  await people(rig.first, ['window', 'newcomer', 'late']);
  expect(await codeOf(rig.first.campaigns.claim('window', 'offer', {}, call()))).toBe('campaign_ended');
  const { database, first } = rig;
  const start = (await first.now()) + 1_000;
  await first.campaigns.create(
    asked(
      campaign('next', {
        kind: 'limited_time_offer',
        starts_at: formatInstant(start),
        ends_at: formatInstant(start + 5_000),
        per_account_limit: null,
      }),
    ),
    {},
  );
  const claim = () => codeOf(first.campaigns.claim('window', 'next', {}, call()));
  await setTestClock(database, start - 1);
  expect(await claim()).toBe('campaign_not_started');
  await setTestClock(database, start);
  expect(await claim()).toBe('done');
  await setTestClock(database, start + 4_999);
  expect(await claim()).toBe('done');
  await setTestClock(database, start + 5_000);
  expect(await claim()).toBe('campaign_ended');

  const { created_at } = await first.getAccount('newcomer');
  await setTestClock(database, Date.parse(created_at) + 7 * 86_400_000 - 1);
  expect(await codeOf(first.campaigns.claim('newcomer', 'new', {}, call()))).toBe('done');
  await setTestClock(database, Date.parse(created_at) + 7 * 86_400_000);
  expect(await codeOf(first.campaigns.claim('late', 'new', {}, call()))).toBe('campaign_not_eligible');
});

test('lesson 2: stopping a campaign leaves its lots alone, and nothing is awarded after the answer', async () => {
  const ids = numbered('stop_', 60);
  await people(rig.first, ids);
  const claims = together(60, (i) =>
    codeOf(engine(i).campaigns.claim(ids[i] as string, 'stopped', {}, call())),
  );
  const stop = await rig.second.campaigns.end(
    'stopped',
    { reason: 'abuse' },
    call({ actor: 'staff:key_9', staff: { id: 'key_9', name: 'Ada', request: 'req_1' } }),
  );
  const after = stop.metrics.redemptions;
  expect(stop).toMatchObject({ state: 'stopped', stopped_by: 'staff:key_9', stop_reason: 'abuse' });
  const outcomes = tally(await claims);
  expect(outcomes.done ?? 0).toBe(after);
  expect((outcomes.done ?? 0) + (outcomes.campaign_stopped ?? 0)).toBe(60);
  await people(rig.first, ['too_late']);
  expect(await codeOf(rig.first.campaigns.claim('too_late', 'stopped', {}, call()))).toBe('campaign_stopped');
  const again = await rig.first.campaigns.end('stopped', { reason: 'again' }, { actor: 'staff:key_2' });
  expect(again).toEqual(stop);
  const { data } = await rig.first.campaigns.redemptions('stopped', { limit: 200 });
  expect(data).toHaveLength(after);
  for (const { account } of data) {
    expect((await rig.first.grants(account, {})).data).toMatchObject([{ state: 'active', remaining: 10 }]);
  }
});

test('the figures of a campaign are those of its lots: used, expired, left', async () => {
  const { first } = rig;
  await people(first, ['m_1', 'm_2', 'm_3']);
  for (const id of ['m_1', 'm_2']) await first.campaigns.claim(id, 'measured', {}, call());
  await first.consume('m_1', { amount: 15 }, {});
  await first.advanceTestClock('P7D');
  await first.balance('m_1');
  await first.balance('m_2');
  await first.campaigns.claim('m_3', 'measured', {}, call());
  const { metrics } = await rig.second.campaigns.show('measured');
  expect(metrics).toEqual({
    redemptions: 3,
    awarded: 60,
    used: 15,
    expired: 25,
    remaining: 20,
    budget_left: 40,
  });
  const { data } = await first.campaigns.redemptions('measured', { limit: 2 });
  expect(data.map(({ account }) => account)).toEqual(['m_3', 'm_2']);
});

test('verify says where a campaign has counted otherwise than it has awarded', async () => {
  await rig.sql(`update drawdown.campaigns set spent = spent + 1 where id = 'measured'`);
  const { faults } = await verify(rig.database);
  expect(faults).toEqual([
    {
      account: '',
      seq: 0,
      what: expect.stringMatching(/^campaign measured: spent is \d+, and its awards come to \d+$/),
    },
  ]);
  await rig.sql(`update drawdown.campaigns set spent = spent - 1 where id = 'measured'`);
  await expectWhole(rig);
});
