import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalog, rulesOf } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import type { Command } from '../../src/core/command.ts';
import { comparator } from '../../src/core/order.ts';
import { Engine } from '../../src/engine.ts';
import { Accounts } from '../../src/store/accounts.ts';
import { keyHash } from '../../src/store/chain.ts';
import { SYSTEM_CLOCK } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import type { Task } from '../../src/store/task.ts';
import { Writer } from '../../src/store/transact.ts';
import { freshDatabase } from '../support/database.ts';

const CLAIM = statement<[string], { left: bigint }>(
  'test.claim',
  `update test_budget set spent = spent + 1 where id = $1 and spent < 3 returning 3 - spent as left`,
);
const NOTE = statement<readonly unknown[], unknown>('test.note', 'insert into test_note values ($1)');
const NOTES = statement<[], { notes: bigint; spent: bigint }>(
  'test.notes',
  'select (select count(*) from test_note) as notes, (select spent from test_budget) as spent',
);

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let engine: Engine;
let writer: Writer;
let account: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  const catalog = readCatalog(shippedCatalog);
  engine = await Engine.open({ database: fresh.database, catalog });
  const session = await fresh.database.connect();
  await session.script(`create table test_budget (id text primary key, spent bigint not null);
    insert into test_budget values ('b', 0); create table test_note (note text)`);
  await session.close();
  account = await new Accounts(fresh.database, SYSTEM_CLOCK).ensure('u_1');
  const rules = rulesOf(catalog);
  const inOrder = comparator(rules);
  const committed = () => undefined;
  writer = new Writer({
    database: fresh.database,
    clock: SYSTEM_CLOCK,
    rules,
    inOrder,
    random: Math.random,
    committed,
  });
});

afterAll(async () => {
  await writer?.close();
  await engine?.close();
  await fresh?.drop();
});

const award = (amount: bigint): Command => ({
  verb: 'grant',
  class: 'promotional',
  amount,
  priority: 0,
  effectiveAt: null,
  validity: { kind: 'forever' },
  features: null,
  source: { type: 'test', ref: null },
  cost: null,
  metadata: {},
});

/** Claims one of three from a shared budget, awards, and writes a note with the entry. */
const claim = (key: string, then: Command): Task<number> => ({
  account,
  command: { verb: 'recall' },
  actor: 'test',
  key: keyHash('server', 'u_1', key),
  fingerprint: 'f'.repeat(32),
  prepare: async (on) => {
    const { rows } = await on.query(CLAIM, ['b']);
    if (rows[0] === undefined) throw new Error('the budget is spent');
    return { command: then, writes: ({ entry }) => [{ statement: NOTE, params: [String(entry?.seq)] }] };
  },
  answer: ({ account: { seq } }) => seq,
});

const count = async () => (await fresh.database.query(NOTES, [])).rows[0];

test("a source's rows are written with its entry, or not at all", async () => {
  // Refused by the core after the claim: the claim is given back.
  const tooMuch: Command = {
    verb: 'many',
    commands: [award(5n), { verb: 'void', grant: 1, reason: 'absent' }],
  };
  expect(await writer.submit(claim('k0', tooMuch))).toMatchObject({
    kind: 'refused',
    refusal: { code: 'grant_not_found' },
  });
  expect(await count()).toEqual({ notes: 0n, spent: 0n });

  const verdicts = await Promise.all(
    ['k1', 'k2', 'k2', 'k3', 'k4', 'k5'].map((key) => writer.submit(claim(key, award(5n)))),
  );
  expect(verdicts.map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done', 'declined', 'declined']);
  expect(verdicts.filter((one) => one.kind === 'done' && one.replayed)).toHaveLength(1);
  expect(await count()).toEqual({ notes: 3n, spent: 3n });
  expect(await engine.balance('u_1')).toMatchObject({ total: 15, version: 3 });
});
