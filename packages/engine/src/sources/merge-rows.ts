import { type Statement, statement } from '../store/database.ts';
import { GRANT_COLUMNS, type GrantRow } from '../store/rows.ts';

/**
 * Merges and closings are few and look at two accounts each, so they begin one at a time: whoever looks whether another
 * account is open knows that it stays so until the commit. The number is the lock's name.
 */
export const ONE_AT_A_TIME = statement<[], never>(
  'account_life_lock',
  'select pg_advisory_xact_lock(7205759403)',
);

export interface Party {
  number: bigint;
  kind: 'user' | 'team';
  closed_at: bigint | null;
  merged_into: bigint | null;
}

export const PARTY = statement<[number], Party>(
  'merge_party',
  'select number, kind, closed_at, merged_into from drawdown.accounts where number = $1',
);

/** With the entry that takes everything out. Due at once. */
export const MERGE: Statement<readonly unknown[], unknown> = statement(
  'merge_add',
  `insert into drawdown.merges (account, into_account, seq, actor, reason, created_at, due_at, bucket)
   values ($1, $2, $3, $4, $5, $6, $6, $7)`,
);

export interface MergeRow {
  account: bigint;
  into_account: bigint;
  seq: bigint;
  actor: string;
  reason: string;
  created_at: bigint;
  delivered_at: bigint | null;
  delivered_seq: bigint | null;
  tries: bigint;
}

const COLUMNS = 'account, into_account, seq, actor, reason, created_at, delivered_at, delivered_seq, tries';

export const DUE = statement<[number, number], MergeRow>(
  'merges_due',
  `select ${COLUMNS} from drawdown.merges where due_at <= $1 order by due_at limit $2`,
);
export const OF_ACCOUNT = statement<[number], MergeRow>(
  'merge_of',
  `select ${COLUMNS} from drawdown.merges where account = $1`,
);
/** In the transaction of the other account's entry; no row: nothing is due any more. */
export const DELIVER = statement<[number, number], MergeRow>(
  'merge_deliver',
  `update drawdown.merges set delivered_at = $2, due_at = null
    where account = $1 and due_at is not null returning ${COLUMNS}`,
);
export const DELIVERED: Statement<readonly unknown[], unknown> = statement(
  'merge_delivered',
  'update drawdown.merges set delivered_seq = $2 where account = $1',
);
export const POSTPONE = statement<[number, number], never>(
  'merge_postpone',
  'update drawdown.merges set due_at = $2, tries = tries + 1 where account = $1 and due_at is not null',
);
/** Ids of the accounts whose credits are still on their way into this one. */
export const COMING = statement<[number], { id: string }>(
  'merges_coming',
  `select a.id from drawdown.merges m join drawdown.accounts a on a.number = m.account
    where m.into_account = $1 and m.due_at is not null`,
);

/** The lots that left, in order of their numbers. */
export const SENT_LOTS = statement<[number], GrantRow>(
  'merge_lots',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and phase = 'transferred' order by no`,
);
export const SENT_ENTRY = statement<[number, number], { at: bigint; debt: bigint }>(
  'merge_entry',
  'select at, debt from drawdown.entries where account = $1 and seq = $2',
);
export const FROZEN_FOR = statement<[number, number], { reason: string }>(
  'merge_frozen_for',
  `select coalesce(detail ->> 'reason', 'frozen') as reason from drawdown.entries
    where account = $1 and type = 'freeze' and (detail ->> 'grant')::int8 = $2 order by seq desc limit 1`,
);
/** Lots of purchases, finished ones too: what was spent of them counts when the purchase is reversed. */
export const LOTS_OF = statement<[number, Buffer], GrantRow>(
  'merge_lots_of',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and no = any ($2::int8[])`,
);
export const MOVE_PURCHASE: Statement<readonly unknown[], unknown> = statement(
  'merge_purchase',
  'update drawdown.purchases set moved_to = $3, moved_no = $4 where account = $1 and no = $2',
);
/** Whoever is invited with them from now on is invited by the other account. */
export const MOVE_CODES: Statement<readonly unknown[], unknown> = statement(
  'merge_codes',
  'update drawdown.campaign_codes set owner = $2 where owner = $1',
);
