/** Changes of plans that a provider charges for, asked for here: another plan, interval or number of seats. */
import { setTimeout } from 'node:timers/promises';
import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { subscriptionId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { keyHash } from '../store/chain.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { DueRounds } from './due-rounds.ts';
import {
  changeAgain,
  changeByKey,
  changeInsertion,
  changeSettled,
  claimChange,
  lastChange,
  letChangeGo,
  openChange,
  type PlanChange,
  planChangeId,
  unansweredChanges,
} from './plan-change-rows.ts';
import { NOTHING_NEW, type PlanIntake, placeOf } from './plan-intake.ts';
import { type PlanCheckout, planCheckout, planIdOf } from './plan-rows.ts';
import type { PaymentProvider, PlanChangeOrder, ProviderId } from './provider.ts';
import type { SourceSetting } from './source.ts';
import { type Ground, outOfState } from './subscription-pay.ts';
import { type BilledChange, billedChange } from './subscription-request.ts';
import { readSubscriptions } from './subscription-rows.ts';
import type { Subscription } from './subscription-state.ts';
import { sellsTheSame } from './subscription-terms.ts';

/** A provider that has not answered for so long will not hear of it any more: whoever still wants it asks again. */
const DROPPED_AFTER_MS = 10 * 60_000;
/** Whoever asks a provider is through by then: a change is some requests, each of which is answered or given up in 45 s. */
const ASKING_MS = 3 * 60_000;
/** Whoever wants the same meanwhile is told what it came to, or to come again. */
const WAIT_MS = 200;
const MAX_WAITS = 100;
/** Between looks at what was never answered; what is not to be had then is asked for by the next one. */
const LOOK_MS = 30_000;
/** Looked at one after another. */
const ROUND = 20;

interface Asked {
  readonly account: string;
  readonly body: wire.SubscriptionChangeRequest;
  readonly call: Call;
}

export class PlanChanges {
  readonly #setting: SourceSetting;
  readonly #intake: PlanIntake;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly #rounds: DueRounds;
  #lookedTo = { account: -1, no: 0 };

  constructor(
    setting: SourceSetting,
    means: { intake: PlanIntake; providers: ReadonlyMap<ProviderId, PaymentProvider> },
  ) {
    this.#setting = setting;
    this.#intake = means.intake;
    this.#providers = means.providers;
    const round = () => this.round();
    const what = 'changes of plans that nobody answered';
    this.#rounds = new DueRounds({ what, round, log: setting.log, idleMs: LOOK_MS });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Gives up the next ones that nobody answered or asked for again; true where more may be. */
  async round(): Promise<boolean> {
    const { database, log } = this.#setting;
    const before = (await this.#now()) - DROPPED_AFTER_MS;
    const found = await unansweredChanges(database, this.#lookedTo, { before, limit: ROUND });
    const last = found.at(-1);
    const isMore = last !== undefined && found.length === ROUND;
    this.#lookedTo = isMore ? last : { account: -1, no: 0 };
    for (const { account, no } of found) {
      try {
        const row = await planCheckout(database, account, no);
        if (row !== null) await this.#giveUp(row);
      } catch (error) {
        log(`what became of a change of ${subscriptionId(account, no)} is not known`, error);
      }
    }
    return isMore;
  }

  /**
   * How the plan stands is asked first: what was made there is done. What was not made will not be, and what had to give way
   * to it is agreed again.
   */
  async #giveUp(row: PlanCheckout): Promise<PlanCheckout> {
    const { checkout } = await this.#intake.look(row);
    const { database } = this.#setting;
    const open = await openChange(database, checkout);
    const now = await this.#now();
    const provider = this.#providers.get(checkout.provider);
    if (open === null || now - open.createdAt < DROPPED_AFTER_MS || provider === undefined) return checkout;
    if (!(await this.#claim(open))) return checkout;
    try {
      await provider.agreeAgain?.(placeOf(checkout));
      await this.#settle(open, { state: 'dropped' });
    } finally {
      await letChangeGo(database, open);
    }
    return checkout;
  }

  async #claim(change: PlanChange): Promise<boolean> {
    const now = await this.#now();
    return claimChange(this.#setting.database, change, { now, after: now - ASKING_MS });
  }

  async #settle(change: PlanChange, as: Omit<Parameters<typeof changeSettled>[1], 'now'>): Promise<void> {
    const { statement, params } = changeSettled(change, { ...as, now: await this.#now() });
    await this.#setting.database.query(statement, params);
  }

  async #now(): Promise<number> {
    const { clock, database } = this.#setting;
    return Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
  }

  /**
   * Written down first, then asked for, then taken in as the provider has it. What was lost on the way is found by what
   * the provider notes with its subscription, so that the same change asked for again is charged for once. Throws
   * `payment_refused` where it could not be charged for: then nothing is changed.
   */
  async make(
    row: PlanCheckout,
    asked: Asked,
  ): Promise<Omit<wire.SubscriptionReceipt, 'subscription'> & Replayed> {
    // What was changed there meanwhile, by a request that was given up or by somebody else, counts.
    const checkout = await this.#giveUp(row);
    const { change, replayed } = await this.#begin(checkout, asked);
    if (change?.state === 'refused') throw refusedAs(change, checkout);
    const made = change?.state === 'open' ? await this.#ask(checkout, change, asked.call) : null;
    const { balance } = await this.#intake.apply(checkout, NOTHING_NEW, null, asked.call);
    return { operation: made, balance, replayed };
  }

  /** Null where nothing is to be changed. */
  async #begin(
    checkout: PlanCheckout,
    { account, body, call }: Asked,
  ): Promise<{ change: PlanChange | null; replayed: boolean }> {
    const { catalog, database, runner } = this.#setting;
    const { idempotencyKey, principal = 'server' } = call;
    const key = idempotencyKey === undefined ? null : keyHash(principal, account, idempotencyKey);
    const read = billedChange(catalog, body);
    let change: PlanChange | null | undefined;
    const prepare = async (on: Connection, ground: Ground): Promise<Prepared> => {
      const all = await readSubscriptions(on, checkout.account);
      const one = all.find(({ no }) => no === checkout.no) as Subscription;
      const wanted = read(one, ground);
      const open = await openChange(on, checkout);
      if (open !== null) demandSame(one, { open, wanted, now: ground.now });
      const last = await lastChange(on, checkout.account);
      change = open ?? (wanted && newChange(checkout, { ...wanted, key, last }, ground.now));
      return {
        command: { verb: 'settle' },
        writes: () => (open === null && change ? [changeInsertion(change)] : []),
      };
    };
    await runner.runPrepared({
      account: { id: account, number: checkout.account },
      verb: 'plan_change',
      input: { subscription: planIdOf(checkout), ...body },
      call,
      keepsKey: true,
      prepare,
      answer: () => undefined,
    });
    if (change !== undefined) return { change, replayed: false };
    // A repetition prepares nothing: what became of the first one is what is answered.
    return {
      change: key === null ? null : await changeByKey(database, checkout.account, key),
      replayed: true,
    };
  }

  /** Waits for who asks for it already: what it comes to is answered to both. Throws `unavailable` where that takes long. */
  async #ask(checkout: PlanCheckout, change: PlanChange, call: Call): Promise<wire.Operation | null> {
    const { database } = this.#setting;
    for (let waits = 0; !(await this.#claim(change)); waits += 1) {
      const known = await changeAgain(database, change);
      if (known.state === 'refused') throw refusedAs(known, checkout);
      if (known.state !== 'open') return null;
      if (waits === MAX_WAITS)
        throw new DrawdownError('unavailable', 'The provider is being asked for this.');
      await setTimeout(WAIT_MS);
    }
    try {
      return await this.#askNow(checkout, change, call);
    } finally {
      await letChangeGo(database, change);
    }
  }

  async #askNow(checkout: PlanCheckout, change: PlanChange, call: Call): Promise<wire.Operation | null> {
    const provider = this.#providers.get(checkout.provider) as PaymentProvider &
      Required<Pick<PaymentProvider, 'changePlan'>>;
    try {
      const news = await provider.changePlan(placeOf(checkout), this.#orderOf(change));
      if (news === null) return (await this.#intake.look(checkout)).operation;
      const about = { ...news, change: planChangeId(change) };
      return (await this.#intake.apply(checkout, about, null, call)).operation;
    } catch (error) {
      if (error instanceof DrawdownError && error.code === 'payment_refused')
        await this.#refuse(change, error);
      throw error;
    }
  }

  #orderOf(change: PlanChange): PlanChangeOrder {
    const { offer, begins } = change;
    const { plan, interval, seats, price } = offer;
    if (price === null) throw new Error('a plan that a provider charges for has a price');
    const name = this.#setting.catalog.plans.find(({ id }) => id === plan)?.name ?? plan;
    return { change: planChangeId(change), begins, plan, name, interval, quantity: seats ?? 1, ...price };
  }

  async #refuse(change: PlanChange, { message, details }: DrawdownError): Promise<void> {
    const reason = typeof details.reason === 'string' ? details.reason : null;
    await this.#settle(change, { state: 'refused', refusal: { sentence: message, reason } });
  }
}

/** One change at a time: what the first one comes to decides what the next one is. */
function demandSame(
  one: Subscription,
  { open, wanted, now }: { open: PlanChange; wanted: BilledChange | null; now: number },
): void {
  const isSame = wanted !== null && wanted.begins === open.begins && sellsTheSame(wanted.offer, open.offer);
  if (!isSame) throw outOfState(one, now, 'Another change is under way at the provider');
}

const newChange = (
  { account, no }: PlanCheckout,
  { begins, offer, key, last }: BilledChange & { key: string | null; last: number },
  now: number,
): PlanChange => ({
  account,
  no: nextStamp(last, now),
  subscription: no,
  offer,
  begins,
  state: 'open',
  refusal: null,
  key,
  createdAt: now,
  updatedAt: now,
});

/** The refusal that the first request was answered with. */
function refusedAs({ refusal }: PlanChange, { provider }: PlanCheckout): DrawdownError {
  const { sentence, reason } = refusal as NonNullable<PlanChange['refusal']>;
  return new DrawdownError('payment_refused', sentence, { provider, ...(reason === null ? {} : { reason }) });
}
