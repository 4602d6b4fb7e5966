/** The rows of keys. Times are epoch milliseconds. */
import { statement } from '../store/database.ts';

export interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: string;
  created_at: bigint;
  created_by: string;
  owner: string | null;
  vouched_at: bigint | null;
  vouched_by: string | null;
  expires_at: bigint | null;
  revoked_at: bigint | null;
  last_used_at: bigint | null;
}

const COLUMNS = `id, name, prefix, scopes, created_at, created_by, owner, vouched_at, vouched_by, expires_at, revoked_at,
  last_used_at`;

export const insertKey = statement<
  [string, Buffer, string, string, string, number, string, number | null, string | null],
  KeyRow
>(
  'keys.insert',
  `insert into drawdown.keys (id, hash, name, prefix, scopes, created_at, created_by, expires_at, owner)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
);
export const findKey = statement<[Buffer], KeyRow>(
  'keys.find',
  `select ${COLUMNS} from drawdown.keys where hash = $1`,
);
export const listKeys = statement<[string, number], KeyRow>(
  'keys.list',
  `select ${COLUMNS} from drawdown.keys where id < $1 order by id desc limit $2`,
);
export const lockKey = statement<[string], KeyRow>(
  'keys.lock',
  `select ${COLUMNS} from drawdown.keys where id = $1 for update`,
);
export const revokeKey = statement<[string, number, string], KeyRow>(
  'keys.revoke',
  `update drawdown.keys set revoked_by = $3, revoked_at = $2 where id = $1 returning ${COLUMNS}`,
);
export const vouchForKey = statement<[string, number, string], KeyRow>(
  'keys.vouch',
  `update drawdown.keys set vouched_by = $3, vouched_at = $2 where id = $1 returning ${COLUMNS}`,
);
export const isIdentity = statement<[string], { id: string }>(
  'keys.is_identity',
  'select id from drawdown.staff_identities where id = $1',
);
export const touchKey = statement<[string, number], never>(
  'keys.touch',
  'update drawdown.keys set last_used_at = greatest(coalesce(last_used_at, 0), $2) where id = $1',
);
