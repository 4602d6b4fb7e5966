/** How a purchase is changed: what is known of it and what its lots are to do, in one transaction. */
import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import type { Account, Grant } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import type { Outcome, Prepared } from '../store/task.ts';
import { forgetWrite, keepMethod } from './payment-method-rows.ts';
import type { PaymentEvent } from './provider.ts';
import { follow } from './purchase-follow.ts';
import { purchaseNotices } from './purchase-notices.ts';
import type { Place } from './purchase-order.ts';
import { idOf, lotsNumbered, type Purchase, purchaseByNo, update } from './purchase-rows.ts';
import { type Fact, outcomeOf } from './purchase-state.ts';
import { paidAgain, paidTooLate, settlementsOfPurchase } from './settlement-rows.ts';
import type { SourceSetting } from './source.ts';

export interface PurchaseChange {
  readonly call: Call;
  readonly input: unknown;
  /** Found under the lock, since whether there may be any depends on what is known by then. */
  readonly facts: (
    current: Purchase,
    at: { account: Account; lots: readonly Grant[]; now: number },
  ) => readonly Fact[];
  /** How it was paid, where the account's owner wants it kept. */
  readonly saved?: PaymentEvent['saved'];
  /** What the audit log calls it where one of the staff asks; absent: a refund. */
  readonly act?: wire.AuditedAct;
  /** Nothing is written: only what would be is answered. */
  readonly isRehearsal?: boolean;
}

export interface PurchaseChanged {
  readonly purchase: Purchase;
  /** The key did it before. */
  readonly replayed: boolean;
  readonly differs: boolean;
}

type ChangesSetting = Pick<SourceSetting, 'runner' | 'database' | 'presenter' | 'log'>;

export class PurchaseChanges {
  readonly #setting: ChangesSetting;

  constructor(setting: ChangesSetting) {
    this.#setting = setting;
  }

  /** Adds facts to what is known, and brings the lots to what follows. */
  async make(
    { account, no }: { account: Place; no: number },
    about: PurchaseChange,
  ): Promise<PurchaseChanged> {
    const { runner, database, presenter } = this.#setting;
    let result: (Omit<PurchaseChanged, 'replayed'> & { isPaidAgain: boolean }) | undefined;
    const prepare = async (on: Connection, locked: { account: Account; now: number }): Promise<Prepared> => {
      const current = await purchaseByNo(on, account.number, no);
      if (current === null) throw new DrawdownError('purchase_not_found');
      const { closed, seq } = locked.account;
      if (closed !== null && closed.into !== null) {
        throw new DrawdownError('unavailable', 'The account is being merged: try again in a moment.');
      }
      const lots = await lotsOf(on, locked.account, current);
      const added = about.facts(current, { ...locked, lots: [...lots.values()] });
      const settlements = await settlementsOfPurchase(on, current);
      const { changed, commands } = follow(current, added, { ...locked, lots, settlements });
      // What a debt was repaid out of may be a lot of this purchase as well: it is looked at once more.
      const forgives = commands.some(({ verb }) => verb === 'forgive');
      const isPaidAgain = outcomeOf(changed.facts).again.length > outcomeOf(current.facts).again.length;
      result = { purchase: changed, differs: changed !== current, isPaidAgain };
      if (about.isRehearsal === true) return { command: { verb: 'settle' }, writes: () => [] };
      const { saved } = about;
      const kept =
        closed === null
          ? await keepMethod(on, account.number, { saved, now: locked.now })
          : saved && [forgetWrite(account.number, saved, locked.now)];
      return {
        command: commands.length === 0 ? { verb: 'settle' } : { verb: 'many', commands },
        writes: (outcome) => [
          ...(changed === current && !current.awaits
            ? []
            : [update(changed, forgives ? seq : outcome.account.seq)]),
          ...(kept ?? []),
          ...(closed === null ? [] : paidTooLate(current, changed)),
          ...paidAgain(changed),
        ],
        notices: ({ account: settled, now }) =>
          purchaseNotices(current, changed, { account: settled, presenter, now }),
      };
    };
    await runner.runPrepared({
      alsoClosed: true,
      account,
      verb: 'purchase',
      act: about.act ?? 'refund_purchase',
      input: about.input,
      call: about.call,
      prepare,
      answer: (_: Outcome) => undefined,
    });
    if (result !== undefined) {
      if (about.isRehearsal !== true && result.isPaidAgain) {
        this.#setting.log(`${idOf(result.purchase)} was paid again: what more was paid is owed to the payer`);
      }
      return { ...result, replayed: false };
    }
    // A repetition prepares nothing: what it came to is what is kept.
    const kept = (await purchaseByNo(database, account.number, no)) as Purchase;
    return { purchase: kept, replayed: true, differs: false };
  }

  /** Brings the lots to what is known already; true where they, or what is said of them, did not follow. */
  async follow(place: { account: Place; no: number }, isRehearsal = false): Promise<boolean> {
    const call = { actor: 'system', principal: 'source' };
    const input = { follow: place.no };
    return (await this.make(place, { call, input, facts: () => [], isRehearsal })).differs;
  }
}

/** Live ones as they are settled, finished ones as they are stored. */
async function lotsOf(
  on: Connection,
  account: Account,
  { parts }: Purchase,
): Promise<ReadonlyMap<number, Grant>> {
  const numbers = parts.flatMap((part) => part.lots);
  const live = account.grants.filter((grant) => numbers.includes(grant.no));
  const missing = numbers.filter((no) => !live.some((grant) => grant.no === no));
  const finished = await lotsNumbered(on, account.number, missing);
  return new Map([...live, ...finished].map((grant) => [grant.no, grant]));
}
