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
import { asTaken, isForNothing, writesForNothing } from './purchase-for-nothing.ts';
import { purchaseNotices } from './purchase-notices.ts';
import type { Place } from './purchase-order.ts';
import { idOf, lotsNumbered, type Purchase, purchaseByNo, update } from './purchase-rows.ts';
import { type Fact, outcomeOf } from './purchase-state.ts';
import { paidAgain, paidTooLate, settlementsOfPurchase } from './settlement-rows.ts';
import type { SourceSetting } from './source.ts';
import { stopForReversal } from './top-up-end.ts';

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

interface Prepares {
  readonly prepared: Prepared;
  /** `spare`: what is to be logged of money that nothing is given for; null: there is none that was not known. */
  readonly result: Omit<PurchaseChanged, 'replayed'> & { readonly spare: string | null };
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
    const { runner, database } = this.#setting;
    let result: Prepares['result'] | undefined;
    const prepare = async (on: Connection, locked: { account: Account; now: number }): Promise<Prepared> => {
      const found = await this.prepared(on, { account, no }, { locked, about });
      ({ result } = found);
      return found.prepared;
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
      const { spare, ...changed } = result;
      if (about.isRehearsal !== true && spare !== null)
        this.#setting.log(`${idOf(changed.purchase)} ${spare}`);
      return { ...changed, replayed: false };
    }
    // A repetition prepares nothing: what it came to is what is kept.
    const kept = (await purchaseByNo(database, account.number, no)) as Purchase;
    return { purchase: kept, replayed: true, differs: false };
  }

  /** What a change comes to, for whoever makes it in a transaction with more. Under the account's lock. */
  async prepared(
    on: Connection,
    { account, no }: { account: Place; no: number },
    {
      locked,
      about,
    }: { locked: { account: Account; now: number }; about: Omit<PurchaseChange, 'call' | 'input'> },
  ): Promise<Prepares> {
    const { presenter } = this.#setting;
    const current = await purchaseByNo(on, account.number, no);
    if (current === null) throw new DrawdownError('purchase_not_found');
    const { closed, seq } = locked.account;
    if (closed !== null && closed.into !== null) {
      throw new DrawdownError('unavailable', 'The account is being merged: try again in a moment.');
    }
    const lots = await lotsOf(on, locked.account, current);
    const added = about.facts(current, { ...locked, lots: [...lots.values()] });
    const settlements = await settlementsOfPurchase(on, current);
    const { changed: followed, commands } = follow(current, added, { ...locked, lots, settlements });
    const givesNothing = isForNothing(current);
    const changed = givesNothing ? asTaken(followed) : followed;
    const result = { purchase: changed, differs: changed !== current, spare: spareIn(current, changed) };
    const nothing: Prepared = { command: { verb: 'settle' }, writes: () => [] };
    if (about.isRehearsal === true) return { result, prepared: nothing };
    // What a debt was repaid out of may be a lot of this purchase as well: it is looked at once more.
    const forgives = commands.some(({ verb }) => verb === 'forgive');
    const { saved } = about;
    const kept =
      closed === null
        ? await keepMethod(on, account.number, { saved, now: locked.now })
        : saved && [forgetWrite(account.number, saved, locked.now)];
    const stopped = await stopForReversal(on, locked, { before: current, after: changed });
    const late = givesNothing ? writesForNothing(changed) : paidTooLate(current, changed);
    const prepared: Prepared = {
      command: commands.length === 0 ? { verb: 'settle' } : { verb: 'many', commands },
      writes: (outcome) => [
        ...(changed === current && !current.awaits
          ? []
          : [update(changed, forgives ? seq : outcome.account.seq)]),
        ...(kept ?? []),
        ...stopped.writes,
        ...(closed === null && !givesNothing ? [] : late),
        ...paidAgain(changed),
      ],
      notices: ({ account: settled, now }) => [
        ...purchaseNotices(current, changed, { account: settled, presenter, now }),
        ...stopped.notices,
      ],
    };
    return { result, prepared };
  }

  /** Brings the lots to what is known already; true where they, or what is said of them, did not follow. */
  async follow(place: { account: Place; no: number }, isRehearsal = false): Promise<boolean> {
    const call = { actor: 'system', principal: 'source' };
    const input = { follow: place.no };
    return (await this.make(place, { call, input, facts: () => [], isRehearsal })).differs;
  }
}

function spareIn(before: Purchase, after: Purchase): string | null {
  const [was, is] = [outcomeOf(before.facts), outcomeOf(after.facts)];
  if (is.again.length > was.again.length) return 'was paid again: what more was paid is owed to the payer';
  const isNew = was.paid === null && is.paid !== null;
  return isNew && isForNothing(after) ? 'was paid after it was given up: it is owed to the payer' : null;
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
