import type * as wire from '@drawdown/client';
import { csvOf } from '../csv.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import { readInstant } from '../request.ts';
import type { SourceSetting } from '../sources/source.ts';
import { type AuditRow, type AuditWanted, auditBefore } from './audit-rows.ts';
import { presentAudit } from './present.ts';

export interface AuditQuery {
  readonly account?: string;
  readonly staff?: string;
  readonly act?: string;
  /** The id of what it was done to, where that is no account. */
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** Records in memory at a time, however many are exported. */
const CHUNK = 500;
const COLUMNS = [
  'id',
  'at',
  'act',
  'account',
  'subject',
  'staff',
  'staff_name',
  'approved_by',
  'approved_by_name',
  'reason',
  'size',
  'operation',
  'approval',
  'request_id',
  'input',
];

/** Everything that staff and admins did, newest first. */
export class AuditLog {
  readonly #setting: SourceSetting;

  constructor(setting: SourceSetting) {
    this.#setting = setting;
  }

  async list(query: AuditQuery): Promise<wire.Page<wire.AuditRecord>> {
    const limit = readLimit(query.limit);
    const before = query.cursor === undefined ? undefined : readCursor('audit', query.cursor);
    const wanted = await this.#wanted(query);
    const rows = wanted === null ? [] : await this.#read(wanted, before, limit + 1);
    const present = (row: AuditRow) => presentAudit(this.#setting.presenter, row);
    return pageOf('audit', rows, limit, ({ no }) => Number(no), present);
  }

  /** All of it as a table, in pieces: RFC 4180, a record a line. Records that are added meanwhile are not in it. */
  async *csv(query: Omit<AuditQuery, 'limit' | 'cursor'>): AsyncGenerator<string, void, undefined> {
    const wanted = await this.#wanted(query);
    yield csvOf([COLUMNS]);
    for (let before: number | undefined; wanted !== null; ) {
      const rows = await this.#read(wanted, before, CHUNK);
      if (rows.length === 0) return;
      yield csvOf(rows.map((row) => lineOf(presentAudit(this.#setting.presenter, row))));
      before = Number(rows.at(-1)?.no);
    }
  }

  /** Null: nothing can be found, since there is no such account. */
  async #wanted(query: AuditQuery): Promise<Omit<AuditWanted, 'before' | 'limit'> | null> {
    const from = query.from === undefined ? null : readInstant(query.from, 'from');
    const to = query.to === undefined ? null : readInstant(query.to, 'to');
    const account = query.account === undefined ? null : await this.#setting.accounts.numberOf(query.account);
    if (query.account !== undefined && account === null) return null;
    const { staff = null, act = null, subject = null } = query;
    return { account, staff, act, subject, from, to };
  }

  #read(
    wanted: Omit<AuditWanted, 'before' | 'limit'>,
    before: number | undefined,
    limit: number,
  ): Promise<AuditRow[]> {
    return auditBefore(this.#setting.database, {
      ...wanted,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit,
    });
  }
}

function lineOf(one: wire.AuditRecord): (string | number | null)[] {
  return [
    one.id,
    one.at,
    one.act,
    one.account,
    one.subject,
    one.staff.id,
    one.staff.name,
    one.approved_by?.id ?? null,
    one.approved_by?.name ?? null,
    one.reason,
    one.size,
    one.operation,
    one.approval,
    one.request_id,
    JSON.stringify(one.input),
  ];
}
