import type { JsonValue } from '../catalog/catalog.ts';
import { readCatalog, versionOf } from '../catalog/load.ts';
import { COMMIT, type Connection, type Database, ROLLBACK, statement } from './database.ts';
import { type Head, HeadsBeside } from './heads.ts';
import { type Fault, Replay } from './replay.ts';
import {
  ACCOUNTS,
  BEGIN_SNAPSHOT,
  ENTRIES,
  GRANTS,
  HOLDS,
  MEMBERS,
  REDACTIONS,
  Scan,
  type ScannedAccount,
  type ScannedEntry,
  type ScannedGrant,
  type ScannedHold,
  type ScannedMember,
  type ScannedRedaction,
} from './scan.ts';
import { verifyAudit } from './verify-audit.ts';

export type { Fault } from './replay.ts';

export interface VerifyOptions {
  /** This account only, by its id. */
  readonly account?: string;
  /** The account's number behind which to go on: `reached` of an earlier run. */
  readonly from?: number;
  /** Told now and then, at the latest after every 500 accounts. */
  readonly onProgress?: (done: Progress) => void;
  /** Ends the run after what is at hand; `reached` says how far it came. */
  readonly signal?: AbortSignal;
  /** What `exportHeads` gave at an earlier time, in its order: tells that the end of a ledger was cut off. */
  readonly heads?: Iterable<Head> | AsyncIterable<Head>;
}

export interface Progress {
  readonly accounts: number;
  readonly ofAccounts: number;
  readonly entries: number;
  /** The number of the last account that was wholly looked at. */
  readonly reached: number;
}

export interface Verified {
  readonly accounts: number;
  readonly entries: number;
  /** Empty: every row is what the ledger says. A run ends early at a thousand. */
  readonly faults: Fault[];
  readonly reached: number;
}

const COUNT = statement<[bigint, bigint], { count: bigint }>(
  'verify_count',
  'select count(*) as count from drawdown.accounts where number > $1 and number <= $2',
);
const NUMBER = statement<[string], { number: bigint }>(
  'verify_number',
  'select number from drawdown.accounts where id = $1',
);
const CATALOGS = statement<[], { version: string; document: string }>(
  'verify_catalogs',
  'select version, document from drawdown.catalogs',
);

/** One statement sees one moment: a claim and its award are one transaction. */
const BUDGETS = statement<[], { id: string; spent: bigint; awarded: string }>(
  'verify_budgets',
  `select c.id, c.spent, w.awarded + r.promised as awarded from drawdown.campaigns c
     cross join lateral (select coalesce(sum(amount), 0) as awarded from drawdown.campaign_awards
                          where campaign = c.id) w
     cross join lateral (select coalesce(sum(amount), 0) as promised from drawdown.referrals
                          where campaign = c.id and delivered_at is null) r
    where c.spent is not null and c.spent <> w.awarded + r.promised`,
);

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;
/** Accounts in one snapshot: long enough to amortise its few trips, short enough not to keep old rows alive. */
const CHUNK = 500;
/** More faults than this are one disaster, not many faults. */
const MAX_FAULTS = 1_000;
const PROGRESS_ENTRIES = 10_000;

/**
 * Replays every account's ledger from nothing and compares each column of each row with what the entries lead to:
 * entries under their chain, lots, holds, accounts, and the catalogs that they name; then the audit log with all that it
 * tells of. Reads only, each account in one
 * snapshot, so that live traffic raises no false alarm. A fault names the account and the entry, or the account's
 * last one; rows of no account are named by its number. Throws only where the database cannot be read, or where
 * there is no account of that id.
 */
export async function verify(database: Database, options: VerifyOptions = {}): Promise<Verified> {
  const on = await database.connect();
  try {
    return await new Verification(on, options).run();
  } finally {
    await on.close();
  }
}

class Verification {
  readonly #on: Connection;
  readonly #options: VerifyOptions;
  readonly #catalogs = new Set<string>();
  readonly #faults: Fault[] = [];
  #heads: HeadsBeside | null = null;
  #accounts = 0;
  #ofAccounts = 0;
  #entries = 0;
  #reached: number;

  constructor(on: Connection, options: VerifyOptions) {
    this.#on = on;
    this.#options = options;
    this.#reached = options.from ?? 0;
  }

  async run(): Promise<Verified> {
    const { account, from, heads } = this.#options;
    let after = from === undefined ? LOWEST : BigInt(from);
    let upTo = HIGHEST;
    if (account !== undefined) {
      const { rows } = await this.#on.query(NUMBER, [account]);
      if (rows[0] === undefined) throw new RangeError(`there is no account ${account}`);
      upTo = rows[0].number;
      after = upTo - 1n;
    }
    if (heads !== undefined) {
      this.#heads = await HeadsBeside.after(heads, after === LOWEST ? 0 : Number(after));
    }
    this.#ofAccounts = Number((await this.#on.query(COUNT, [after, upTo])).rows[0]?.count);
    for (let next: bigint | null = after; next !== null; ) next = await this.#chunk(next, upTo);
    if (account === undefined && !this.#ends) await this.#checkBudgets();
    if (from === undefined && !this.#ends) {
      const whose = account === undefined ? null : upTo;
      for (const fault of await verifyAudit(this.#on, { account: whose, limit: MAX_FAULTS }))
        this.#report(fault);
    }
    return {
      accounts: this.#accounts,
      entries: this.#entries,
      faults: this.#faults,
      reached: this.#reached,
    };
  }

  /** What campaigns count as spent is the sum of what they awarded, and of what is promised to inviters. */
  async #checkBudgets(): Promise<void> {
    const { rows } = await this.#on.query(BUDGETS, []);
    for (const { id, spent, awarded } of rows) {
      const what = `campaign ${id}: spent is ${spent}, and its awards come to ${awarded}`;
      this.#report({ account: '', seq: 0, what });
    }
  }

  get #ends(): boolean {
    return this.#options.signal?.aborted === true || this.#faults.length >= MAX_FAULTS;
  }

  readonly #report = (fault: Fault): void => {
    if (this.#faults.length < MAX_FAULTS) this.#faults.push(fault);
  };

  #tell(): void {
    this.#options.onProgress?.({
      accounts: this.#accounts,
      ofAccounts: this.#ofAccounts,
      entries: this.#entries,
      reached: this.#reached,
    });
  }

  /** Looks at the next accounts in one snapshot; answers where the next chunk begins, null behind the last. */
  async #chunk(after: bigint, upTo: bigint): Promise<bigint | null> {
    try {
      const [, catalogs, { rows }] = await Promise.all([
        this.#on.query(BEGIN_SNAPSHOT, []),
        this.#on.query(CATALOGS, []),
        this.#on.query(ACCOUNTS, [after, upTo, CHUNK]),
      ]);
      for (const row of catalogs.rows) this.#checkCatalog(row);
      const last = rows.length < CHUNK ? upTo : (rows.at(-1) as ScannedAccount).number;
      const done = await this.#walk(rows, { after, upTo: last });
      await this.#on.query(COMMIT, []);
      if (done) this.#tell();
      return done && last < upTo ? last : null;
    } catch (error) {
      await this.#on.query(ROLLBACK, []).catch(() => undefined);
      throw error;
    }
  }

  #checkCatalog({ version, document }: { version: string; document: string }): void {
    if (this.#catalogs.has(version)) return;
    this.#catalogs.add(version);
    let found: string;
    try {
      const recorded = JSON.parse(document) as JsonValue;
      readCatalog(recorded);
      found = versionOf(recorded);
    } catch {
      found = 'no catalog at all';
    }
    if (found !== version) {
      this.#report({ account: '', seq: 0, what: `catalog ${version}: the document is ${found}` });
    }
  }

  /** False where the run ends before the last of these accounts. */
  async #walk(accounts: readonly ScannedAccount[], range: { after: bigint; upTo: bigint }): Promise<boolean> {
    const on = this.#on;
    const tables: Tables = {
      entries: new Scan(on, { statement: ENTRIES, placeOf: (row) => row.seq }, range),
      grants: new Scan(on, { statement: GRANTS, placeOf: (row) => row.no }, range),
      holds: new Scan(on, { statement: HOLDS, placeOf: (row) => row.no }, range),
      members: new Scan(on, { statement: MEMBERS, placeOf: (row) => row.no }, range),
      redactions: new Scan(on, { statement: REDACTIONS, placeOf: (row) => row.seq }, range),
    };
    await Promise.all(Object.values(tables).map((scan: { start(): Promise<void> }) => scan.start()));
    for (const row of accounts) {
      await this.#orphans(tables, row.number);
      await this.#absent(Number(row.number));
      if (!(await this.#account(row, tables))) return false;
      this.#accounts += 1;
      this.#reached = Number(row.number);
      if (this.#ends) return false;
    }
    await this.#orphans(tables, range.upTo + 1n);
    if (range.upTo === HIGHEST) await this.#absent(Number.POSITIVE_INFINITY);
    return true;
  }

  /** Reports rows of accounts that are not there, before the account numbered `before`. */
  async #orphans(tables: Tables, before: bigint): Promise<void> {
    for (const [name, scan] of Object.entries(tables) as [string, Scan<{ account: bigint; seq: bigint }>][]) {
      let told: bigint | null = null;
      for (let row = scan.row; row !== undefined && row.account < before; row = scan.row) {
        if (row.account !== told) {
          const what = `${name}: the account that they are of is not there`;
          this.#report({ account: `#${row.account}`, seq: Number(row.seq), what });
        }
        told = row.account;
        await scan.next();
      }
    }
  }

  /** Reports accounts that were exported once and are not there, before the one numbered `before`. */
  async #absent(before: number): Promise<void> {
    for (const { account, seq } of (await this.#heads?.before(before)) ?? []) {
      this.#report({ account, seq, what: 'account: it was exported once and is not there' });
    }
  }

  async #account(row: ScannedAccount, tables: Tables): Promise<boolean> {
    const exported = (await this.#heads?.of(Number(row.number))) ?? null;
    const setting = { row, exported, catalogs: this.#catalogs, report: this.#report };
    const replay = new Replay(setting);
    const { entries, grants, holds, members, redactions } = tables;
    for (let member = members.row; member?.account === row.number; member = members.row) {
      replay.member(member);
      await members.next();
    }
    for (let entry = entries.row; entry?.account === row.number; entry = entries.row) {
      const redacted = redactions.row?.account === row.number;
      replay.entry(entry, redacted ? await redactionOf(entry, redactions, replay) : undefined);
      if (entry.type === 'hold' && entry.hold !== null) await this.#hold(replay, entry, holds);
      const wait = entries.next();
      if (wait !== undefined) await wait;
      this.#entries += 1;
      if (this.#entries % PROGRESS_ENTRIES === 0) {
        this.#tell();
        if (this.#ends) return false;
      }
    }
    for (let hold = holds.row; hold?.account === row.number; hold = holds.row) {
      replay.strayHold(hold);
      await holds.next();
    }
    for (let stray = redactions.row; stray?.account === row.number; stray = redactions.row) {
      replay.strayRedaction(stray);
      await redactions.next();
    }
    replay.ended();
    for (let grant = grants.row; grant?.account === row.number; grant = grants.row) {
      replay.grant(grant);
      const wait = grants.next();
      if (wait !== undefined) await wait;
    }
    replay.finish();
    return true;
  }

  /** Hands over the row of the hold that an entry opened: numbers rise with entries, so rows come in step. */
  async #hold(
    replay: Replay,
    entry: { account: bigint; hold: bigint | null },
    holds: Tables['holds'],
  ): Promise<void> {
    const no = entry.hold as bigint;
    let row = holds.row;
    for (; row !== undefined && row.account === entry.account && row.no < no; row = holds.row) {
      replay.strayHold(row);
      await holds.next();
    }
    const found = row?.account === entry.account && row.no === no;
    replay.hold(Number(no), found ? row : undefined);
    if (found) await holds.next();
  }
}

/** The row that says how an entry was redacted, where it was; rows are in step with the entries. */
async function redactionOf(
  entry: ScannedEntry,
  redactions: Tables['redactions'],
  replay: Replay,
): Promise<ScannedRedaction | undefined> {
  let { row } = redactions;
  for (; row !== undefined && row.account === entry.account && row.seq < entry.seq; row = redactions.row) {
    replay.strayRedaction(row);
    await redactions.next();
  }
  if (row?.account !== entry.account || row.seq !== entry.seq) return undefined;
  await redactions.next();
  return row;
}

interface Tables {
  readonly redactions: Scan<ScannedRedaction>;
  readonly entries: Scan<ScannedEntry>;
  readonly grants: Scan<ScannedGrant>;
  readonly holds: Scan<ScannedHold>;
  readonly members: Scan<ScannedMember>;
}
