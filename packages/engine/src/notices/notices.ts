import type * as wire from '@drawdown/client';
import { NOTICE_TYPES } from '../core/notice.ts';
import { invalid } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Queries } from '../queries.ts';
import { type Database, statement } from '../store/database.ts';
import { placeOf, presentNotice } from './present.ts';

interface Row {
  account: bigint;
  no: bigint;
  type: string;
  at: bigint;
  data: string;
}

const OF_ACCOUNT = statement<[number, number, string | null, number], Row>(
  'notices_of_account',
  `select account, no, type, at, data from drawdown.notices
    where account = $1 and no < $2 and ($3::text is null or type = $3) order by no desc limit $4`,
);
const OF_ALL = statement<[number, number, string | null, number], Row>(
  'notices_of_all',
  `select account, no, type, at, data from drawdown.notices
    where (no, account) < ($1, $2) and ($3::text is null or type = $3) order by no desc, account desc limit $4`,
);

/** What was told, newest first, for as long as it is kept. */
export class Notices {
  readonly #database: Database;
  readonly #queries: Queries;

  constructor({ database, queries }: { readonly database: Database; readonly queries: Queries }) {
    this.#database = database;
    this.#queries = queries;
  }

  /** Of one account. What time has brought is entered first. */
  async ofAccount(id: string, query: wire.NoticesQuery): Promise<wire.Page<wire.Notice>> {
    const type = readType(query.type);
    const limit = readLimit(query.limit);
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('notices', query.cursor);
    const { account } = await this.#queries.settled(id);
    const { rows } = await this.#database.query(OF_ACCOUNT, [account.number, before, type, limit + 1]);
    return pageOf('notices', rows, limit, (row) => Number(row.no), presentNotice);
  }

  /** Of all accounts. What is committed late may appear below what was read: webhooks miss nothing, a list may. */
  async all(query: wire.NoticesQuery): Promise<wire.Page<wire.Notice>> {
    const type = readType(query.type);
    const limit = readLimit(query.limit);
    const { no, account } = placeOf(query.cursor);
    const { rows } = await this.#database.query(OF_ALL, [no, account, type, limit + 1]);
    const data = rows.slice(0, limit).map(presentNotice);
    return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }
}

function readType(type: string | undefined): string | null {
  if (type === undefined) return null;
  const known: readonly string[] = NOTICE_TYPES;
  if (known.includes(type)) return type;
  throw invalid('type', `must be one of ${NOTICE_TYPES.join(', ')}`);
}
