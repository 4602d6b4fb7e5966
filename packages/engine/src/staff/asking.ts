/** How an act comes to wait for a second person, and what must hold when one approves it. */
import { createHash } from 'node:crypto';
import type { AskedPrepared, Call, StaffCaller } from '../change.ts';
import type { Metadata } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import type { Outcome, Write } from '../store/task.ts';
import { type ApprovalRow, approvalOf, requesting } from './approval-rows.ts';
import { type Audited, auditing } from './audit-rows.ts';
import type { StoredPreview } from './present.ts';

/** How long an act waits for a second person. */
const WAIT_MS = 7 * 86_400_000;

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

export type Told = Omit<Audited, 'act' | 'input' | 'preview'> & {
  readonly reason: string;
  readonly preview: StoredPreview;
};

/** What waits for a second person, and that it was asked for. */
export function asking<T>(
  told: Told,
  { asked, wanted, now, outcome }: { asked: AskedPrepared<T>; wanted: Wanted; now: number; outcome: Outcome },
): Write[] {
  const { request, key } = wanted.asking as NonNullable<Wanted['asking']>;
  const [at, expiresAt] = [now, now + WAIT_MS];
  return [
    requesting({ ...told, act: asked.verb, at, expiresAt, input: request, key }),
    auditing({ ...told, act: 'request', input: request, approval: told.no }, outcome),
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
