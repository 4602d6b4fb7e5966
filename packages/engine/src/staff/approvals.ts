import type * as wire from '@drawdown/client';
import type { Call, Replayed, StaffCaller } from '../change.ts';
import type { Metadata } from '../core/account.ts';
import { parseApprovalId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import { readText } from '../request.ts';
import type { SourceSetting } from '../sources/source.ts';
import { recording } from '../store/audit.ts';
import { nowStatement } from '../store/clock.ts';
import type { Act, Acts } from './acts.ts';
import { type ApprovalRow, approvalOf, approvalsBefore, deciding } from './approval-rows.ts';
import type { CampaignStarts } from './campaign-starts.ts';
import { areRelated } from './family.ts';
import { presentApproval } from './present.ts';

export interface ApprovalsQuery {
  readonly state?: 'pending' | 'expired' | 'all';
  readonly asked_by?: string;
  readonly account?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** Acts that are more than one of the staff may do alone: another one of them approves or rejects what was asked for. */
export class Approvals {
  readonly #setting: SourceSetting;
  readonly #acts: Acts;
  readonly #starts: CampaignStarts;

  constructor(setting: SourceSetting, acts: Acts, starts: CampaignStarts) {
    this.#setting = setting;
    this.#acts = acts;
    this.#starts = starts;
  }

  /** Newest first; those that wait, unless all are asked for. */
  async list(query: ApprovalsQuery): Promise<wire.Page<wire.Approval>> {
    const { accounts, database, presenter } = this.#setting;
    const limit = readLimit(query.limit);
    const account = query.account === undefined ? null : await accounts.numberOf(query.account);
    if (query.account !== undefined && account === null) return { data: [], next_cursor: null };
    const now = await this.#now();
    const before =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('approvals', query.cursor);
    const { state = 'pending', asked_by: askedBy = null } = query;
    const wanted = { before, account, askedBy, state, now, limit: limit + 1 };
    const rows = await approvalsBefore(database, wanted);
    const present = (row: ApprovalRow) => presentApproval(presenter, row, now);
    return pageOf('approvals', rows, limit, ({ no }) => Number(no), present);
  }

  async show(id: string): Promise<wire.Approval> {
    return presentApproval(this.#setting.presenter, await this.#row(id), await this.#now());
  }

  /** What it would do as things stand now. Writes nothing. */
  async preview(id: string, call: Call): Promise<wire.ActPreview | wire.CampaignPreview> {
    const row = await this.#row(id);
    if (isCampaign(row)) return this.#starts.preview(row, await this.#now());
    return this.#acts.preview(actOf(row), call);
  }

  /**
   * Does it, once, whoever else approves it. Throws `preview_changed` where it would do something else than was shown,
   * `approval_closed` where somebody was first, and `forbidden` to whoever asked for it.
   */
  async approve(
    id: string,
    body: { readonly reason: string; readonly preview: string },
    call: Call,
  ): Promise<wire.ActReceipt & Replayed> {
    const staff = staffOf(call);
    const reason = readText(body.reason, 'reason');
    const row = await this.#row(id);
    await this.#demandOther(row, staff);
    const now = await this.#now();
    if (row.state !== 'approved') this.#demandOpen(row, now);
    if (isCampaign(row)) return this.#starts.approve(row, { preview: body.preview, by: staff, reason, now });
    return this.#acts.approved(actOf(row), {
      row,
      preview: body.preview,
      by: staff,
      reason,
      call: { ...call, principal: 'approval', idempotencyKey: id },
    });
  }

  /** By anybody but whoever asked for it. */
  async reject(id: string, body: { readonly reason: string }, call: Call): Promise<wire.Approval> {
    const row = await this.#row(id);
    await this.#demandOther(row, staffOf(call));
    return this.#close(row, 'rejected', { body, call });
  }

  /** By whoever asked for it. */
  async withdraw(id: string, body: { readonly reason: string }, call: Call): Promise<wire.Approval> {
    const row = await this.#row(id);
    if (row.staff !== staffOf(call).id) {
      throw new DrawdownError('forbidden', 'Only whoever asked for it takes it back.');
    }
    return this.#close(row, 'withdrawn', { body, call });
  }

  async #close(
    row: ApprovalRow,
    state: 'rejected' | 'withdrawn',
    { body, call }: { body: { readonly reason: string }; call: Call },
  ): Promise<wire.Approval> {
    const staff = staffOf(call);
    const reason = readText(body.reason, 'reason');
    const [account, no] = [Number(row.account), Number(row.no)];
    if (isCampaign(row)) {
      await this.#starts.close(row, state, { by: staff, reason, now: await this.#now(), call });
    } else {
      await this.#closeAct(row, state, { staff, reason, call });
    }
    const after = (await approvalOf(this.#setting.database, account, no)) as ApprovalRow;
    return presentApproval(this.#setting.presenter, after, await this.#now());
  }

  async #closeAct(
    row: ApprovalRow,
    state: 'rejected' | 'withdrawn',
    { staff, reason, call }: { staff: StaffCaller; reason: string; call: Call },
  ): Promise<void> {
    const [account, no] = [Number(row.account), Number(row.no)];
    await this.#setting.runner.runPrepared({
      account: { number: account, id: row.id ?? '' },
      alsoClosed: true,
      verb: state === 'rejected' ? 'reject' : 'withdraw',
      input: { approval: no, reason },
      call: { actor: call.actor ?? 'library', principal: 'source' },
      prepare: async (on, { now }) => {
        this.#demandOpen((await approvalOf(on, account, no)) as ApprovalRow, now);
        const step = {
          account,
          act: state === 'rejected' ? ('reject' as const) : ('withdraw' as const),
          at: now,
          staff,
          reason,
          input: {},
          size: row.size ?? 0n,
          entries: null,
          approval: no,
        };
        return {
          command: { verb: 'settle' },
          writes: () => [
            deciding({ account, no, state, by: staff, at: now, reason, seq: null }),
            recording(step),
          ],
        };
      },
      answer: () => undefined,
    });
  }

  #demandOpen(row: ApprovalRow, now: number): void {
    const { state } = presentApproval(this.#setting.presenter, row, now);
    if (state !== 'pending') throw new DrawdownError('approval_closed', undefined, { state });
  }

  /** Two keys of which one made the other may be in one hand. */
  async #demandOther(row: ApprovalRow, { id }: StaffCaller): Promise<void> {
    if (await areRelated(this.#setting.database, row.staff, id)) {
      throw new DrawdownError(
        'forbidden',
        'A second person decides on it: not who asked, nor who made their key.',
      );
    }
  }

  async #row(id: string): Promise<ApprovalRow> {
    const address = parseApprovalId(id);
    const row = address && (await approvalOf(this.#setting.database, address.account, address.no));
    if (row === null) throw new DrawdownError('approval_not_found');
    return row;
  }

  async #now(): Promise<number> {
    const { clock, database } = this.#setting;
    return Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
  }
}

function staffOf({ staff }: Call): StaffCaller {
  if (staff === undefined) throw new DrawdownError('forbidden', 'Approvals are of the staff.');
  return staff;
}

const isCampaign = ({ act }: ApprovalRow): boolean => act === 'start_campaign';

/** As it was asked for; whose account it is says the row. */
function actOf({ id, act, input, reason }: ApprovalRow): Act {
  const asked = JSON.parse(input) as Metadata;
  const isOfAccount = act === 'grant' || act === 'adjust';
  return { ...asked, act, reason, ...(isOfAccount ? { account: id } : {}) } as unknown as Act;
}
