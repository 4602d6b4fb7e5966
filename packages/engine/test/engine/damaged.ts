/** A ledger of every verb to be damaged by hand, row by row, and restored each time. */
import { type Database, statement } from '../../src/store/database.ts';
import { exportHeads, type Head } from '../../src/store/heads.ts';
import { type Verified, type VerifyOptions, verify } from '../../src/store/verify.ts';
import { openRig, type Rig } from './rig.ts';
import { LENIENT, Workload } from './workload.ts';

export type Table = 'entries' | 'grants' | 'holds' | 'accounts';
export const TABLES: readonly Table[] = ['entries', 'grants', 'holds', 'accounts'];

const CHECKS = statement<[], { table: string; name: string }>(
  'test.checks',
  `select conrelid::regclass::text as table, conname as name from pg_constraint
    where contype = 'c' and connamespace = 'drawdown'::regnamespace`,
);

export class Damaged {
  readonly rig: Rig;
  /** Exported while all was well. */
  readonly heads: Head[] = [];
  #asked = 0;

  private constructor(rig: Rig) {
    this.rig = rig;
  }

  /** Nine accounts with sixty rounds of everything; one with an open hold, `never`; and one without entries. */
  static async open(): Promise<Damaged> {
    const rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false });
    await new Workload(rig.first, { seed: 5, accounts: 9 }).run(60);
    await rig.first.grant('never', { class: 'purchased', amount: 7 }, {});
    await rig.first.hold('never', { amount: 3, ttl_seconds: 86_400 }, {});
    await rig.first.putAccount('empty', {});
    // Edits are to be told by what the ledger says, not by a constraint or an index that forbids them.
    const { rows } = await rig.database.query(CHECKS, []);
    for (const { table, name } of rows) await rig.sql(`alter table ${table} drop constraint ${name}`);
    await rig.sql('drop index if exists drawdown.entries_key');
    const damaged = new Damaged(rig);
    await damaged.#keep();
    return damaged;
  }

  /** Keeps a copy of all rows, to be restored from. */
  async #keep(): Promise<void> {
    const copies = TABLES.map((table) => `create table kept.${table} as table drawdown.${table};`);
    await this.rig.sql(`create schema kept; ${copies.join('\n')}`);
    for await (const head of exportHeads(this.database)) this.heads.push(head);
  }

  get database(): Database {
    return this.rig.database;
  }

  /** What `verify` says while the rows of one account are edited; afterwards all is as before. */
  async while(account: bigint, sql: string, options: VerifyOptions = {}): Promise<Verified> {
    try {
      await this.rig.sql(sql);
      return await verify(this.database, options);
    } finally {
      // The edit may have made the rows those of the next account number.
      const restore = TABLES.map((table) => {
        const key = table === 'accounts' ? 'number' : 'account';
        const theirs = `${key} between ${account} and ${account + 1n}`;
        return `delete from drawdown.${table} where ${theirs};
                insert into drawdown.${table} select * from kept.${table} where ${theirs};`;
      });
      await this.rig.sql(restore.join('\n'));
    }
  }

  /** The first row of a question. */
  async one<Row>(sql: string): Promise<Row> {
    this.#asked += 1;
    const asked = statement<[], Row>(`test.one_${this.#asked}`, sql);
    const [row] = (await this.database.query(asked, [])).rows;
    if (row === undefined) throw new Error(`no row: ${sql}`);
    return row;
  }

  /** The account with the longest ledger. */
  longest(): Promise<{ number: bigint; id: string; seq: bigint }> {
    return this.one('select number, id, seq from drawdown.accounts order by seq desc, number limit 1');
  }
}
