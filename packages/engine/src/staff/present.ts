import type * as wire from '@drawdown/client';
import { type Account, type Grant, grantState, type Metadata } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { approvalId, auditId, grantId, operationId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import type { ApprovalRow } from './approval-rows.ts';
import type { AuditRow } from './audit-rows.ts';
import type { Effect } from './effect.ts';
import type { OfLate } from './family.ts';

type Unnamed = Omit<wire.Balance, 'account'>;

/** A preview as it is kept: whose account it was says the row's number alone. */
export type StoredPreview = Omit<wire.ActPreview, 'account' | 'before' | 'after'> & {
  readonly before: Unnamed;
  readonly after: Unnamed;
};

export interface Shown {
  readonly act: wire.ActName;
  readonly account: Account;
  readonly now: number;
  readonly effect: Effect;
  readonly ofLate: OfLate;
  readonly limits: Limits;
  /** Of a charge that it ends. */
  readonly charge: wire.EndedCharge | undefined;
}

/** From how many atoms on, of one of the staff within 24 hours, a second person is needed; null: never. */
export interface Limits {
  readonly account: bigint | null;
  readonly staff: bigint | null;
  /** How long an act waits for a second person. */
  readonly waitMs: number;
}

/** Whether an act makes it more than one of the staff may do alone. What moves nothing never does. */
export function needsSecond({ account, staff }: Limits, { onAccount, inAll }: OfLate, size: bigint): boolean {
  if (size === 0n) return false;
  return (account !== null && onAccount + size > account) || (staff !== null && inAll + size > staff);
}

export function presentLimits(presenter: Presenter, { account, staff }: Limits): wire.ApprovalLimits {
  const credits = (atoms: bigint | null) => (atoms === null ? null : presenter.credits(atoms));
  return { account_limit: credits(account), staff_limit: credits(staff) };
}

export function previewOf(presenter: Presenter, shown: Shown): StoredPreview {
  const { act, account, now, effect, ofLate, limits, charge } = shown;
  const unnamed = ({ account: _account, ...balance }: wire.Balance): Unnamed => balance;
  const facts = (grant: Grant): wire.LotFacts => ({
    remaining: presenter.credits(grant.phase === 'scheduled' ? grant.amount : grant.remaining),
    held: presenter.credits(grant.held),
    state: grantState(grant, now),
    expires_at: grant.expiresAt === null ? null : formatInstant(grant.expiresAt),
  });
  return {
    preview: `pvw_${effect.digest}`,
    act,
    as_of: formatInstant(now),
    size: presenter.credits(effect.size),
    before: unnamed(presenter.balance(account, now)),
    after: unnamed(presenter.balance(effect.after, now)),
    lots: effect.lots.map(({ before, after }) => ({
      grant: before === null ? null : grantId(account.number, after.no),
      class: after.class,
      before: before && facts(before),
      after: facts(after),
    })),
    ...(charge === undefined ? {} : { charge }),
    approval: {
      required: needsSecond(limits, ofLate, effect.size),
      ...presentLimits(presenter, limits),
      account_used: presenter.credits(ofLate.onAccount),
      staff_used: presenter.credits(ofLate.inAll),
    },
  };
}

export function named({ before, after, ...preview }: StoredPreview, account: string): wire.ActPreview {
  return { ...preview, account, before: { account, ...before }, after: { account, ...after } };
}

export function presentAudit(presenter: Presenter, row: AuditRow): wire.AuditRecord {
  const account = Number(row.account);
  const seq = row.seq === null ? null : Number(row.seq);
  const last = Number(row.last_seq ?? 0);
  const { approved_by, approved_name } = row;
  return {
    id: auditId(account, Number(row.no)),
    at: formatInstant(Number(row.at)),
    act: row.act as wire.AuditRecord['act'],
    account: row.id,
    subject: row.subject,
    staff: { id: row.staff, name: row.name },
    approved_by: approved_by === null ? null : { id: approved_by, name: approved_name ?? approved_by },
    reason: row.reason,
    input: JSON.parse(row.input) as Metadata,
    preview:
      row.preview === null || row.id === null
        ? null
        : named(JSON.parse(row.preview) as StoredPreview, row.id),
    size: presenter.credits(row.size),
    operation: seq === null ? null : operationId(account, { at: Number(row.operation_at), seq }),
    entries: seq === null ? [] : Array.from({ length: last - seq + 1 }, (_, i) => seq + i),
    approval: row.approval === null ? null : approvalId(account, Number(row.approval)),
    request_id: row.request,
  };
}

export function presentApproval(presenter: Presenter, row: ApprovalRow, now: number): wire.Approval {
  const account = Number(row.account);
  const { decided_by: by, decided_name: name, decided_at: at, seq } = row;
  const isOver = row.state === 'pending' && Number(row.expires_at) <= now;
  return {
    id: approvalId(account, Number(row.no)),
    account: row.id,
    campaign: row.subject,
    act: row.act as wire.Approval['act'],
    request: JSON.parse(row.input) as Metadata,
    reason: row.reason,
    requested_by: { id: row.staff, name: row.name },
    size: row.size === null ? null : presenter.credits(row.size),
    preview:
      row.preview === '{}' || row.id === null
        ? null
        : named(JSON.parse(row.preview) as StoredPreview, row.id),
    state: isOver ? 'expired' : row.state,
    created_at: formatInstant(Number(row.at)),
    expires_at: formatInstant(Number(row.expires_at)),
    decided_by: by === null ? null : { id: by, name: name ?? by },
    decided_at: at === null ? null : formatInstant(Number(at)),
    decision_reason: row.decision_reason,
    operation: seq === null ? null : operationId(account, { at: Number(row.operation_at), seq: Number(seq) }),
  };
}
