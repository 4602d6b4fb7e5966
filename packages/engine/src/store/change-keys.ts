/** Idempotency keys of changes that enter nothing in the ledger: theirs to repeat, and nobody else's to use. */
import { bucketOf } from '../core/id.ts';
import { hexArray, int8Array } from './binary.ts';
import { type Connection, type Result, statement } from './database.ts';
import type { KeyedPlace } from './lookups.ts';

const BY_KEY = statement<[Buffer, Buffer], { key: string; fingerprint: string }>(
  'change_keys_by_key',
  `select encode(k.key, 'hex') as key, encode(k.fingerprint, 'hex') as fingerprint
     from unnest($1::int8[], $2::bytea[]) as wanted (account, key)
     join drawdown.change_keys k on k.account = wanted.account and k.key = wanted.key`,
);

const KEEP = statement<readonly [number, string, string, number, number], never>(
  'keep_change_key',
  `insert into drawdown.change_keys (account, key, fingerprint, created_at, bucket)
   values ($1, decode($2, 'hex'), decode($3, 'hex'), $4, $5)`,
);

export const changeKeys = (
  on: Connection,
  wanted: readonly KeyedPlace[],
): Promise<Result<{ key: string; fingerprint: string }>> =>
  on.query(BY_KEY, [
    int8Array(wanted.map((place) => place.account)),
    hexArray(wanted.map((place) => place.key)),
  ]);

/** Under the account's lock, after the key was looked up and is nobody's. */
export const keepChangeKey = (
  on: Connection,
  { account, key }: KeyedPlace,
  { fingerprint, now }: { readonly fingerprint: string; readonly now: number },
): Promise<Result<never>> => on.query(KEEP, [account, key, fingerprint, now, bucketOf(account)]);
