/** How an act comes to wait for a second person, and what must hold when one approves it. */
import { createHash } from 'node:crypto';
import type { AskedPrepared, Call, StaffCaller } from '../change.ts';
import type { Metadata } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import { type Recorded, recording } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import { type ApprovalRow, approvalOf, requesting } from './approval-rows.ts';
import type { StoredPreview } from './present.ts';

export interface Where {
  readonly on: Connection;
  readonly now: number;
}

/** An act whose effect was shown before. */
export interface Wanted {
  readonly preview: string;
  readonly reason: string;
  /** Where it needs a second person, what is written down for one; null: one has approved it. */
  readonly asking: { readonly request: Metadata; readonly key: Buffer } | null;
  readonly approval: Approved | null;
}

export interface Approved {
  readonly row: ApprovalRow;
  readonly by: StaffCaller;
  readonly reason: string;
}

type Known = Pick<Recorded, 'account' | 'staff'> & {
  readonly no: number;
  readonly reason: string;
  readonly preview: StoredPreview;
  readonly size: bigint;
};

/** What waits for a second person, and that it was asked for. */
export function asking<T>(
  known: Known,
  { asked, wanted, now, waitMs }: { asked: AskedPrepared<T>; wanted: Wanted; now: number; waitMs: number },
): Write[] {
  const { request, key } = wanted.asking as NonNullable<Wanted['asking']>;
  const one = { ...known, at: now, input: request };
  return [
    requesting({ ...one, act: asked.verb, expiresAt: now + waitMs, key }),
    recording({ ...one, act: 'request', entries: null, approval: known.no }),
  ];
}

/** Under the account's lock: nobody decides on it meanwhile. */
export async function demandOpen({ on, now }: Where, { account, no }: ApprovalRow): Promise<void> {
  const row = await approvalOf(on, Number(account), Number(no));
  if (row?.state === 'pending' && Number(row.expires_at) > now) return;
  throw new DrawdownError('approval_closed', undefined, { state: row?.state ?? 'expired' });
}

/** What one of the staff asked for under a key is found again by it. */
export const keyOf = (staff: StaffCaller, { idempotencyKey = '' }: Call): Buffer =>
  createHash('sha256').update(`${staff.id} ${idempotencyKey}`).digest().subarray(0, 16);
