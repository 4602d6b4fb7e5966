/** One's own data: taken away whole, and removed while the ledger stays whole. */
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { statement } from '../../src/store/database.ts';
import { exportHeads, type Head } from '../../src/store/heads.ts';
import { verify } from '../../src/store/verify.ts';
import { call, people } from './campaign-rig.ts';
import { codeOf, expectWhole, openRig, type Rig, SHIPPED, tally } from './rig.ts';

const BACK = 'http://127.0.0.1/';
const SECRETS = ['anna@example.org', 'Anna Example', 'order-4711', 'annas-laptop'];

let rig: Rig;
let engine: Engine;

beforeAll(async () => {
  rig = await openRig({ catalog: SHIPPED, testClock: true, payments: { sandbox: true }, engines: [{}, {}] });
  engine = rig.first;
});

afterAll(() => rig?.close());

async function linesOf(id: string): Promise<wire.ExportLine[]> {
  const lines: wire.ExportLine[] = [];
  for await (const line of await engine.life.exports.export(id)) lines.push(line);
  return lines;
}

const byAnna = (more = {}) =>
  call({ actor: 'user:anna@example.org', principal: 'user:anna@example.org', ...more });

/** A life: bought, earned, spent, held, subscribed, in a team, merged lots and all. */
async function live(): Promise<void> {
  await engine.putAccount('anna@example.org', {
    time_zone: 'Europe/Berlin',
    metadata: { name: 'Anna Example' },
  });
  await engine.putAccount('studio', { kind: 'team' });
  await people(engine, ['bert']);
  const made = await engine.purchases.checkout(
    'anna@example.org',
    { pack: 'pack_100', return_url: `${BACK}?who=anna@example.org`, provider: 'sandbox' },
    { ...byAnna(), origin: 'http://127.0.0.1' },
  );
  await engine.sandbox.act(made.checkout, 'pay');
  await engine.campaigns
    .claim('anna@example.org', 'daily_check_in', { device: 'annas-laptop' }, byAnna())
    .catch(() => undefined);
  await engine.campaigns.referral('anna@example.org', {}, byAnna());
  const source = { type: 'shop', ref: 'order-4711' };
  const metadata = { buyer: 'Anna Example', channel: 'shop' };
  await engine.grant('anna@example.org', { class: 'purchased', amount: 40, source, metadata }, byAnna());
  await engine.consume('anna@example.org', { amount: 7, metadata: { prompt: 'Anna Example' } }, byAnna());
  const { hold } = (await engine.hold('anna@example.org', { amount: 3 }, byAnna())) as wire.HoldReceipt;
  await engine.capture(hold.id, { amount: 2 }, byAnna());
  await engine.adjust('anna@example.org', { amount: 1, reason: 'for Anna Example' }, call());
  await engine.subscriptions.create('anna@example.org', { plan: 'pro', ref: 'order-4711' }, byAnna());
  await engine.grant('studio', { class: 'purchased', amount: 50 }, call());
  await engine.consume('studio', { amount: 5, member: 'anna@example.org' }, call());
  await engine.consume('studio', { amount: 6 }, byAnna());
  await engine.consume('studio', { amount: 7, member: 'bert' }, call());
}

test('an export has a line for everything, and its last line says how many', async () => {
  await live();
  const lines = await linesOf('anna@example.org');
  const end = lines.at(-1);
  if (end?.type !== 'end') throw new Error('the last line is the end');
  const { account: _, balance: __, end: ___, ...found } = tally(lines.map(({ type }) => type));
  const counted = Object.fromEntries(Object.entries(end.data.counts).filter(([, count]) => count > 0));
  expect(found).toEqual(counted);
  expect(Object.keys(end.data.counts)).toEqual([
    ...[
      'grant',
      'entry',
      'hold',
      'subscription',
      'purchase',
      'settlement',
      'plan_checkout',
      'plan_change',
      'payment_method',
      'auto_top_up',
      'top_up',
      'redemption',
      'referral_code',
      'referral',
      'membership',
      'member_request',
      'merge',
      'notice',
      'change_key',
    ],
  ]);
  const { version } = await engine.balance('anna@example.org');
  expect(counted).toMatchObject({ entry: version, purchase: 1, subscription: 1, hold: 1, referral_code: 1 });
  const seqs = lines.flatMap((line) => (line.type === 'entry' ? [line.data.seq] : []));
  expect(seqs).toEqual(Array.from({ length: version }, (_, i) => i + 1));
  expect(lines[0]).toMatchObject({
    type: 'account',
    data: { account: 'anna@example.org', metadata: { name: 'Anna Example' } },
  });
  expect(await codeOf(engine.life.exports.export('nobody'))).toBe('account_not_found');
});

test('a ledger of many entries is exported whole, page by page', async () => {
  await people(engine, ['long']);
  await engine.grant('long', { class: 'purchased', amount: 1_000_000 }, call());
  for (let round = 0; round < 2; round += 1) {
    const operations = Array.from({ length: 1_000 }, (_, i) => ({
      account: 'long',
      idempotency_key: `${round}-${i}`,
      amount: 1,
    }));
    await engine.consumeBatch({ operations }, {});
  }
  let entries = 0;
  let last: wire.ExportLine | undefined;
  for await (const line of await engine.life.exports.export('long')) {
    if (line.type === 'entry') entries += 1;
    last = line;
  }
  expect(entries).toBe(2_001);
  expect(last).toMatchObject({ type: 'end', data: { version: 2_001, counts: { entry: 2_001, grant: 1 } } });
});

const TABLES = statement<[], { name: string }>(
  'test.tables',
  `select table_name as name from information_schema.tables where table_schema = 'drawdown' and table_type = 'BASE TABLE'`,
);

/** Every row of every table as text, to look for what must be gone. */
async function everything(): Promise<string> {
  const { rows } = await rig.database.query(TABLES, []);
  const all: string[] = [];
  for (const { name } of rows) {
    const text = statement<[], { text: string }>(
      `test.text_${name}`,
      `select t::text as text from drawdown.${name} t`,
    );
    for (const row of (await rig.database.query(text, [])).rows) all.push(`${name}: ${row.text}`);
  }
  return all.join('\n');
}

const heads: Head[] = [];
let erased: wire.Erasure;

test('nothing in any table says who it was, and everything else is as it was', async () => {
  expect(await codeOf(engine.life.erasures.erase('anna@example.org', { reason: 'x' }, call()))).toBe(
    'account_open',
  );
  for await (const head of exportHeads(rig.database)) heads.push(head);
  await engine.life.closures.close(
    'anna@example.org',
    { reason: 'asked for by Anna Example' },
    call({ actor: 'staff:s' }),
  );
  const { payable } = await engine.life.closures.report('anna@example.org');
  if (payable.length > 0) {
    expect(await codeOf(engine.life.erasures.erase('anna@example.org', { reason: 'x' }, call()))).toBe(
      'account_busy',
    );
    await engine.life.closures.settle('anna@example.org', { reference: 'SEPA 1' }, {});
  }
  await rig.second.balance('anna@example.org');
  const before = await linesOf('anna@example.org');
  const team = await engine.balance('studio');
  const found = await everything();
  for (const secret of SECRETS.slice(0, 3)) expect(found).toContain(secret);

  erased = await engine.life.erasures.erase(
    'anna@example.org',
    { reason: 'asked for' },
    call({ actor: 'staff:s' }),
  );
  expect(erased).toMatchObject({ teams: ['studio'] });
  expect(erased.account).toMatch(/^erased_[0-9a-f]{24}$/);
  const left = await everything();
  for (const secret of SECRETS) expect(left.split('\n').filter((row) => row.includes(secret))).toEqual([]);

  for (const by of rig.engines) {
    expect(await codeOf(by.balance('anna@example.org'))).toBe('account_not_found');
    expect(await codeOf(by.getAccount('anna@example.org'))).toBe('account_not_found');
  }
  const after = await linesOf(erased.account);
  type Line = Extract<wire.ExportLine, { type: 'entry' }>['data'];
  const bare = (lines: readonly wire.ExportLine[]) =>
    lines
      .flatMap((line) => (line.type === 'entry' ? [line.data] : []))
      .map(({ actor, reason, metadata, ...rest }: Line) => rest);
  expect(bare(after).slice(0, -1)).toEqual(bare(before));
  expect(await engine.balance('studio')).toMatchObject({ total: team.total, version: team.version + 1 });
  const members = (await engine.entries('studio', { type: 'consume' })).data;
  expect(
    members.map(({ actor }) => actor).filter((actor) => actor === `user:${erased.account}`),
  ).toHaveLength(1);
  await expectWhole(rig);
  expect((await verify(rig.database, { heads })).faults).toEqual([]);
  // The id is free, and whoever takes it is somebody else.
  await engine.putAccount('anna@example.org', {});
  expect(await engine.balance('anna@example.org')).toMatchObject({ version: 0, total: 0 });
});

const COLUMNS = [
  'type',
  'at',
  'amount',
  'held',
  'debt',
  'total',
  'feature',
  'hold',
  'reverses',
  'actor',
  'catalog',
  'detail',
  'key',
  'fingerprint',
  'hash',
  'moves',
];
const EDITS: Record<string, string> = {
  type: `case type when 'consume' then 'capture' else 'consume' end`,
  feature: `coalesce(feature, '') || 'x'`,
  actor: `actor || 'x'`,
  catalog: `catalog || 'x'`,
  detail: `'{"reason":"another"}'::json`,
  moves: `moves || '{1,2,3}'::int8[]`,
  ...Object.fromEntries(
    ['key', 'fingerprint', 'hash'].map((name) => [
      name,
      `set_byte(coalesce(${name}, decode('00000000000000000000000000000000', 'hex')), 3, (get_byte(coalesce(${name}, decode('00000000000000000000000000000000', 'hex')), 3) + 1) % 256)`,
    ]),
  ),
};

test('law 15: of an erased ledger, too, an edit of any column is told, and so is one of what attests to it', async () => {
  const number = `(select number from drawdown.accounts where id = '${erased.account}')`;
  const team = `(select number from drawdown.accounts where id = 'studio')`;
  await rig.sql(`create table public.kept_entries as table drawdown.entries;
                 create table public.kept_redactions as table drawdown.redactions;
                 alter table drawdown.entries drop constraint entries_check`);
  const restore = `delete from drawdown.entries; insert into drawdown.entries select * from public.kept_entries;
                   delete from drawdown.redactions; insert into drawdown.redactions select * from public.kept_redactions;`;
  const faultsAfter = async (sql: string) => {
    await rig.sql(sql);
    const { faults } = await verify(rig.database);
    await rig.sql(restore);
    return faults;
  };
  const redacted = `(select min(seq) from drawdown.redactions where account = ${number})`;
  for (const column of COLUMNS) {
    const edit = EDITS[column] ?? `coalesce(${column}, 0) + 1`;
    const faults = await faultsAfter(
      `update drawdown.entries set ${column} = ${edit} where account = ${number} and seq = ${redacted}`,
    );
    expect(
      faults.map(({ account }) => account),
      column,
    ).toContain(erased.account);
  }
  for (const of of [number, team]) {
    // An edit that gives itself a row, one that changes a row, one that takes a row away.
    const last = `(select max(seq) from drawdown.redactions where account = ${of})`;
    for (const sql of [
      `update drawdown.entries set actor = 'x' where account = ${of} and seq = 1;
       insert into drawdown.redactions select account, seq, sha256('x'), bucket from drawdown.entries
        where account = ${of} and seq = 1 on conflict do nothing`,
      `update drawdown.redactions set digest = sha256('x') where account = ${of} and seq = ${last}`,
      `delete from drawdown.redactions where account = ${of} and seq = ${last}`,
      `insert into drawdown.redactions select account, 9999, digest, bucket from drawdown.redactions where account = ${of} limit 1`,
    ]) {
      expect(await faultsAfter(sql), sql).not.toEqual([]);
    }
  }
  // A cut tail is told by heads that were exported before.
  const cut = `delete from drawdown.entries where account = ${number} and seq > 3;
    delete from drawdown.redactions where account = ${number} and seq > 3`;
  await rig.sql(cut);
  expect((await verify(rig.database, { heads })).faults).not.toEqual([]);
  await rig.sql(restore);
  await expectWhole(rig);
});

test('a second person of the same team: the last attestation is over all that was ever redacted', async () => {
  await engine.life.closures.close('bert', { reason: 'leaves' }, call());
  const gone = await engine.life.erasures.erase('bert', { reason: 'asked for' }, call());
  expect(gone).toMatchObject({ teams: ['studio'] });
  await expectWhole(rig);
});
