import { createHash } from 'node:crypto';
import type * as wire from '@drawdown/client';
import type { Call, Replayed, StaffCaller } from '../change.ts';
import type { Metadata } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { DrawdownError } from '../errors.ts';
import type { Campaigns } from '../sources/campaign.ts';
import { refusalOf } from '../sources/campaign-refusal.ts';
import { BY_ID, type CampaignRow, DECIDED_ALONE, START, STOP } from '../sources/campaign-rows.ts';
import type { SourceSetting } from '../sources/source.ts';
import { NOBODY, recording } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import type { Write } from '../store/task.ts';
import { type ApprovalRow, approvalOf, deciding } from './approval-rows.ts';
import { demandOpen } from './asking.ts';
import { auditBefore } from './audit-rows.ts';
import { presentApproval, presentAudit } from './present.ts';

interface Deciding {
  readonly by: StaffCaller;
  readonly reason: string;
  readonly now: number;
}

/** Campaigns that wait: a second person starts them, or they are over. Whoever decides takes the campaign's lock. */
export class CampaignStarts {
  readonly #setting: SourceSetting;
  readonly #campaigns: Pick<Campaigns, 'show' | 'gives'>;

  constructor(setting: SourceSetting, campaigns: Pick<Campaigns, 'show' | 'gives'>) {
    this.#setting = setting;
    this.#campaigns = campaigns;
  }

  /** What may be given once it has started. Writes nothing. */
  async preview(row: ApprovalRow, now: number): Promise<wire.CampaignPreview> {
    const id = subjectOf(row);
    const found = (await this.#setting.database.query(BY_ID, [id])).rows[0] as CampaignRow;
    return {
      preview: this.#named(found),
      act: 'start_campaign',
      as_of: formatInstant(now),
      size: row.size === null ? null : this.#setting.presenter.credits(row.size),
      campaign: await this.#campaigns.show(id),
    };
  }

  /** Starts it, once, whoever else approves it. */
  async approve(
    row: ApprovalRow,
    { preview, by, reason, now }: Deciding & { readonly preview: string },
  ): Promise<wire.ActReceipt & Replayed> {
    const { database, presenter } = this.#setting;
    const id = subjectOf(row);
    const came = await database.transaction(async (on) => {
      const campaign = await campaignOf(on, id);
      if ((await this.#again(on, row)).state === 'approved') return 'known';
      await demandOpen({ on, now }, row);
      if (campaign.stopped_at !== null) {
        throw refusalOf('campaign_stopped', id, 'The campaign was stopped before it started.');
      }
      if (this.#named(campaign) !== preview) return 'changed';
      await on.query(START, [id]);
      await write(on, [
        deciding({ ...placeOf(row), state: 'approved', by, at: now, reason, seq: null }),
        recording({
          ...recordOf(row, now),
          act: 'start_campaign',
          staff: { id: row.staff, name: row.name, request: by.request },
          reason: row.reason,
          size: row.size ?? 0n,
          approvedBy: by,
        }),
      ]);
      return 'done';
    });
    if (came === 'changed') {
      throw new DrawdownError('preview_changed', undefined, { preview: await this.preview(row, now) });
    }
    const any = { account: null, staff: null, from: null, to: null, before: Number.MAX_SAFE_INTEGER };
    const [record] = await auditBefore(database, { ...any, act: 'start_campaign', subject: id, limit: 1 });
    const after = await this.#again(database, row);
    return {
      state: 'done',
      audit: record === undefined ? null : presentAudit(presenter, record),
      operation: null,
      balance: null,
      approval: presentApproval(presenter, after, now),
      replayed: came === 'known',
    };
  }

  /** Whoever decides against it, or takes it back, stops the campaign: nothing was ever given of it. */
  async close(
    row: ApprovalRow,
    state: 'rejected' | 'withdrawn',
    { by, reason, now, call }: Deciding & { readonly call: Call },
  ): Promise<void> {
    const id = subjectOf(row);
    await this.#setting.database.transaction(async (on) => {
      const campaign = await campaignOf(on, id);
      await demandOpen({ on, now }, row);
      const record = { ...recordOf(row, now), staff: by, reason };
      await write(on, [
        deciding({ ...placeOf(row), state, by, at: now, reason, seq: null }),
        recording({ ...record, act: state === 'rejected' ? 'reject' : 'withdraw' }),
      ]);
      // A file of the catalog has taken its place, or somebody stopped it before.
      if (!campaign.waiting || campaign.stopped_at !== null) return;
      await on.query(STOP, [id, now, call.actor ?? 'library', reason]);
      const { approval: _, ...stopped } = record;
      await write(on, [recording({ ...stopped, act: 'stop_campaign' })]);
    });
  }

  async #again(on: Pick<Connection, 'query'>, { no }: ApprovalRow): Promise<ApprovalRow> {
    return (await approvalOf(on, NOBODY, Number(no))) as ApprovalRow;
  }

  /** The same as long as the same is given: the terms never change, and a catalog may no more take them. */
  #named(row: CampaignRow): string {
    const gives = `${this.#campaigns.gives(row)} ${row.terms}`;
    return `pvw_${createHash('sha256').update(gives).digest('hex').slice(0, DIGEST_HEX)}`;
  }
}

/** 128 bits, as of every preview. */
const DIGEST_HEX = 32;

const placeOf = ({ no }: ApprovalRow) => ({ account: NOBODY, no: Number(no) });

const recordOf = (row: ApprovalRow, at: number) => ({
  account: NOBODY,
  at,
  subject: subjectOf(row),
  input: {} as Metadata,
  entries: null,
  approval: Number(row.no),
});

function subjectOf({ subject }: ApprovalRow): string {
  if (subject === null) throw new Error('what starts is a campaign');
  return subject;
}

async function campaignOf(on: Connection, id: string): Promise<CampaignRow> {
  const row = (await on.query(DECIDED_ALONE, [id])).rows[0];
  if (row === undefined) throw new Error('a campaign is never taken away');
  return row;
}

async function write(on: Connection, writes: readonly Write[]): Promise<void> {
  for (const { statement, params } of writes) await on.query(statement, params);
}
