import type * as wire from '@drawdown/client';
import { type Account, type Grant, grantState, type Metadata } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { auditId, grantId, operationId } from '../core/id.ts';
import type { Presenter } from '../present.ts';
import type { AuditRow, OfLate } from './audit-rows.ts';
import type { Effect } from './effect.ts';

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
}

export function previewOf(presenter: Presenter, shown: Shown): StoredPreview {
  const { act, account, now, effect, ofLate } = shown;
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
    approval: {
      required: false,
      ...NO_LIMITS,
      account_used: presenter.credits(ofLate.onAccount),
      staff_used: presenter.credits(ofLate.inAll),
    },
  };
}

/** Nobody waits for a second person: there is no limit from which on they would. */
const NO_LIMITS: wire.ApprovalLimits = { account_limit: null, staff_limit: null };

export function named({ before, after, ...preview }: StoredPreview, account: string): wire.ActPreview {
  return { ...preview, account, before: { account, ...before }, after: { account, ...after } };
}

export function presentAudit(presenter: Presenter, row: AuditRow): wire.AuditRecord {
  const account = Number(row.account);
  const [seq, last] = [Number(row.seq), Number(row.last_seq)];
  return {
    id: auditId(account, Number(row.no)),
    at: formatInstant(Number(row.at)),
    act: row.act as wire.AuditRecord['act'],
    account: row.id,
    staff: { id: row.staff, name: row.name },
    approved_by: null,
    reason: row.reason,
    input: JSON.parse(row.input) as Metadata,
    preview: row.preview === null ? null : named(JSON.parse(row.preview) as StoredPreview, row.id),
    size: presenter.credits(row.size),
    operation: operationId(account, { at: Number(row.operation_at), seq }),
    entries: Array.from({ length: last - seq + 1 }, (_, i) => seq + i),
    approval: null,
    request_id: row.request,
  };
}
