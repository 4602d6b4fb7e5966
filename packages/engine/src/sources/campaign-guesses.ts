import { bucketOf } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection, Database } from '../store/database.ts';
import * as rows from './campaign-rows.ts';

/** Ten slips of the finger in an hour are a person's; the eleventh guess is answered no more, right or wrong. */
const MAX_FAILURES = 10;
const WINDOW_MS = 60 * 60 * 1000;

interface Asker {
  readonly account: number;
  readonly now: number;
}

/** Throws 429 where the account has tried too many codes that were none. */
export async function demandAttempt(on: Connection, { account, now }: Asker): Promise<void> {
  const { rows: found } = await on.query(rows.FAILURES, [account, now - WINDOW_MS]);
  const window = found[0];
  if (window === undefined || Number(window.failures) < MAX_FAILURES) return;
  const retry_after = Math.max(1, Math.ceil((Number(window.since) + WINDOW_MS - now) / 1000));
  throw new DrawdownError('rate_limited', `Too many unknown codes; try again in ${retry_after} s`, {
    retry_after,
  });
}

/**
 * Counts a code that was none, and answers the refusal. In a statement of its own, since the asking transaction will
 * be rolled back; the account is locked meanwhile, so that guesses made at once are counted one by one.
 */
export async function failedAttempt(database: Database, { account, now }: Asker): Promise<DrawdownError> {
  await database.query(rows.FAILED, [account, now, now - WINDOW_MS, bucketOf(account)]);
  return new DrawdownError('code_not_found', 'There is no such code.', { field: 'code' });
}
