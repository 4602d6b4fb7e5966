/** Staff look for an account: by its id, or by the id or reference of anything that leads to one. */
import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import {
  parseGrantId,
  parseHoldId,
  parseOperationId,
  parsePurchaseId,
  parseSubscriptionId,
} from '../core/id.ts';
import { invalid } from '../errors.ts';
import { readLimit } from '../page.ts';
import type { Presenter } from '../present.ts';
import { codeHash } from '../sources/campaign-code.ts';
import { PROVIDERS } from '../sources/provider.ts';
import type { SourceSetting } from '../sources/source.ts';
import { textArray } from '../store/binary.ts';
import { nowStatement } from '../store/clock.ts';
import { type Database, statement } from '../store/database.ts';

export interface AccountsQuery {
  readonly q?: string;
  readonly state?: 'all' | 'active' | 'due' | 'closed' | 'frozen';
  readonly kind?: 'user' | 'team';
  readonly limit?: number;
  readonly cursor?: string;
}

interface Row {
  number: bigint;
  id: string;
  kind: 'user' | 'team';
  created_at: bigint;
  seq: bigint;
  total: bigint;
  closed_at: bigint | null;
  due_at: bigint | null;
  frozen: bigint;
}

const COLUMNS = `a.number, a.id, a.kind, a.created_at, a.seq, a.total, a.closed_at, a.due_at,
  (select count(*) from drawdown.grants g where g.account = a.number and g.frozen and not g.finished) as frozen`;

/** Of a range of ids, behind a place in it; one text for each state, so that each is read from the index that fits it. */
const listOf = (name: string, condition: string) =>
  statement<[string, string | null, string | null, number, number, string], Row>(
    `staff_accounts_${name}`,
    `select ${COLUMNS} from drawdown.accounts a
      where a.id >= $1 and a.id > $6 and ($2::text is null or a.id < $2) and ($3::text is null or a.kind = $3)
        and $4::int8 is not null and ${condition}
      order by a.id limit $5`,
  );

const LISTS = {
  all: listOf('all', 'true'),
  active: listOf('active', 'a.closed_at is null'),
  due: listOf('due', 'a.due_at <= $4'),
  closed: listOf('closed', 'a.closed_at is not null'),
  frozen: listOf(
    'frozen',
    'a.number in (select f.account from drawdown.grants f where f.frozen and not f.finished)',
  ),
};

const BY_NUMBERS = statement<[string], Row>(
  'staff_accounts_by_number',
  `select ${COLUMNS} from drawdown.accounts a where a.number = any ($1::int8[]) order by a.id`,
);

/** What people have in their hands: the number on a receipt, or what a provider or the product calls something. */
const BY_REFERENCE = statement<[string, Buffer, Buffer], { account: bigint; by: string }>(
  'staff_accounts_by_reference',
  `select account, 'purchase' as by from drawdown.purchases
    where provider = any ($2::text[]) and (payment = $1 or checkout = $1)
   union
   select account, 'subscription' from drawdown.subscriptions where ref = $1
   union
   select redeemed_by, 'code' from drawdown.campaign_codes where hash = $3 and redeemed_by is not null
   union
   select owner, 'code' from drawdown.campaign_codes where hash = $3 and owner is not null`,
);

type Found = NonNullable<wire.FoundAccount['found']>;

/** Where an id leads by itself. */
const ADDRESSES: readonly [Found['by'], (id: string) => { account: number } | null][] = [
  ['grant', parseGrantId],
  ['operation', parseOperationId],
  ['hold', parseHoldId],
  ['purchase', parsePurchaseId],
  ['subscription', parseSubscriptionId],
];

/** Longer than any id or reference that is kept. */
const MAX_Q = 300;

export class Finding {
  readonly #setting: Pick<SourceSetting, 'clock' | 'presenter'> & { readonly database: Database };

  constructor(setting: SourceSetting) {
    this.#setting = setting;
  }

  /** By id; where none begins so, what an id or a reference of something else leads to. */
  async accounts(query: AccountsQuery): Promise<wire.Page<wire.FoundAccount>> {
    const { database, clock } = this.#setting;
    const q = query.q ?? '';
    if (q.length > MAX_Q || q.includes('\0'))
      throw invalid('q', `must be text of at most ${MAX_Q} characters`);
    const limit = readLimit(query.limit);
    const behind = query.cursor === undefined ? '' : readCursor(query.cursor);
    const { rows: clocks } = await database.query(nowStatement(clock), []);
    const { state = 'all', kind = null } = query;
    const { rows } = await database.query(LISTS[state], [
      q,
      // Ids are ASCII and are compared by their bytes: this is behind all that begin so.
      q === '' ? null : `${q}\uffff`,
      kind,
      Number(clocks[0]?.now),
      limit + 1,
      behind,
    ]);
    if (rows.length === 0 && behind === '' && q !== '')
      return { data: await this.#led(q), next_cursor: null };
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      data: shown.map((row) => present(row, this.#setting.presenter, foundAs('account', q, row.id))),
      next_cursor: rows.length > limit && last !== undefined ? cursorOf(last.id) : null,
    };
  }

  /** Accounts that something of this name leads to. */
  async #led(q: string): Promise<wire.FoundAccount[]> {
    const found = new Map<number, Found['by']>();
    for (const [by, parse] of ADDRESSES) {
      const address = parse(q);
      if (address !== null) found.set(address.account, by);
    }
    if (found.size === 0) {
      const params: [string, Buffer, Buffer] = [q, textArray([...PROVIDERS]), codeHash(q)];
      const { rows } = await this.#setting.database.query(BY_REFERENCE, params);
      for (const { account, by } of rows) found.set(Number(account), by as Found['by']);
    }
    if (found.size === 0) return [];
    const { rows } = await this.#setting.database.query(BY_NUMBERS, [`{${[...found.keys()].join(',')}}`]);
    return rows.map((row) => {
      const by = found.get(Number(row.number)) as Found['by'];
      return present(row, this.#setting.presenter, { by, id: q });
    });
  }
}

function present(row: Row, presenter: Presenter, found: Found | null): wire.FoundAccount {
  return {
    account: row.id,
    kind: row.kind,
    state: row.closed_at === null ? 'active' : 'closed',
    version: Number(row.seq),
    total: presenter.credits(row.total),
    frozen: Number(row.frozen),
    created_at: formatInstant(Number(row.created_at)),
    due_at: row.due_at === null ? null : formatInstant(Number(row.due_at)),
    found,
  };
}

const foundAs = (by: Found['by'], q: string, id: string): Found | null => (q === id ? { by, id } : null);

const LIST = 'staff_accounts:';

const cursorOf = (id: string): string => Buffer.from(`${LIST}${id}`).toString('base64url');

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(LIST) && cursorOf(text.slice(LIST.length)) === cursor) return text.slice(LIST.length);
  throw invalid('cursor', 'is none that this list gave', 'invalid_cursor');
}
