/** Law 15: whatever column of whatever row is edited by hand, `verify` says so and names account and seq. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import type { Head } from '../../src/store/heads.ts';
import { Damaged, TABLES, type Table } from './damaged.ts';

const COLUMNS = statement<[string], { column: string; type: string }>(
  'test.columns',
  `select column_name as column, udt_name as type from information_schema.columns
    where table_schema = 'drawdown' and table_name = $1 order by ordinal_position`,
);

let damaged: Damaged;

beforeAll(async () => {
  damaged = await Damaged.open();
});

afterAll(() => damaged?.rig.close());

/** Another value of the column's type, that no careless comparison takes for the same. */
const EDITS: Record<string, (column: string) => string> = {
  // Far enough from the numbers beside it that no key forbids it.
  int8: (column) => `coalesce(${column}, 0) + ${column === 'seq' ? 1_000 : 1}`,
  int4: (column) => `coalesce(${column}, 0) + 1`,
  int2: (column) => `(${column} + 1)::int2 % 1024`,
  bool: (column) => `not ${column}`,
  text: (column) => `coalesce(${column}, '') || 'x'`,
  bytea: (column) => `coalesce(set_byte(${column}, 3, (get_byte(${column}, 3) + 1) % 256), '\\x00')`,
  json: (column) => `(' ' || coalesce(${column}::text, '{"grant": 7}'))::json`,
  _text: (column) => `array_append(coalesce(${column}, '{}'), 'x')`,
  _int8: (column) => `${column} || '{1,2,3}'::int8[]`,
};

/** Rows worth editing: in the middle of a ledger, and its last. */
const ROWS: Record<Table, string[]> = {
  entries: [
    'select e.account, e.seq from drawdown.entries e where cardinality(moves) > 3 and seq between 8 and 40 limit 1',
    'select account, max(seq) as seq from drawdown.entries group by account having max(seq) > 20 limit 1',
  ],
  grants: [
    'select account, no as seq from drawdown.grants where finished and voided > 0 limit 1',
    'select account, no as seq from drawdown.grants where held > 0 limit 1',
  ],
  holds: [
    `select account, no as seq from drawdown.holds where state = 'captured' limit 1`,
    `select account, no as seq from drawdown.holds where state = 'open' limit 1`,
  ],
  accounts: ['select number as account, 0::int8 as seq from drawdown.accounts where seq > 20 limit 1'],
};
const KEYS: Record<Table, string> = {
  entries: 'account = $a and seq = $s',
  grants: 'account = $a and no = $s',
  holds: 'account = $a and no = $s',
  accounts: 'number = $a',
};

test.each(TABLES)('an edit of any column of %s is told, with account and seq', async (table) => {
  const { rows: columns } = await damaged.database.query(COLUMNS, [table]);
  expect(columns.length).toBeGreaterThan(8);
  for (const { column, type } of columns) {
    const edit = EDITS[type];
    if (edit === undefined) throw new Error(`no edit for the type ${type} of ${table}.${column}`);
    for (const row of ROWS[table]) {
      const { account, seq } = await damaged.one<{ account: bigint; seq: bigint }>(row);
      const where = KEYS[table].replace('$a', String(account)).replace('$s', String(seq));
      const named = damaged.heads.find((head) => head.number === Number(account)) as Head;
      const { faults } = await damaged.while(
        account,
        `update drawdown.${table} set ${column} = ${edit(column)} where ${where}`,
      );
      const ids = [named.account, ...(column === 'id' ? [`${named.account}x`] : [])];
      const seqs = { entries: [Number(seq)], grants: [named.seq], accounts: [named.seq], holds: null }[table];
      const right = faults.filter((fault) => {
        // A hold is told at the entry that opened or closed it.
        const within = seqs?.includes(fault.seq) ?? (fault.seq > 0 && fault.seq <= named.seq);
        return ids.includes(fault.account) && within;
      });
      expect(right, `${table}.${column}: ${JSON.stringify(faults)}`).not.toEqual([]);
      // Nobody else is suspected, but for a row that now claims to be another's.
      const others = faults.filter((fault) => !fault.account.startsWith(named.account));
      if (column !== 'account' && column !== 'number') expect(others).toEqual([]);
    }
  }
});
