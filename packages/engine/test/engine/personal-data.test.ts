/**
 * What becomes of each column of the database when a person takes their data away, and when they have them removed. A
 * column without a fate fails here: whoever adds one decides.
 */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { call, campaign, catalogWith, people } from './campaign-rig.ts';
import { FATES } from './personal-fates.ts';
import { codeOf, expectWhole, openRig, type Rig } from './rig.ts';

/** The person's account id, and what is written wherever somebody may write something. */
const staff = { id: 'key_staff', name: 'Ada', request: 'req_1' };
const MARK = 'marked.person@example.org';
const OLD = 'marked.person.before@example.org';
const BACK = `http://127.0.0.1/?who=${MARK}`;

let rig: Rig;
let engine: Engine;

beforeAll(async () => {
  rig = await openRig({
    catalog: catalogWith(
      campaign('sign_up', { kind: 'sign_up_bonus' }),
      campaign('hello', { kind: 'promotion_code', codes: { kind: 'shared', code: 'HELLO-1' } }),
      campaign('friends', { kind: 'referral', referral: { inviter_credits: 5, inviter_limit: 3 } }),
    ),
    testClock: true,
    payments: { sandbox: true },
    engines: [{}, {}],
  });
  engine = rig.first;
});

afterAll(() => rig?.close());

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

const COLUMNS = statement<[], Column>(
  'test.columns',
  `select c.table_name as "table", c.column_name as "column", c.data_type as type
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'drawdown' and t.table_type = 'BASE TABLE' order by 1, c.ordinal_position`,
);

test('every column has a fate for export and for erasure, and no fate is of a column that is gone', async () => {
  const { rows } = await rig.database.query(COLUMNS, []);
  const found = rows.map(({ table, column }) => `${table}.${column}`);
  expect(found.length).toBeGreaterThan(200);
  expect([...FATES.keys()].sort()).toEqual([...found].sort());
  const lines = (await linesOf('nobody-yet')).at(-1);
  if (lines?.type !== 'end') throw new Error('the last line is the end');
  const types = new Set(['account', 'balance', ...Object.keys(lines.data.counts)]);
  for (const [column, { exported }] of FATES) {
    if ('as' in exported) expect(types, column).toContain(exported.as);
    else expect(exported.not.length, column).toBeGreaterThan(10);
  }
});

async function linesOf(id: string): Promise<wire.ExportLine[]> {
  const lines: wire.ExportLine[] = [];
  if (id === 'nobody-yet') await people(engine, [id]);
  for await (const line of await engine.life.exports.export(id)) lines.push(line);
  return lines;
}

/** Every value of every text and json column, by column; of hashes their hexadecimal digits. */
async function everything(): Promise<Map<string, string[]>> {
  const { rows } = await rig.database.query(COLUMNS, []);
  const all = new Map<string, string[]>();
  for (const { table, column, type } of rows) {
    const of = type === 'bytea' ? `encode(${column}, 'hex')` : `${column}::text`;
    const values = statement<[], { value: string | null }>(
      `test.values_${table}_${column}`,
      `select ${of} as value from drawdown.${table} where ${column} is not null`,
    );
    const found = (await rig.database.query(values, [])).rows.map(({ value }) => value ?? '');
    all.set(`${table}.${column}`, found);
  }
  return all;
}

const by = (id: string) => call({ actor: `user:${id}`, principal: `user:${id}` });

/** In SQL: the person's account by its number, and where it is kept. */
const number = `(select number from drawdown.accounts where id = '${MARK}')`;
const bucket = `(select bucket from drawdown.accounts where id = '${MARK}')`;

/** The person does everything that leaves a trace, and what they and others may write names them. */
async function live(): Promise<void> {
  const metadata = { name: MARK, nested: [{ [MARK]: `for ${MARK}.` }] };
  for (const id of [MARK, OLD]) await engine.putAccount(id, { time_zone: 'Europe/Berlin', metadata });
  await people(engine, ['friend', 'boss']);
  await engine.putAccount('crew', { kind: 'team' });

  // Bought, through a checkout that was paid, one that was left open, and one of a plan.
  const order = { pack: 'pack_100', return_url: BACK, provider: 'sandbox' } as const;
  const local = { origin: 'http://127.0.0.1' };
  const paid = await engine.purchases.checkout(
    MARK,
    { ...order, consent: { immediate_use: true } },
    { ...by(MARK), ...local },
  );
  await engine.sandbox.act(paid.checkout, 'pay');
  const plan = await engine.plans.checkout(
    MARK,
    { plan: 'pro', trial: true, return_url: BACK, provider: 'sandbox' },
    { ...by(MARK), ...local },
  );
  await engine.sandbox.act(plan.checkout, 'pay');
  const forCrew = { return_url: `${BACK}&team=crew`, provider: 'sandbox' } as const;
  const wanted = { ...forCrew, pack: 'pack_100', consent: { immediate_use: true } } as const;
  const bought = await engine.purchases.checkout('crew', wanted, { ...by(MARK), ...local });
  await engine.sandbox.act(bought.checkout, 'pay');
  await engine.plans.checkout('crew', { plan: 'teams', ...forCrew }, { ...by(MARK), ...local });
  await engine.subscriptions.create(MARK, { plan: 'pro', ref: `of ${MARK}` }, by(MARK));

  // Earned, invited, was invited, guessed.
  await engine.campaigns.claim(MARK, 'sign_up', {}, by(MARK));
  await engine.campaigns.redeem(MARK, { code: 'HELLO-1' }, by(MARK));
  await engine.campaigns.referral(MARK, {}, by(MARK));
  await engine.campaigns.referral('crew', {}, by(MARK));
  const { code } = await engine.campaigns.referral('friend', {}, by('friend'));
  await engine.campaigns.redeem(MARK, { code }, by(MARK));
  expect(await codeOf(engine.campaigns.redeem(MARK, { code: 'guess-guess' }, by(MARK)))).not.toBe('done');

  // Was granted, spent, held, was corrected; the older account's lots came over.
  for (const source of [
    { type: 'shop', ref: MARK },
    { type: 'purchase', ref: `order of ${MARK}` },
  ]) {
    await engine.grant(
      MARK,
      { class: 'purchased', amount: 40, source, metadata, expires_at: '2026-02-01T00:00:00Z' },
      by(MARK),
    );
  }
  const cost = { amount_minor: 90, currency: 'USD' };
  await engine.grant(OLD, { class: 'purchased', amount: 9, cost, metadata }, by(OLD));
  await engine.consume(OLD, { amount: 1, metadata }, by(OLD));
  const spent = await engine.consume(MARK, { amount: 7, metadata }, by(MARK));
  if (spent.operation === null) throw new Error('it was charged');
  await engine.refund(spent.operation.id, { amount: 1, reason: `asked for by ${MARK}` }, call());
  const { hold } = (await engine.hold(MARK, { amount: 3 }, by(MARK))) as wire.HoldReceipt;
  await engine.capture(hold.id, { amount: 2, metadata }, by(MARK));
  await engine.adjust(MARK, { amount: 1, reason: `for ${MARK}`, metadata }, call({ staff }));
  // Both say who did it: one session of the person in the other account's ledger.
  await engine.grant(MARK, { class: 'promotional', amount: 1, valid_for: 'P9D' }, by(OLD));
  await engine.life.merges.merge(OLD, { into: MARK, reason: `${OLD} is ${MARK}` }, by(MARK));

  // A team: a member with a limit, who asks, decides, spends and is spent for, and is told of.
  await engine.members.put('crew', 'boss', { role: 'owner' }, call());
  // What staff do for a person on a team is written down there.
  await engine.members.put(
    'crew',
    MARK,
    { role: 'admin', limit: { amount: 20, per: 'month' } },
    call({ staff }),
  );
  await engine.members.put('crew', 'friend', { role: 'member', limit: { amount: 1, per: 'month' } }, call());
  const asked = await engine.requests.ask('crew', MARK, { amount: 5, reason: `${MARK} needs it` }, by(MARK));
  await engine.requests.approve('crew', MARK, asked.id, by('boss'));
  const other = await engine.requests.ask(
    'crew',
    'friend',
    { amount: 5, reason: `${MARK} wants me to` },
    by('friend'),
  );
  await engine.putAccount('crew', { metadata: { owner: MARK, [MARK]: ['boss'], note: `ask user:${MARK}` } });
  await engine.subscriptions.create('crew', { plan: 'teams', ref: `teams of ${MARK}` }, call());
  await engine.requests.deny('crew', 'friend', other.id, by(MARK));
  await engine.grant(
    'crew',
    { class: 'purchased', amount: 50, source: { type: 'shop', ref: MARK }, metadata },
    by(MARK),
  );
  await engine.consume('crew', { amount: 20, member: MARK, metadata }, by(MARK));
  expect(await codeOf(engine.consume('crew', { amount: 20, member: MARK }, by(MARK)))).toBe(
    'member_limit_reached',
  );
  const held = (await engine.hold('crew', { amount: 1, member: MARK }, by(MARK))) as wire.HoldReceipt;
  await engine.capture(held.hold.id, {}, by(MARK));
  await engine.consume('crew', { amount: 1, metadata: { approved_by: `user:${MARK}` } }, call());

  // What providers keep of them, as their checkouts would leave it, and what is queued for whoever listens.
  const crew = `(select number from drawdown.accounts where id = 'crew')`;
  const consent = `json_build_object('off_session', true, 'at', 1, 'actor', 'user:${MARK}')`;
  const topUp = (of: string) => `
    insert into drawdown.auto_top_ups select ${of}, 5, 'pack_100', 9900, 'USD', ${consent}, 'stopped', 'declined', null, 1, ${bucket};`;
  await rig.sql(`
    update drawdown.purchases set url = '${BACK}', jurisdiction = '${MARK}' where account = ${number};
    update drawdown.plan_checkouts set url = '${BACK}', jurisdiction = '${MARK}',
      consent = json_build_object('immediate_use', true, 'at', 1, 'actor', 'user:${MARK}') where account = ${number};
    update drawdown.subscription_periods set ref = '${MARK}' where account = ${number};
    insert into drawdown.plan_changes values (${number}, 7, 7, '{"plan": "pro"}', 'now', 'refused',
      '{"sentence": "${MARK}", "reason": "card_declined"}', decode(repeat('cd', 16), 'hex'), 1, 1, ${bucket});
    insert into drawdown.payment_methods values (${number}, 'sandbox', '${MARK}', '${MARK}', '${MARK}', 1, ${bucket});
    insert into drawdown.approvals select ${number}, 700, 'adjust', 1, 2, 'key_a', 'Ada', '${MARK}', '{"a": "${MARK}"}',
      '{"b": "${MARK}"}', 1, decode(repeat('ab', 16), 'hex'), 'rejected', 'key_b', 'Ben', 1, '${MARK}', null, ${bucket};
    insert into drawdown.audit (account, no, act, at, staff, name, reason, input, preview, size, approval, bucket) values
      (${number}, 700, 'request', 1, 'key_a', 'Ada', '${MARK}', '{"a": "${MARK}"}', '{"b": "${MARK}"}', 1, 700, ${bucket}),
      (${number}, 701, 'reject', 1, 'key_b', 'Ben', '${MARK}', '{}', null, 1, 700, ${bucket});
    insert into drawdown.top_ups select ${number}, 7, 1, 990, 'USD', 'sandbox', '${MARK}', '${MARK}', 'failed', 'declined', 1, 1, 1, ${bucket};
    ${topUp(number)} ${topUp(crew)}`);
}

test('every line of an export is there for whoever has something of it', async () => {
  await live();
  const end = (await linesOf(MARK)).at(-1);
  if (end?.type !== 'end') throw new Error('the last line is the end');
  const empty = Object.entries(end.data.counts).filter(([, count]) => count === 0);
  // Settlements come with the closing.
  expect(empty).toEqual([['settlement', 0]]);
});

test('whatever is cleared named the person before, and nothing in any column does afterwards', async () => {
  const subscriptions = (await engine.subscriptions.list(MARK, {})).data;
  for (const { id } of subscriptions) await engine.subscriptions.cancel(MARK, id, { at: 'now' }, call());
  await engine.life.closures.close(
    MARK,
    { reason: `asked for by ${MARK}` },
    call({ actor: 'staff:key_staff', staff }),
  );
  await engine.life.closures.settle(
    MARK,
    { reference: 'SEPA 4711' },
    call({ actor: 'staff:key_staff', staff }),
  );
  expect((await linesOf(MARK)).some(({ type }) => type === 'settlement')).toBe(true);
  // A way to pay that its provider still keeps, and is not asked to forget before the erasure.
  const later = Date.UTC(2100, 0);
  await rig.sql(
    `insert into drawdown.forgotten_methods values (${number}, 'sandbox', '${MARK}', '${MARK} 2', ${later}, 0, ${bucket});`,
  );

  const before = await everything();
  const hashes = new Set<string>();
  for (const [column, { erased }] of FATES) {
    const values = before.get(column) as string[];
    if (erased !== 'cleared') continue;
    if (column.endsWith('key') || column.endsWith('fingerprint') || column.endsWith('hash')) {
      for (const value of await ownHashes(column)) hashes.add(value);
      continue;
    }
    expect(
      values.some((value) => value.includes('marked.person')),
      `${column} is filled`,
    ).toBe(true);
  }
  expect(hashes.size).toBeGreaterThan(10);

  // Another process knows the person, and a team that keeps no members takes a session's word for them.
  await engine.putAccount('open', { kind: 'team' });
  const session = { person: MARK, accounts: [MARK, 'open'] };
  const admit = () => codeOf(rig.second.members.admit('open', { call: session, managers: false }));
  const spend = () => codeOf(rig.second.members.demandThere('open', session));
  expect([await admit(), await spend()]).toEqual(['done', 'done']);
  const done = await engine.life.erasures.erase(
    MARK,
    { reason: 'ticket 12' },
    call({ actor: 'staff:key_staff', staff }),
  );
  expect(done).toMatchObject({ teams: ['crew'], merged: [expect.stringMatching(/^erased_/)] });
  expect([await spend(), await admit(), await spend()]).toEqual(Array(3).fill('invalid_token'));
  const after = await everything();
  for (const [column, values] of after) {
    expect(
      values.filter((value) => value.includes('marked.person')),
      column,
    ).toEqual([]);
    expect(
      values.filter((value) => hashes.has(value)),
      column,
    ).toEqual([]);
  }
  await expectWhole(rig);
});

/** Hashes of the person's own rows: what is hashed could be tried out by whoever knows the rest of it. */
async function ownHashes(column: string): Promise<string[]> {
  const [table, name] = column.split('.') as [string, string];
  const of = table === 'campaign_codes' ? 'owner' : table === 'accounts' ? 'number' : 'account';
  const own = statement<[string, string], { value: string }>(
    `test.own_${table}_${name}`,
    `select encode(${name}, 'hex') as value from drawdown.${table}
      where ${name} is not null and ${of} in (select number from drawdown.accounts where id in ($1, $2))`,
  );
  return (await rig.database.query(own, [MARK, OLD])).rows.map(({ value }) => value);
}

test('what a team keeps of whoever was erased is as it was, but for the name', async () => {
  const { data } = await engine.notices.ofAccount('crew', { limit: 200 });
  const [reached] = data.filter(({ type }) => type === 'member.limit_reached');
  expect(reached?.data).toMatchObject({
    account: 'crew',
    member: expect.stringMatching(/^erased_/),
    used: 20,
  });
  const entries = (await engine.entries('crew', { type: 'consume' })).data;
  expect(entries.find(({ metadata }) => metadata.approved_by !== undefined)?.metadata).toEqual({
    approved_by: expect.stringMatching(/^user:erased_/),
  });
});

test('the id is free, and whoever comes back under it begins anew but for what there is once for a person', async () => {
  for (const id of [MARK, OLD]) await engine.putAccount(id, {});
  const { campaigns, subscriptions } = rig.second;
  expect(await engine.balance(MARK)).toMatchObject({ version: 0, total: 0 });
  expect(await codeOf(campaigns.claim(MARK, 'sign_up', {}, by(MARK)))).toBe('campaign_already_redeemed');
  expect(await codeOf(campaigns.redeem(MARK, { code: 'HELLO-1' }, by(MARK)))).toBe(
    'campaign_already_redeemed',
  );
  const { code } = await campaigns.referral('boss', {}, by('boss'));
  expect(await codeOf(campaigns.redeem(MARK, { code }, by(MARK)))).toBe('campaign_already_redeemed');
  const trial = { plan: 'pro', trial: true } as const;
  expect(await codeOf(subscriptions.create(MARK, trial, by(MARK)))).toBe('trial_used');
  const checkout = { ...trial, return_url: 'http://127.0.0.1/', provider: 'sandbox' } as const;
  const local = { origin: 'http://127.0.0.1' };
  expect(await codeOf(rig.second.plans.checkout(MARK, checkout, { ...by(MARK), ...local }))).toBe(
    'trial_used',
  );
  // The older account had none of these itself, and somebody else had nothing at all.
  expect(await codeOf(campaigns.claim(OLD, 'sign_up', {}, by(OLD)))).toBe('done');
  await people(engine, ['marked.person']);
  expect(await codeOf(campaigns.claim('marked.person', 'sign_up', {}, by('marked.person')))).toBe('done');
  // What is kept says neither who it was nor which ledger was theirs.
  const kept = (await everything()).get('erased_uses.id_hash') as string[];
  expect(new Set(kept).size).toBe(1);
  await expectWhole(rig);
});

test('a person who has themselves removed is not named by that', async () => {
  await engine.grant(MARK, { class: 'promotional', amount: 1, valid_for: 'P9D' }, by(MARK));
  await engine.life.closures.close(MARK, { reason: 'asked for' }, by(MARK));
  await engine.life.erasures.erase(MARK, { reason: 'ticket 13' }, by(MARK));
  const left = [...(await everything())].flatMap(([column, values]) =>
    values.filter((value) => value.includes(MARK)).map((value) => `${column}: ${value}`),
  );
  expect(left).toEqual([]);
  await expectWhole(rig);
});
