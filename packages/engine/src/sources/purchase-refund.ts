/**
 * Refunds that buyers, closings and staff ask for: the credits are frozen, the provider pays back, the credits go. Until it
 * answered nobody knows what became of it, so it is asked again, under the same name, until it did.
 */
import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { DrawdownError } from '../errors.ts';
import { nowStatement } from '../store/clock.ts';
import { statement } from '../store/database.ts';
import { DueRounds } from './due-rounds.ts';
import type { Plans } from './plans.ts';
import type { PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';
import type { PurchaseChange, PurchaseChanged, PurchaseChanges } from './purchase-change.ts';
import type { Place } from './purchase-order.ts';
import { idOf, type Purchase } from './purchase-rows.ts';
import { attemptsOf, outcomeOf } from './purchase-state.ts';
import { mayAsk } from './purchase-wish.ts';
import type { SourceSetting } from './source.ts';

/** Whoever asked may still be waiting for the answer: a provider's library tries three times, for 15 s each. */
const FIRST_MS = 60_000;
const LAST_MS = 60 * 60_000;
/** Between looks at what was never answered. */
const LOOK_MS = 5_000;
/** Asked at once. */
const ROUND = 20;

const SYSTEM: Call = { actor: 'system', principal: 'source' };

/** By the index of what awaits something: a purchase that is being paid back does. */
const UNANSWERED = statement<[number, number, number, number], { account: bigint; no: bigint }>(
  'purchases_refunding',
  `select account, no from drawdown.purchases
    where awaits and state = 'refunding' and moved_to is null and updated_at <= $1
      and (account, no) > ($2::int8, $3::int8) order by account, no limit $4`,
);

interface Found {
  readonly purchase: Purchase;
  readonly account: Place;
}

export interface RefundMeans {
  readonly changes: PurchaseChanges;
  /** Throws `provider_not_configured`. */
  readonly providerOf: (id: ProviderId) => PaymentProvider;
  readonly enter: (provider: ProviderId, event: PaymentEvent) => Promise<Purchase | null>;
  /** The purchase behind an id, where it is now. */
  readonly reach: (id: string) => Promise<Found>;
  /** What was the first payment of a plan ends the plan. */
  readonly plans: Pick<Plans, 'goesOn' | 'withdraw'>;
}

export class Refunds {
  readonly #setting: SourceSetting;
  readonly #means: RefundMeans;
  readonly #rounds: DueRounds;
  /** How often this process asked about a purchase in vain, and when it does again. */
  readonly #waits = new Map<string, { tries: number; at: number }>();
  #lookedTo = { account: -1, no: 0 };

  constructor(setting: SourceSetting, means: RefundMeans) {
    this.#setting = setting;
    this.#means = means;
    this.#rounds = new DueRounds({
      what: 'refunds that nobody answered',
      round: () => this.round(),
      log: setting.log,
      idleMs: LOOK_MS,
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /**
   * Pays a purchase back, once. Throws `purchase_not_refundable`; `payment_refused` where the provider will not, and then all
   * is as before; `unavailable` where no answer came: then the credits stay frozen until one does.
   */
  async make(
    { purchase, account }: Found,
    { id, body, call }: { id: string; body: wire.PurchaseRefundRequest; call: Call },
  ): Promise<PurchaseChanged> {
    const provider = this.#means.providerOf(purchase.provider);
    if (provider.refund === undefined) {
      throw new DrawdownError('purchase_not_refundable', `${provider.id} pays back in its own store only.`, {
        reason: 'provider',
      });
    }
    const ends = await this.#means.plans.goesOn(account.id, purchase);
    const place = { account, no: purchase.no };
    const asked = await this.#ask(place, { input: { purchase: id, ...body }, call, ends });
    const { state } = asked.purchase;
    if (state === 'reversed')
      await this.#means.plans.withdraw(account.id, asked.purchase, { to: 'now', call });
    if (state !== 'refunding') return asked;
    return { ...asked, purchase: await this.#payBack({ purchase: asked.purchase, account }, { id, call }) };
  }

  /** A refusal is no answer that a key keeps: where the provider declined, the same key asks once more. */
  async #ask(
    place: { account: Place; no: number },
    { input, call, ends }: { input: { purchase: string }; call: Call; ends: boolean },
  ) {
    const { changes } = this.#means;
    const facts: PurchaseChange['facts'] = (current, at) =>
      mayAsk(current, at).map((fact) => ({ ...fact, ...(ends && { ends }) }));
    const asked = await changes.make(place, { call, input, facts });
    const { facts: known, state } = asked.purchase;
    const attempt = attemptsOf(known, 'asked');
    if (!asked.replayed || state === 'refunding' || attempt > attemptsOf(known, 'declined')) return asked;
    const idempotencyKey = `asked:${input.purchase}:${attempt + 1}`;
    const again = { ...call, idempotencyKey, principal: 'source' };
    const more = { purchase: input.purchase, attempt: attempt + 1 };
    return changes.make(place, { call: again, input: more, facts });
  }

  /** Sends what was asked for, or asks what became of it: the same attempt is the same refund. */
  async #payBack(
    { purchase: asked, account }: Found,
    { id, call }: { id: string; call: Call },
  ): Promise<Purchase> {
    const { providerOf, plans, enter } = this.#means;
    const provider = providerOf(asked.provider);
    const withdraw = (to: 'period_end' | 'now' | 'never') => plans.withdraw(account.id, asked, { to, call });
    const attempt = attemptsOf(asked.facts, 'asked');
    const ends = asked.facts.some((fact) => fact.kind === 'asked' && fact.attempt === attempt && fact.ends);
    if (ends) await withdraw('period_end');
    const event = await provider
      .refund?.({
        purchase: id,
        payment: asked.payment as string,
        amountMinor: outcomeOf(asked.facts).paid?.gross ?? 0,
        attempt,
      })
      .catch(async (error: unknown) => {
        if (error instanceof DrawdownError && error.code === 'payment_refused') {
          await this.#decline({ account, no: asked.no }, asked);
          if (ends) await withdraw('never');
        }
        throw error;
      });
    const after = (event && (await enter(provider.id, event))) ?? asked;
    // Who paid twice gets both back: with the one gone, the other one counts.
    if (after.state === 'refunding' && after.payment !== asked.payment)
      return this.#payBack({ purchase: after, account }, { id, call });
    if (after.state === 'reversed') await withdraw('now');
    return after;
  }

  async #decline(place: { account: Place; no: number }, purchase: Purchase): Promise<void> {
    const attempt = attemptsOf(purchase.facts, 'asked');
    const call = {
      idempotencyKey: `declined:${idOf(purchase)}:${attempt}`,
      actor: 'system',
      principal: 'source',
    };
    const input = { purchase: idOf(purchase), attempt };
    await this.#means.changes.make(place, { call, input, facts: () => [{ kind: 'declined', attempt }] });
  }

  /** Asks about the next ones whose answer was lost; true where more may be. */
  async round(): Promise<boolean> {
    const { database, clock } = this.#setting;
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { account, no } = this.#lookedTo;
    const { rows } = await database.query(UNANSWERED, [now - FIRST_MS, account, no, ROUND]);
    const found = rows.map((row) => ({ account: Number(row.account), no: Number(row.no) }));
    const last = found.at(-1);
    const isMore = last !== undefined && found.length === ROUND;
    this.#lookedTo = isMore ? last : { account: -1, no: 0 };
    await Promise.all(found.map((place) => this.#askAbout(idOf(place), now)));
    if (!isMore) for (const [id, { at }] of this.#waits) if (at + LAST_MS < now) this.#waits.delete(id);
    return isMore;
  }

  async #askAbout(id: string, now: number): Promise<void> {
    const { tries, at } = this.#waits.get(id) ?? { tries: 0, at: 0 };
    if (now < at) return;
    try {
      const found = await this.#means.reach(id);
      if (found.purchase.state !== 'refunding') return;
      // An answer that says nothing of it is asked for more seldom as well.
      this.#waits.set(id, { tries: tries + 1, at: now + Math.min(LAST_MS, FIRST_MS * 2 ** tries) });
      if ((await this.#payBack(found, { id, call: SYSTEM })).state !== 'refunding') this.#waits.delete(id);
    } catch (error) {
      this.#setting.log(`what became of the refund of ${id} is not known`, error);
    }
  }
}
