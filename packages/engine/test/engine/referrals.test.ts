/** Referrals: two accounts, two grants, each exactly once, also where a process ends in between. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { asked, call, campaign, catalogWith, numbered, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig, SHIPPED, tally, together } from './rig.ts';
import { CHILD_SECRET, serveChild } from './serve-child.ts';

const CATALOG = catalogWith(
  campaign('friends', { kind: 'referral', credits: 20, referral: { inviter_credits: 30, inviter_limit: 3 } }),
  campaign('budgeted', { kind: 'referral', budget: 100, referral: { inviter_credits: 15 } }),
);

const AWARDS = statement<[string], { awards: bigint; due: bigint }>(
  'test.referral_awards',
  `select (select count(*) from drawdown.campaign_awards w join drawdown.accounts a on a.number = w.account
            where a.id = $1 and w.role = 'inviter') as awards,
          (select count(*) from drawdown.referrals r join drawdown.accounts a on a.number = r.inviter
            where a.id = $1 and r.due_at is not null) as due`,
);

let rig: Rig;
const engine = (i: number): Engine => (i % 2 === 0 ? rig.first : rig.second);

beforeAll(async () => {
  rig = await openRig({ catalog: CATALOG, engines: [{}, {}] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

async function codeFor(id: string, of = 'friends'): Promise<string> {
  return (await rig.first.campaigns.referral(id, { campaign: of }, {})).code;
}

/** Waits for what comes by itself; the test's own time-out is the limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

const totalOf = async (id: string): Promise<number> => (await rig.second.balance(id)).total;

test('both sides are granted, each once, and both see whose it is', async () => {
  await people(rig.first, ['anna', 'ben']);
  const code = await codeFor('anna');
  const key = call();
  const receipts = await together(20, (i) => engine(i).campaigns.redeem('ben', { code }, key));
  expect(receipts[0]?.grant).toMatchObject({
    account: 'ben',
    amount: 20,
    source: { type: 'campaign', ref: 'friends' },
    metadata: { role: 'invited' },
  });
  await until(async () => (await totalOf('anna')) > 0);
  await rig.first.drain();
  expect(await totalOf('anna')).toBe(30);
  expect(await totalOf('ben')).toBe(20);
  expect((await rig.first.grants('anna', {})).data).toMatchObject([
    { amount: 30, source: { type: 'campaign', ref: 'friends' }, metadata: { role: 'inviter' } },
  ]);
  expect(await rig.second.campaigns.referral('anna', {}, {})).toMatchObject({
    campaign: 'friends',
    code,
    invited: 1,
    awarded: 30,
    pending: 0,
  });
});

test("an account's code is the same for good, also where its first calls race", async () => {
  await people(rig.first, ['racer']);
  const codes = await together(20, (i) => engine(i).campaigns.referral('racer', { campaign: 'friends' }, {}));
  expect(new Set(codes.map(({ code }) => code)).size).toBe(1);
  expect(await codeFor('racer', 'budgeted')).not.toBe(codes[0]?.code);
});

test('nobody invites themselves, and nobody is invited twice', async () => {
  await people(rig.first, ['carl', 'dora', 'emil']);
  const [carls, doras] = [await codeFor('carl'), await codeFor('dora', 'budgeted')];
  expect(await codeOf(rig.first.campaigns.redeem('carl', { code: carls }, call()))).toBe(
    'campaign_not_eligible',
  );
  const outcomes = await together(10, (i) =>
    codeOf(engine(i).campaigns.redeem('emil', { code: i % 2 === 0 ? carls : doras }, call())),
  );
  expect(tally(outcomes)).toEqual({ done: 1, campaign_already_redeemed: 9 });
});

test('two accounts do not invite each other, however they go about it', async () => {
  await people(rig.first, ['ping', 'pong', ...numbered('left_', 6), ...numbered('right_', 6)]);
  const [ping, pong] = [await codeFor('ping'), await codeFor('pong', 'budgeted')];
  await rig.first.campaigns.redeem('pong', { code: ping }, call());
  await expect(rig.first.campaigns.redeem('ping', { code: pong }, call())).rejects.toMatchObject({
    code: 'campaign_not_eligible',
    details: { reason: 'mutual_referral' },
  });
  // Through however many hands, also where one of them was merged into another account.
  await people(rig.first, ['ring_0', 'ring_1', 'ring_2', 'ring_3', 'ring_same']);
  for (const i of [1, 2, 3]) {
    await rig.first.campaigns.redeem(`ring_${i}`, { code: await codeFor(`ring_${i - 1}`) }, call());
  }
  await rig.first.campaigns.deliver();
  await rig.first.life.merges.merge('ring_1', { into: 'ring_same', reason: 'one person' }, call());
  const closing = async () =>
    codeOf(rig.first.campaigns.redeem('ring_0', { code: await codeFor('ring_3') }, call()));
  expect(await closing()).toBe('campaign_not_eligible');
  // Both at once, in two processes: one of the two is the first.
  const outcomes = await together(6, async (i) => {
    const [left, right] = [`left_${i}`, `right_${i}`];
    const codes = await Promise.all([codeFor(left), codeFor(right)]);
    return Promise.all([
      codeOf(rig.first.campaigns.redeem(left, { code: codes[1] }, call())),
      codeOf(rig.second.campaigns.redeem(right, { code: codes[0] }, call())),
    ]);
  });
  expect(tally(outcomes.flat())).toEqual({ done: 6, campaign_not_eligible: 6 });
});

test('an inviter is granted something up to its limit; those it invites beyond that get theirs all the same', async () => {
  const invited = numbered('invited_', 8);
  await people(rig.first, ['popular', ...invited]);
  const code = await codeFor('popular');
  const outcomes = await together(8, (i) =>
    codeOf(engine(i).campaigns.redeem(invited[i] as string, { code }, call())),
  );
  expect(tally(outcomes)).toEqual({ done: 8 });
  await until(async () => (await rig.first.campaigns.referral('popular', {}, {})).awarded === 90);
  expect(await rig.first.campaigns.referral('popular', {}, {})).toMatchObject({ invited: 8, pending: 0 });
  expect(await totalOf('popular')).toBe(90);
});

test('both sides come out of one budget, and races leave exactly what does not suffice for both', async () => {
  const invited = numbered('guest_', 12);
  await people(rig.first, ['host', ...invited]);
  const code = await codeFor('host', 'budgeted');
  const outcomes = await together(12, (i) =>
    codeOf(engine(i).campaigns.redeem(invited[i] as string, { code }, call())),
  );
  // One was spent on by the test above, if at all: each referral takes 10 + 15.
  const done = tally(outcomes).done ?? 0;
  expect(done).toBeGreaterThanOrEqual(3);
  await until(async () => (await totalOf('host')) === done * 15);
  await until(async () => (await rig.first.campaigns.show('budgeted')).metrics.awarded === 100);
  const { metrics } = await rig.first.campaigns.show('budgeted');
  expect(metrics).toMatchObject({ awarded: 100, redemptions: 8, budget_left: 0 });
});

test('a referral campaign that staff made gives codes as well, and none runs after it is stopped', async () => {
  const lone = await openRig({ catalog: catalogWith() });
  try {
    await people(lone.first, ['fred']);
    expect(await codeOf(lone.first.campaigns.referral('fred', {}, {}))).toBe('campaign_not_found');
    const made = campaign('bring', { kind: 'referral', referral: { inviter_credits: 5 } });
    await lone.first.campaigns.create(asked(made), {});
    expect(await lone.first.campaigns.referral('fred', {}, {})).toMatchObject({ campaign: 'bring' });
    await lone.first.campaigns.end('bring', { reason: 'over' }, {});
    expect(await codeOf(lone.first.campaigns.referral('fred', {}, {}))).toBe('campaign_not_found');
    expect(await codeOf(lone.first.campaigns.referral('fred', { campaign: 'bring' }, {}))).toBe(
      'campaign_stopped',
    );
  } finally {
    await lone.close();
  }
});

test('law 11: a process killed between the two grants leaves the inviter due, and the next delivers it once', async () => {
  // No sweep: this engine delivers nothing, so that only the processes do.
  const alone = await openRig({ sweep: false, catalog: SHIPPED });
  const { child, url } = await serveChild(alone.url);
  const blocker = await alone.database.connect();
  try {
    await people(alone.first, ['gina', 'hugo']);
    const { code } = await alone.first.campaigns.referral('gina', {}, {});
    // The inviter's account is held, so that its grant must wait, however fast the process is.
    await blocker.script(`begin; select 1 from drawdown.accounts where id = 'gina' for update`);
    const answer = await fetch(`${url}/v1/accounts/hugo/redeem`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${CHILD_SECRET}`,
        'content-type': 'application/json',
        'idempotency-key': 'hugo-joins',
      },
      body: JSON.stringify({ code, device: 'hugos' }),
    });
    expect(answer.status).toBe(201);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await blocker.script('rollback');
    const figures = async () => (await alone.database.query(AWARDS, ['gina'])).rows[0];
    expect(await alone.first.balance('hugo')).toMatchObject({ total: 20 });
    expect(await alone.first.balance('gina')).toMatchObject({ total: 0 });
    expect(await figures()).toEqual({ awards: 0n, due: 1n });

    // Two processes find it at once.
    const databases = await together(2, () => openPostgres({ url: alone.url, poolSize: 2 }));
    const heirs = await together(2, (i) =>
      Engine.open({ database: databases[i] as (typeof databases)[0], catalog: SHIPPED, allowUnsafe: true }),
    );
    await until(async () => (await alone.first.balance('gina')).total > 0);
    for (const heir of heirs) await heir.close();
    for (const database of databases) await database.close();
    expect(await alone.first.balance('gina')).toMatchObject({ total: 20, version: 1 });
    expect(await figures()).toEqual({ awards: 1n, due: 0n });
    // The invited account's retry is answered by what was done, and grants nobody anything.
    const again = await alone.first.campaigns.redeem(
      'hugo',
      { code, device: 'hugos' },
      { idempotencyKey: 'hugo-joins' },
    );
    expect(again.replayed).toBe(true);
    expect(await figures()).toEqual({ awards: 1n, due: 0n });
    await expectWhole(alone);
  } finally {
    child.kill('SIGKILL');
    await blocker.close();
    await alone.close();
  }
}, 60_000);
