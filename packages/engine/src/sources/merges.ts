import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import type { Account, Grant } from '../core/account.ts';
import { MAX_ATOMS } from '../core/amount.ts';
import { apply } from '../core/apply.ts';
import { copyOf } from '../core/balance.ts';
import { formatInstant } from '../core/calendar.ts';
import type { Command } from '../core/command.ts';
import { decide } from '../core/decide.ts';
import { exceedsLimit } from '../core/grant.ts';
import { grantId, purchaseId } from '../core/id.ts';
import { comparator } from '../core/order.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { classIn } from '../present.ts';
import { accountClosed, errorOf } from '../refusal.ts';
import { readAccountId, readText } from '../request.ts';
import type { Connection, Database } from '../store/database.ts';
import { grantOf } from '../store/rows.ts';
import type { Prepared } from '../store/task.ts';
import { comingMerges, demandIdle, liveSubscriptions, openHoldsOf } from './account-idle.ts';
import { dueWrite, MergeDelivery } from './merge-delivery.ts';
import { lotReceived } from './merge-lots.ts';
import * as rows from './merge-rows.ts';
import type { SourceSetting } from './source.ts';
import { endWithAccount } from './top-up-end.ts';
import { openTopUp } from './top-up-rows.ts';

/**
 * Makes two accounts of one person one: everything that is left in the first goes to the second, lot by lot under the
 * same terms, and the first ends. Two accounts are never changed in one transaction: what left is due until it arrived.
 */
export class Merges {
  readonly #setting: SourceSetting;
  readonly #delivery: MergeDelivery;

  constructor(setting: SourceSetting) {
    this.#setting = setting;
    this.#delivery = new MergeDelivery(setting);
  }

  /** Delivers what is due, from now on. */
  start(): void {
    this.#delivery.start();
  }

  stop(): Promise<void> {
    return this.#delivery.stop();
  }

  /**
   * Merges an account into another one of its kind. Refused with `account_busy` while holds are open, subscriptions
   * live, or credits of a third account on their way into it.
   */
  async merge(id: string, body: wire.MergeRequest, call: Call): Promise<wire.MergeReceipt & Replayed> {
    const reason = readText(body.reason, 'reason');
    const from = await this.#setting.queries.profile(id);
    const into = await this.#setting.queries.profile(readAccountId(body.into, 'into'));
    const { presenter, runner } = this.#setting;
    const actor = call.actor ?? 'library';
    await this.#demandRoom(from.number, into.number);
    const { operation, replayed } = await runner.runPrepared({
      account: from,
      verb: 'merge',
      input: body,
      call,
      prepare: async (on, locked): Promise<Prepared> => {
        await on.query(rows.ONE_AT_A_TIME, []);
        const topUps = await endWithAccount(on, locked, 'account_merged');
        await this.#demandMergeable(on, locked, into.number);
        return {
          command: { verb: 'send', into: into.number, reason },
          writes: ({ account, entry, now }) => {
            if (entry === null) throw new Error('a merge has an entry');
            const due = { account: account.number, into: into.number, seq: entry.seq, actor, reason, now };
            return [dueWrite(due), ...topUps.writes];
          },
          notices: () => topUps.notices,
        };
      },
      answer: ({ account, entry, replayed: again }) => {
        if (entry === null) throw new Error('a merge has an entry');
        return { operation: presenter.operation(account, entry, classIn(account)), replayed: again };
      },
    });
    await this.#deliverNow(from.number);
    return { operation, ...(await this.report(id)), replayed };
  }

  /** What the other account could not hold is refused before it leaves. Of a merged account nothing is left to leave. */
  async #demandRoom(from: number, into: number): Promise<void> {
    const { queries, catalog } = this.#setting;
    const { account } = await queries.settledByNumber(from);
    const leaving = account.grants.reduce(
      (sum, grant) => (grant.phase === 'scheduled' ? sum + grant.amount : sum),
      account.total,
    );
    const other = await queries.settledByNumber(into);
    if (leaving > 0n && exceedsLimit(other.account, leaving)) {
      throw errorOf({ code: 'balance_limit_exceeded', limit: MAX_ATOMS }, catalog);
    }
  }

  async #demandMergeable(
    on: Connection | Database,
    { account, now }: { account: Account; now: number },
    into: number,
  ): Promise<void> {
    if (into === account.number) throw invalid('into', 'must be another account');
    const other = (await on.query(rows.PARTY, [into])).rows[0];
    if (other === undefined) throw new DrawdownError('account_not_found');
    if (other.closed_at !== null) {
      const heir =
        other.merged_into === null ? null : await this.#setting.accounts.idOf(Number(other.merged_into));
      const { message, details } = accountClosed(heir);
      throw new DrawdownError('account_closed', `into: ${message}`, { field: 'into', ...details });
    }
    if (other.kind !== account.kind) throw invalid('into', `must be an account of kind ${account.kind}`);
    const open = await openTopUp(on, account.number);
    demandIdle({
      holds: openHoldsOf(account),
      subscriptions: await liveSubscriptions(on, account.number, now),
      purchases: open?.state === 'sent' ? [purchaseId(open.account, open.no)] : [],
      merges: await comingMerges(on, account.number),
    });
  }

  /** At once where that is possible; else it stays due, and the answer says so. */
  async #deliverNow(from: number): Promise<void> {
    const { database, log } = this.#setting;
    const [merge] = (await database.query(rows.OF_ACCOUNT, [from])).rows;
    if (merge === undefined || merge.delivered_at !== null) return;
    await this.#delivery.deliver(merge).catch((error: unknown) => {
      log(`what account ${merge.account} sent is due and will be delivered later`, error);
    });
  }

  /** Refused where the merge would be. */
  async preview(id: string, body: wire.MergeRequest): Promise<wire.MergePreview> {
    const { database, queries, presenter } = this.#setting;
    readText(body.reason, 'reason');
    const from = await queries.settled(id);
    const into = await queries.settled(readAccountId(body.into, 'into'));
    if (from.account.closed !== null) throw accountClosed((await queries.profile(id)).mergedInto);
    await this.#demandMergeable(database, from, into.account.number);
    const { account } = from;
    const { debt } = account;
    const ahead = copyOf(account);
    const leaving = this.#decideOn(
      ahead,
      { verb: 'send', into: into.account.number, reason: body.reason },
      from.now,
    );
    const lots = ahead.grants.filter(({ phase }) => phase === 'transferred');
    this.#decideOn(
      into.account,
      {
        verb: 'receive',
        from: account.number,
        seq: leaving,
        at: from.now,
        lots: lots.map((lot) => lotReceived(lot, lot.frozen ? 'frozen' : null)),
        debt,
        reason: body.reason,
      },
      into.now,
    );
    return {
      account: account.id,
      into: into.account.id,
      lots: lots.map((lot) => this.#presentLot(account.number, lot, null)),
      debt: presenter.credits(debt),
      balance: presenter.balance(into.account, into.now),
    };
  }

  /** Does it to an account at hand, which is the asker's own; answers the number of the first entry. */
  #decideOn(account: Account, command: Command, now: number): number {
    const { rules, catalog } = this.#setting;
    const decision = decide(account, command, { now, rules, actor: 'preview' });
    if ('refusal' in decision) throw errorOf(decision.refusal, catalog);
    const inOrder = comparator(rules);
    for (const entry of decision.entries) apply(account, entry, inOrder);
    return decision.entries[0]?.seq ?? account.seq;
  }

  /** Where everything of a merged account went, or is. */
  async report(id: string): Promise<wire.MergeReport> {
    const { accounts, database, history, presenter, queries } = this.#setting;
    const { number } = await queries.profile(id);
    const [merge] = (await database.query(rows.OF_ACCOUNT, [number])).rows;
    if (merge === undefined) throw new DrawdownError('account_open', 'The account was never merged.');
    const into = Number(merge.into_account);
    const sent = await history.entry(number, Number(merge.seq));
    const { rows: found } = await database.query(rows.SENT_LOTS, [number]);
    const seq = merge.delivered_seq;
    const received = seq === null ? null : await history.entry(into, Number(seq));
    const transfer = received?.detail?.transfer;
    const there = new Map(transfer !== undefined && 'from' in transfer ? transfer.lots : []);
    const { account, now } = await queries.settledByNumber(into);
    return {
      account: id,
      into: (await accounts.idOf(into)) ?? '',
      reason: merge.reason,
      by: merge.actor,
      at: formatInstant(Number(merge.created_at)),
      state: merge.delivered_at === null ? 'on_its_way' : 'delivered',
      lots: found.map(grantOf).map((lot) => {
        const no = there.get(lot.no);
        return this.#presentLot(number, lot, no === undefined ? null : grantId(into, no));
      }),
      debt: presenter.credits(-(sent?.debt ?? 0n)),
      balance: presenter.balance(account, now),
    };
  }

  #presentLot(account: number, lot: Grant, movedTo: string | null): wire.MergedLot {
    const { presenter } = this.#setting;
    return {
      grant: grantId(account, lot.no),
      class: lot.class,
      amount: presenter.credits(lot.granted === 0n ? lot.amount : lot.transferred),
      expires_at: lot.expiresAt === null ? null : formatInstant(lot.expiresAt),
      frozen: lot.frozen,
      moved_to: movedTo,
    };
  }
}
