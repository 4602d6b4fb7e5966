/** Law 15: an entry moved, put in or taken out, a cut tail, a stray row: `verify` says so and names account and seq. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { versionOf } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Head } from '../../src/store/heads.ts';
import { type Progress, verify } from '../../src/store/verify.ts';
import { Damaged } from './damaged.ts';
import { Workload } from './workload.ts';

let damaged: Damaged;

beforeAll(async () => {
  damaged = await Damaged.open();
});

afterAll(() => damaged?.rig.close());

test('an untouched ledger of every verb is whole, counted, and resumable', async () => {
  const told: Progress[] = [];
  const whole = await verify(damaged.database, {
    heads: damaged.heads,
    onProgress: (done) => told.push(done),
  });
  expect(whole.faults).toEqual([]);
  expect(whole.accounts).toBe(11);
  const { count } = await damaged.one<{ count: bigint }>('select count(*) as count from drawdown.entries');
  expect(whole.entries).toBe(Number(count));
  expect(told.at(-1)).toEqual({
    accounts: 11,
    ofAccounts: 11,
    entries: whole.entries,
    reached: damaged.heads.at(-1)?.number,
  });
  const from = damaged.heads[4]?.number as number;
  const rest = await verify(damaged.database, { from, heads: damaged.heads });
  expect(rest).toMatchObject({ accounts: 6, faults: [], reached: whole.reached });
  const single = await verify(damaged.database, { account: 'w_5_3', heads: damaged.heads });
  expect(single).toMatchObject({ accounts: 1, faults: [] });
  await expect(verify(damaged.database, { account: 'nobody' })).rejects.toThrow(/no account nobody/);
});

test('a run that is told to stop says how far it came', async () => {
  const controller = new AbortController();
  controller.abort();
  const stopped = await verify(damaged.database, { signal: controller.signal });
  expect(stopped).toMatchObject({ accounts: 1, reached: damaged.heads[0]?.number, faults: [] });
  const rest = await verify(damaged.database, { from: stopped.reached });
  expect(rest.accounts).toBe(10);
});

test('two entries that changed places, one that was put in and one that was taken out are told', async () => {
  const { number, id, seq } = await damaged.longest();
  const theirs = `account = ${number}`;
  const swapped = await damaged.while(
    number,
    `update drawdown.entries set seq = -seq where ${theirs} and seq in (9, 10);
     update drawdown.entries set seq = 19 + seq where ${theirs} and seq < 0;`,
  );
  expect(swapped.faults).toContainEqual(expect.objectContaining({ account: id, seq: 9 }));
  expect(swapped.faults).toContainEqual(expect.objectContaining({ account: id, seq: 10 }));

  const put = await damaged.while(
    number,
    `update drawdown.entries set seq = seq + 100000 where ${theirs} and seq > 20;
     update drawdown.entries set seq = seq - 99999 where ${theirs} and seq > 20;
     insert into drawdown.entries select (jsonb_populate_record(e, '{"seq": 21}')).* from drawdown.entries e
      where ${theirs} and seq = 20;`,
  );
  expect(put.faults[0]).toMatchObject({ account: id, seq: 21 });

  const taken = await damaged.while(number, `delete from drawdown.entries where ${theirs} and seq = 20`);
  expect(taken.faults).toEqual([{ account: id, seq: 20, what: 'entries 20 to 20 are missing' }]);
  const first = await damaged.while(number, `delete from drawdown.entries where ${theirs} and seq < 3`);
  expect(first.faults).toEqual([{ account: id, seq: 1, what: 'entries 1 to 2 are missing' }]);

  const last = await damaged.while(number, `delete from drawdown.entries where ${theirs} and seq = ${seq}`);
  expect(last.faults[0]).toMatchObject({ account: id, seq: Number(seq) });
  const adjusted = await damaged.while(
    number,
    `delete from drawdown.entries where ${theirs} and seq = ${seq};
     update drawdown.accounts a set seq = e.seq, at = e.at, head = e.hash, total = e.total from drawdown.entries e
      where a.number = ${number} and e.account = a.number and e.seq = ${seq - 1n}`,
  );
  expect(adjusted.faults.length).toBeGreaterThan(0);
  for (const fault of adjusted.faults) expect(fault).toMatchObject({ account: id, seq: Number(seq) - 1 });
});

test('a tail that was cut off without a trace is told by heads that were exported', async () => {
  const target = damaged.heads.find((head) => head.account === 'never') as Head;
  const before = await damaged.one<{ hash: string }>(
    `select encode(hash, 'hex') as hash from drawdown.entries where account = ${target.number} and seq = 1`,
  );
  // The hold is undone everywhere, as a restore of an old backup would.
  const cut = `
    delete from drawdown.holds where account = ${target.number};
    delete from drawdown.entries where account = ${target.number} and seq = 2;
    update drawdown.grants set held = 0 where account = ${target.number};
    update drawdown.accounts a set seq = 1, at = e.at, head = e.hash, due_at = null,
      stamp = (select no from drawdown.grants where account = ${target.number})
      from drawdown.entries e where a.number = ${target.number} and e.account = a.number and e.seq = 1`;
  const number = BigInt(target.number);
  expect((await damaged.while(number, cut)).faults).toEqual([]);
  expect((await damaged.while(number, cut, { heads: damaged.heads })).faults).toEqual([
    { account: 'never', seq: 2, what: 'entries 2 to 2, which were exported once, are missing' },
  ]);
  const forged = damaged.heads.map((head) => (head === target ? { ...head, seq: 1 } : head));
  expect((await verify(damaged.database, { heads: forged })).faults).toEqual([
    { account: 'never', seq: 1, what: 'entry: the hash is not the one that was exported' },
  ]);
  const honest = damaged.heads.map((head) =>
    head === target ? { ...head, seq: 1, head: before.hash } : head,
  );
  expect((await verify(damaged.database, { heads: honest })).faults).toEqual([]);
  await expect(verify(damaged.database, { heads: [...damaged.heads].reverse() })).rejects.toThrow(
    /order of the export/,
  );
});

test('rows that should not be there, and rows that should, are told', async () => {
  const { number, id, seq } = await damaged.longest();
  const edits: [string, RegExp][] = [
    [
      `delete from drawdown.grants where no = (select min(no) from drawdown.grants where account = ${number})`,
      /missing/,
    ],
    [
      `delete from drawdown.holds where no = (select min(no) from drawdown.holds where account = ${number})`,
      /missing/,
    ],
    [
      `insert into drawdown.grants select (jsonb_populate_record(g, '{"no": 7}')).* from drawdown.grants g
       where account = ${number} limit 1`,
      /no entry issued it/,
    ],
    [
      `insert into drawdown.holds select (jsonb_populate_record(h, '{"no": 7}')).* from drawdown.holds h
       where account = ${number} limit 1`,
      /no entry opened it/,
    ],
    [
      `insert into drawdown.holds select (jsonb_populate_record(h, '{"no": 9007199254740991}')).* from drawdown.holds h
       where account = ${number} limit 1`,
      /no entry opened it/,
    ],
  ];
  for (const [sql, what] of edits) {
    const { faults } = await damaged.while(
      number,
      sql.replace('where no =', `where account = ${number} and no =`),
    );
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ account: id, what: expect.stringMatching(what) });
    expect(faults[0]?.seq).toBeLessThanOrEqual(Number(seq));
  }
  const gone = await damaged.while(number, `delete from drawdown.accounts where number = ${number}`, {
    heads: damaged.heads,
  });
  expect(gone.faults.map((fault) => [fault.account, fault.what])).toEqual([
    [`#${number}`, 'entries: the account that they are of is not there'],
    [`#${number}`, 'grants: the account that they are of is not there'],
    [`#${number}`, 'holds: the account that they are of is not there'],
    [id, 'account: it was exported once and is not there'],
  ]);
});

test('a catalog whose document was edited, or that is not there, is told', async () => {
  await damaged.rig.sql(`create table kept.catalogs as table drawdown.catalogs;
    update drawdown.catalogs set document = replace(document::text, '"name":"Drawdown"', '"name":"Other"')::json`);
  const edited = await verify(damaged.database);
  expect(edited.faults).toHaveLength(1);
  expect(edited.faults[0]?.what).toMatch(/^catalog [0-9a-f]{12}: the document is [0-9a-f]{12}$/);
  await damaged.rig.sql(`update drawdown.catalogs set document = '[]'`);
  expect((await verify(damaged.database)).faults[0]?.what).toMatch(/no catalog at all/);
  await damaged.rig.sql('truncate drawdown.catalogs');
  const missing = await verify(damaged.database, { account: 'never' });
  expect(missing.faults).toHaveLength(2);
  expect(missing.faults[0]).toMatchObject({ account: 'never', seq: 1 });
  await damaged.rig.sql('insert into drawdown.catalogs table kept.catalogs');
  expect((await verify(damaged.database)).faults).toEqual([]);
});

test('a catalog that was recorded before a policy of today was known is whole', async () => {
  const { policies, ...older } = shippedCatalog;
  const { notices: _unknown, ...known } = policies;
  const document = JSON.parse(JSON.stringify({ ...older, policies: known }));
  await damaged.rig.sql(`insert into drawdown.catalogs (version, document, recorded_at)
    values ('${versionOf(document)}', '${JSON.stringify(document).replaceAll("'", "''")}', 1)`);
  expect((await verify(damaged.database)).faults).toEqual([]);
  await damaged.rig.sql('delete from drawdown.catalogs where recorded_at = 1');
});

test('entries that cannot be read at all are told, not thrown', async () => {
  const { number, id } = await damaged.longest();
  const edits = [
    `moves = '{{1,2,3}}'`,
    `moves = '{1,null,3}'`,
    `moves = '{1,2}'`,
    `moves = '[5:7]={1,2,3}'`,
    `detail = '"text"'`,
    `detail = '{"grants":5}'`,
    `detail = '{"grants":[{"amount":"many"}]}'`,
    `detail = '{"expiresAt":1,"expiresAt":2}'`,
    `at = 9223372036854775807`,
    `type = 'nonsense'`,
  ];
  for (const edit of edits) {
    const sql = `update drawdown.entries set ${edit} where account = ${number} and seq = 15`;
    const { faults } = await damaged.while(number, sql);
    expect(faults[0], edit).toMatchObject({ account: id, seq: 15 });
    expect(faults.filter((fault) => fault.account !== id)).toEqual([]);
  }
});

test('live traffic raises no false alarm', async () => {
  const busy = new Workload(damaged.rig.first, { seed: 6, accounts: 4 });
  let running = true;
  const traffic = busy.run(25).finally(() => {
    running = false;
  });
  let runs = 0;
  while (running) {
    expect((await verify(damaged.database)).faults).toEqual([]);
    runs += 1;
  }
  await traffic;
  expect(runs).toBeGreaterThan(2);
});
