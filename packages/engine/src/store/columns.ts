import { type Account, type Grant, type Hold, isFinished } from '../core/account.ts';
import { canonicalJson, detailText } from '../core/canonical.ts';
import { bucketOf } from '../core/id.ts';
import { dueAt } from '../core/settle.ts';
import { entryOf, type StoredEntry } from './rows.ts';
import type { ScannedAccount, ScannedEntry, ScannedGrant, ScannedHold } from './scan.ts';

/*
 * What every column of a row must hold, told from the state that the ledger leads to; as the scan reads it. The types
 * demand each column of the scanned row, so that a new one cannot be forgotten here.
 */

type Columns<Row> = { readonly [Column in keyof Row]-?: unknown };

const int8 = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

export function grantColumns(account: number, grant: Grant): Columns<ScannedGrant> {
  return {
    account: BigInt(account),
    no: BigInt(grant.no),
    seq: BigInt(grant.seq),
    class: grant.class,
    amount: grant.amount,
    priority: grant.priority,
    effective_at: BigInt(grant.effectiveAt),
    expires_at: int8(grant.expiresAt),
    features: grant.features === null ? null : textArrayLiteral(grant.features),
    source_type: grant.source.type,
    source_ref: grant.source.ref,
    cost_minor: grant.cost === null ? null : BigInt(grant.cost.amountMinor),
    currency: grant.cost?.currency ?? null,
    catalog: grant.catalog,
    metadata: canonicalJson(grant.metadata),
    created_at: BigInt(grant.createdAt),
    phase: grant.phase,
    frozen: grant.frozen,
    granted: grant.granted,
    remaining: grant.remaining,
    held: grant.held,
    consumed: grant.consumed,
    expired: grant.expired,
    voided: grant.voided,
    transferred: grant.transferred,
    finished: isFinished(grant),
    bucket: bucketOf(account),
  };
}

export function holdColumns(account: number, hold: Hold): Columns<ScannedHold> {
  return {
    account: BigInt(account),
    no: BigInt(hold.no),
    seq: BigInt(hold.seq),
    amount: hold.amount,
    captured: hold.captured,
    feature: hold.feature,
    draws: `{${hold.draws.map((one) => `${one.grant},${one.amount}`).join(',')}}`,
    actor: hold.actor,
    member: hold.member,
    state: hold.state,
    created_at: BigInt(hold.createdAt),
    expires_at: BigInt(hold.expiresAt),
    bucket: bucketOf(account),
  };
}

/** The columns that entries move; those of the profile are under a hash of their own. */
type MovedColumn =
  | 'seq'
  | 'at'
  | 'head'
  | 'total'
  | 'debt'
  | 'stamp'
  | 'due_at'
  | 'closed_at'
  | 'merged_into'
  | 'bucket';

export function accountColumns(account: Account, head: Buffer): Columns<Pick<ScannedAccount, MovedColumn>> {
  return {
    seq: BigInt(account.seq),
    at: BigInt(account.at),
    head,
    total: account.total,
    debt: account.debt,
    stamp: BigInt(account.stamp),
    due_at: int8(dueAt(account)),
    closed_at: int8(account.closed?.at ?? null),
    merged_into: int8(account.closed?.into ?? null),
    bucket: bucketOf(account.number),
  };
}

/** The columns in which a row is not what it must be. */
export function differing<Column extends string>(
  row: { readonly [name in NoInfer<Column>]: unknown },
  expected: { readonly [name in Column]: unknown },
): Column[] {
  const same = (found: unknown, right: unknown): boolean =>
    found instanceof Buffer && right instanceof Buffer ? found.equals(right) : found === right;
  return (Object.keys(expected) as Column[]).filter((column) => !same(row[column], expected[column]));
}

/** The entry of a row. Throws where a column cannot be read, or is not written the one way it is written. */
export function readEntry(row: ScannedEntry): StoredEntry {
  const entry = entryOf({ ...row, moves: [] });
  const moves = readMoves(row.moves);
  if (entry.detail !== null && detailText(entry.detail) !== row.detail) {
    throw new SyntaxError('detail is not in its canonical text');
  }
  return { ...entry, moves };
}

function readMoves(text: string): StoredEntry['moves'] {
  if (text === '{}') return [];
  const items = text.slice(1, -1).split(',');
  if (items.length % 3 !== 0) throw new SyntaxError('moves are not triples');
  const moves: StoredEntry['moves'][number][] = [];
  for (let i = 0; i < items.length; i += 3) {
    const grant = Number(BigInt(items[i] as string));
    moves.push({ grant, remaining: BigInt(items[i + 1] as string), held: BigInt(items[i + 2] as string) });
  }
  return moves;
}

/** As the server writes a `text[]`: quoted only where an item could be taken for something else. */
function textArrayLiteral(items: readonly string[]): string {
  const written = items.map((item) =>
    /^[^\s"{},\\]+$/.test(item) && item.toLowerCase() !== 'null'
      ? item
      : `"${item.replace(/["\\]/g, '\\$&')}"`,
  );
  return `{${written.join(',')}}`;
}
