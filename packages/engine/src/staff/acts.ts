import type * as wire from '@drawdown/client';
import type { Acting, AskedPrepared, Call, Replayed, StaffCaller } from '../change.ts';
import type { Changes } from '../changes.ts';
import type { Account, Metadata } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { parseOperationId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import type { SourceSetting } from '../sources/source.ts';
import type { TopUpsByHand } from '../sources/top-up-by-hand.ts';
import { nextNo, recording } from '../store/audit.ts';
import { nowStatement } from '../store/clock.ts';
import type { Prepared } from '../store/task.ts';
import { type ApprovalRow, approvalByKey, approvalOf, deciding } from './approval-rows.ts';
import { type Approved, asking, demandOpen, keyOf, type Wanted, type Where } from './asking.ts';
import { auditBefore, auditOf } from './audit-rows.ts';
import { type Effect, effectOf } from './effect.ts';
import { aloneAs, doneOfLate } from './family.ts';
import {
  type Limits,
  named,
  presentApproval,
  presentAudit,
  previewOf,
  type StoredPreview,
} from './present.ts';

export type Act = wire.Act & { readonly reason?: string };

export interface Actors {
  readonly changes: Changes;
  readonly topUps: Pick<TopUpsByHand, 'end'>;
  readonly limits: Limits;
}

/** What a change is wrapped in on its way to the write path. */
type Wrap = <T>(asked: AskedPrepared<T>, prepared: Prepared, where: Where) => Promise<Prepared>;

/** What staff do to accounts: shown before it is done, and in the audit log in the transaction in which it is done. */
export class Acts {
  readonly #setting: SourceSetting;
  readonly #changes: Changes;
  readonly #topUps: Pick<TopUpsByHand, 'end'>;
  readonly #limits: Limits;

  constructor(setting: SourceSetting, { changes, topUps, limits }: Actors) {
    this.#setting = setting;
    this.#changes = changes;
    this.#topUps = topUps;
    this.#limits = limits;
  }

  /** The way of their changes that nothing was shown of before. */
  audited(staff: StaffCaller): Acting {
    return this.#acting(this.#recording(staff, undefined), {});
  }

  /** The way of a server's key that one of the staff made: limits count it, and without any it is the product's. */
  counted(staff: StaffCaller): Acting {
    return this.#isLimited ? this.audited(staff) : this.#setting.runner;
  }

  /** Through what a change of this caller's goes, where it gives or takes credits. */
  through({ acting, staff, counted }: Call): Acting {
    if (acting !== undefined) return acting;
    if (staff !== undefined) return this.audited(staff);
    return counted === undefined ? this.#setting.runner : this.counted(counted);
  }

  get #isLimited(): boolean {
    return this.#limits.account !== null || this.#limits.staff !== null;
  }

  /** What the act would do now, through the very function that would decide it. Writes nothing. */
  async preview(act: Act, { idempotencyKey: _, ...call }: Call): Promise<wire.ActPreview> {
    let shown: wire.ActPreview | undefined;
    const wrap: Wrap = async (asked, prepared, where) => {
      const look = await this.#looking(asked, prepared, where);
      return {
        ...prepared,
        consider: (account, now) => {
          const seen = look(account, now);
          if (seen === null) return prepared.command;
          shown = named(seen.preview, asked.account.id);
          return null;
        },
      };
    };
    const acting = this.#acting(wrap, { looksOnly: true });
    await this.#perform({ ...act, reason: act.reason ?? 'preview' } as Act, { ...call, acting });
    if (shown === undefined) throw new Error('what is not refused is shown');
    return shown;
  }

  /**
   * Does it where it does what was shown; else throws `preview_changed` with what it would do now. What is more than one
   * of the staff may do alone is asked of a second person: then it is `pending`, and the same again says how it stands.
   */
  async act(request: wire.ActRequest, call: Call): Promise<wire.ActReceipt & Replayed> {
    const { preview, ...act } = request;
    const { staff } = call;
    if (staff === undefined) throw new DrawdownError('forbidden', 'Acts are of the staff.');
    const { act: _act, account: _account, reason, ...asked } = act as Act & { readonly account?: string };
    const key = keyOf(staff, call);
    const place: Place = { number: 0 };
    const waiting = { request: asked as unknown as Metadata, key };
    const wrap = this.#recording(staff, { preview, reason: reason ?? '', asking: waiting, approval: null });
    const acting = this.#acting(wrap, { place });
    const done = await this.#perform(act, { ...call, acting });
    if (done !== undefined) return this.#done(done, null);
    const { clock, database, presenter } = this.#setting;
    const row = await approvalByKey(database, place.number, key);
    if (row === null || (row.state === 'approved' && row.seq === null)) {
      return this.#noted(act, { approval: row && presentApproval(presenter, row, 0), place });
    }
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const approval = presentApproval(presenter, row, now);
    const { state } = approval;
    // What was decided against is not done by asking again.
    if (state !== 'approved' && state !== 'pending') {
      throw new DrawdownError('approval_closed', undefined, { state });
    }
    const isDone = state === 'approved';
    return {
      state: isDone ? 'done' : 'pending',
      audit: null,
      operation: null,
      balance: null,
      approval,
      replayed: false,
    };
  }

  /** Does what one of the staff asked for and another one approves; once, under the approval's own name. */
  async approved(
    act: Act,
    { row, preview, by, reason, call }: Approved & { readonly preview: string; readonly call: Call },
  ): Promise<wire.ActReceipt & Replayed> {
    const staff = { id: row.staff, name: row.name, request: by.request };
    const approval = { row, by, reason };
    const wrap = this.#recording(staff, { preview, reason: row.reason, asking: null, approval });
    const place: Place = { number: Number(row.account) };
    const done = await this.#perform(act, { ...call, acting: this.#acting(wrap, { place }) });
    const { database, presenter } = this.#setting;
    const after = (await approvalOf(database, Number(row.account), Number(row.no))) as ApprovalRow;
    const shown = presentApproval(presenter, after, 0);
    if (done !== undefined) return this.#done(done, shown);
    return this.#noted(act, { approval: shown, place });
  }

  /** What was done without an entry in a ledger, which is done once: by its record. */
  async #noted(
    act: Act,
    { approval, place }: { approval: wire.Approval | null; place: Place },
  ): Promise<wire.ActReceipt & Replayed> {
    const subject = act.act === 'end_top_up' ? act.purchase : null;
    const { database, presenter, queries } = this.#setting;
    const any = { account: null, staff: null, from: null, to: null, before: Number.MAX_SAFE_INTEGER };
    const [row] =
      subject === null ? [] : await auditBefore(database, { ...any, act: act.act, subject, limit: 1 });
    if (row === undefined || row.id === null) throw new Error('what was done has its record');
    const [audit, balance] = [presentAudit(presenter, row), await queries.balance(row.id)];
    return { state: 'done', audit, operation: null, balance, approval, replayed: place.isReplayed === true };
  }

  async #done(
    { operation, balance, replayed }: wire.Receipt & Replayed,
    approval: wire.Approval | null,
  ): Promise<wire.ActReceipt & Replayed> {
    const { database, presenter } = this.#setting;
    const address = parseOperationId(operation.id);
    const row = address === null ? null : await auditOf(database, address.account, address.seq);
    const audit = row === null ? null : presentAudit(presenter, row);
    return { state: 'done', audit, operation, balance, approval, replayed };
  }

  /** Undefined where nothing was entered in a ledger. */
  async #perform(act: Act, call: Call): Promise<(wire.Receipt & Replayed) | undefined> {
    const { reason = '' } = act;
    switch (act.act) {
      case 'end_top_up': {
        const { purchase, taken } = act;
        return this.#topUps.end({ purchase, taken }, reason, call);
      }
      case 'grant': {
        const { act: _act, account, reason: _reason, ...body } = act;
        await this.#demandAccount(account);
        return this.#changes.grant(account, body, call);
      }
      case 'adjust': {
        const { act: _act, account, ...body } = act;
        await this.#demandAccount(account);
        return this.#changes.adjust(account, { ...body, reason }, call);
      }
      case 'extend':
        return this.#changes.extendGrant(act.grant, { expires_at: act.expires_at, reason }, call);
      case 'void':
        return this.#changes.voidGrant(act.grant, { reason }, call);
      case 'freeze':
        return this.#changes.freezeGrant(act.grant, { reason }, call);
      case 'unfreeze':
        return this.#changes.unfreezeGrant(act.grant, { reason }, call);
      case 'refund': {
        const amount = act.amount === undefined ? {} : { amount: act.amount };
        return this.#changes.refund(act.operation, { ...amount, reason }, call);
      }
    }
  }

  /** Elsewhere a first grant makes its account; staff act on those that are there. */
  async #demandAccount(id: string): Promise<void> {
    if ((await this.#setting.accounts.numberOf(id)) === null) throw new DrawdownError('account_not_found');
  }

  /**
   * `looksOnly`: what comes of it is rolled back, so there is nothing to answer from; nor is there where a second person
   * is waited for. `place` learns whose account it is, where that is asked for afterwards.
   */
  #acting(wrap: Wrap, { looksOnly = false, place }: { looksOnly?: boolean; place?: Place }): Acting {
    const { runner } = this.#setting;
    const runPrepared = <T>(asked: AskedPrepared<T>): Promise<T> => {
      if (place !== undefined) place.number = asked.account.number;
      // The record is made here, with what was shown and what it counts for.
      const { staff: _, ...call } = asked.call;
      return runner.runPrepared({
        ...asked,
        call,
        keepsKey: place !== undefined,
        prepare: async (on, locked) => wrap(asked, await asked.prepare(on, locked), { on, now: locked.now }),
        answer: (outcome) => {
          if (place !== undefined) place.isReplayed = outcome.replayed;
          return looksOnly || outcome.entry === null ? (undefined as T) : asked.answer(outcome);
        },
      });
    };
    return {
      runPrepared,
      run: ({ command, ...asked }) =>
        runPrepared({ ...asked, prepare: async () => ({ command: commandOf(command()), writes: () => [] }) }),
    };
  }

  #recording(staff: StaffCaller, wanted: Wanted | undefined): Wrap {
    return async (asked, prepared, where) => {
      const approval = wanted?.approval ?? null;
      if (approval !== null) await demandOpen(where, approval.row);
      else if (this.#isLimited) await aloneAs(where.on, staff.id);
      const look = await this.#looking(asked, prepared, where);
      const no = await nextNo(where.on);
      const { reason, ...input } = asked.input as Metadata;
      let seen: ReturnType<typeof look> = null;
      let waits = false;
      return {
        ...prepared,
        consider: (account, now) => {
          seen = look(account, now);
          if (seen !== null && wanted !== undefined && seen.preview.preview !== wanted.preview) {
            throw new DrawdownError('preview_changed', undefined, {
              preview: named(seen.preview, asked.account.id),
            });
          }
          if (approval !== null || seen?.preview.approval.required !== true) return prepared.command;
          // The verbs' own routes ask nobody, so that they are no way around a second person.
          if (wanted === undefined) {
            throw new DrawdownError('approval_required', undefined, { ...seen.preview.approval });
          }
          waits = true;
          return { verb: 'settle' };
        },
        writes: (outcome) => {
          const known = {
            account: asked.account.number,
            no,
            staff,
            reason: wanted?.reason ?? (typeof reason === 'string' ? reason : null),
            preview: wanted === undefined ? null : (seen?.preview ?? null),
            size: seen?.effect.size ?? 0n,
          };
          if (waits)
            return asking(known as Parameters<typeof asking>[0], {
              asked,
              wanted: wanted as Wanted,
              now: where.now,
              waitMs: this.#limits.waitMs,
            });
          const { account, entry, now: at } = outcome;
          if (entry === null && prepared.shown === undefined) throw new Error('an act enters something');
          const entries = entry && { first: entry.seq, last: account.seq };
          const { subject } = asked;
          const about = subject === undefined ? {} : { subject };
          const act = { ...known, act: asked.verb as wire.ActName, at, input, entries, ...about };
          if (approval === null) return [...prepared.writes(outcome), recording(act)];
          const { row, by } = approval;
          const which = { account: Number(row.account), no: Number(row.no) };
          return [
            ...prepared.writes(outcome),
            recording({ ...act, approval: which.no, approvedBy: by }),
            deciding({
              ...which,
              state: 'approved',
              by,
              at,
              reason: approval.reason,
              seq: entry?.seq ?? null,
            }),
          ];
        },
      };
    };
  }

  /** A look at what it would do, for when the account is at hand with all that the command names. */
  async #looking<T>(
    { account: { number }, verb, input, call }: AskedPrepared<T>,
    { command, shown }: Prepared,
    { on, now: at }: Where,
  ): Promise<(account: Account, now: number) => { effect: Effect; preview: StoredPreview } | null> {
    const { rules, presenter } = this.#setting;
    const { reason: _, ...asked } = input as Metadata;
    const ofLate = await doneOfLate(on, {
      account: number,
      staff: (call.staff ?? call.counted)?.id ?? '',
      now: at,
    });
    return (account, now) => {
      const moved = effectOf(account, command, { now, rules, actor: call.actor ?? 'library', asked });
      if (moved === null) return null;
      const effect = shown?.size === undefined ? moved : { ...moved, size: shown.size };
      const act = verb as wire.ActName;
      const about = { act, account, now, effect, ofLate, limits: this.#limits, charge: shown?.charge };
      return { effect, preview: previewOf(presenter, about) };
    };
  }
}

interface Place {
  number: number;
  /** The key did it before. */
  isReplayed?: boolean;
}

function commandOf(command: Command | { readonly instead: unknown }): Command {
  if ('instead' in command) throw new Error('an act comes to a command');
  return command;
}
