/** Changes of plans that a provider charges for, asked for here: another plan, interval or number of seats. */
import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import { keyHash } from '../store/chain.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import {
  changeByKey,
  changeInsertion,
  changeSettled,
  lastChange,
  openChange,
  type PlanChange,
  planChangeId,
} from './plan-change-rows.ts';
import { NOTHING_NEW, type PlanIntake, placeOf } from './plan-intake.ts';
import { type PlanCheckout, planIdOf } from './plan-rows.ts';
import type { PaymentProvider, PlanChangeOrder, ProviderId } from './provider.ts';
import type { SourceSetting } from './source.ts';
import { type Ground, outOfState } from './subscription-pay.ts';
import { type BilledChange, billedChange } from './subscription-request.ts';
import { readSubscriptions } from './subscription-rows.ts';
import type { Subscription } from './subscription-state.ts';
import { sellsTheSame } from './subscription-terms.ts';

/** A provider that has not answered for so long will not hear of it any more: whoever still wants it asks again. */
const DROPPED_AFTER_MS = 10 * 60_000;

interface Asked {
  readonly account: string;
  readonly body: wire.SubscriptionChangeRequest;
  readonly call: Call;
}

export class PlanChanges {
  readonly #setting: SourceSetting;
  readonly #intake: PlanIntake;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;

  constructor(
    setting: SourceSetting,
    means: { intake: PlanIntake; providers: ReadonlyMap<ProviderId, PaymentProvider> },
  ) {
    this.#setting = setting;
    this.#intake = means.intake;
    this.#providers = means.providers;
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
    const { checkout } = await this.#intake.look(row);
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
      const isOver = open !== null && ground.now - open.createdAt >= DROPPED_AFTER_MS;
      if (open !== null && !isOver) demandSame(one, { open, wanted, now: ground.now });
      const known = isOver ? null : open;
      const last = await lastChange(on, checkout.account);
      change = known ?? (wanted && newChange(checkout, { ...wanted, key, last }, ground.now));
      return {
        command: { verb: 'settle' },
        writes: () => [
          ...(isOver ? [changeSettled(open, { state: 'dropped', now: ground.now })] : []),
          ...(known === null && change ? [changeInsertion(change)] : []),
        ],
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

  async #ask(checkout: PlanCheckout, change: PlanChange, call: Call): Promise<wire.Operation | null> {
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
    const { clock, database } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { statement, params } = changeSettled(change, {
      state: 'refused',
      refusal: { sentence: message, reason },
      now,
    });
    await database.query(statement, params);
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
