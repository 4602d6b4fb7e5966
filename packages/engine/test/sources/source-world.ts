/**
 * One random story of a few accounts and everything that feeds them: plans of the product and of a provider, campaigns, packs
 * with refunds and disputes in any order, holds, members, merges and closings, under a clock that is moved. The same
 * seed is the same story.
 */
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import type { SandboxAction } from '../../src/sources/sandbox.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { codeOf, type Rig } from '../engine/rig.ts';
import { seeded } from '../engine/workload.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const ORIGIN = 'http://127.0.0.1:4400';
const RETURN = 'http://localhost/';
const PAYMENT: readonly SandboxAction[] = ['pay', 'pay', 'refund', 'dispute', 'win', 'lose', 'cancel'];
const PLAN: readonly SandboxAction[] = [
  'pay',
  'pay',
  'renew',
  'fail',
  'cancel',
  'keep',
  'refund',
  'dispute',
  'lose',
];
const CAMPAIGNS = ['creator_event', 'daily_check_in', 'sign_up_bonus', 'limited_offer'];

/** What was bought, and by whom at first. */
export interface Bought {
  readonly purchase: string;
  readonly checkout: string;
  readonly account: string;
}

type Act = () => Promise<unknown>;

export class World {
  readonly name: string;
  readonly people: readonly string[];
  readonly team: string;
  readonly startedAt: number;
  /** Whoever staff took something from, or that ended: there not all that was bought is still accounted for by its purchase. */
  readonly touched = new Set<string>();
  /** Lots that staff froze: these stay frozen whatever becomes of their purchase. */
  readonly frozen = new Set<string>();
  readonly bought: Bought[] = [];
  readonly #plans: { checkout: string; account: string }[] = [];
  readonly #subs: { id: string; account: string }[] = [];
  readonly #holds: string[] = [];
  readonly #spent: string[] = [];
  readonly #rig: Rig;
  readonly #tally: Map<string, number>;
  readonly #random: () => number;
  #now: number;
  #events = 0;

  constructor(rig: Rig, { seed, now, tally }: { seed: number; now: number; tally: Map<string, number> }) {
    this.name = `s${seed}`;
    this.people = [`${this.name}_a`, `${this.name}_b`, `${this.name}_c`];
    this.team = `${this.name}_team`;
    this.startedAt = now;
    this.#rig = rig;
    this.#now = now;
    this.#tally = tally;
    this.#random = seeded(seed);
  }

  get now(): number {
    return this.#now;
  }

  get accounts(): readonly string[] {
    return [...this.people, this.team];
  }

  /** The third has what it spent before a reversal as a debt, so it sells under another catalog. */
  engineOf(account: string): Engine {
    const { engines } = this.#rig;
    return (account === this.people[2] ? engines[2] : engines[this.#below(2)]) as Engine;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one<T>(all: readonly T[]): T | undefined {
    return all[this.#below(all.length)];
  }

  async play(steps: number): Promise<void> {
    await this.#move(0);
    for (const person of this.people) await this.engineOf(person).putAccount(person, {});
    await this.#rig.first.putAccount(this.team, { kind: 'team' });
    await this.#rig.first.members.put(this.team, this.people[0] as string, { role: 'owner' }, {});
    for (let step = 0; step < steps; step += 1) await this.#step();
    await this.#settle();
  }

  /** Holds time out, and everything that follows from what happened has followed. */
  async #settle(): Promise<void> {
    this.#now += 2 * DAY;
    await this.#rig.first.setTestClock(formatInstant(this.#now));
    for (const account of this.accounts) {
      await this.#tell('settled', () => this.#rig.first.life.merges.report(account));
    }
    for (let rounds = 0; rounds < 2; rounds += 1) {
      for await (const _ of this.#rig.first.purchases.reconcile({ since: this.startedAt, repair: true }));
    }
  }

  async #move(by: number): Promise<void> {
    this.#now += by;
    // With somebody who looks for what is due, and without.
    if (this.#below(3) === 0) await this.#rig.first.setTestClock(formatInstant(this.#now));
    else await setTestClock(this.#rig.database, this.#now);
  }

  async #tell(what: string, act: Act): Promise<void> {
    const key = `${what} ${await codeOf(act())}`;
    this.#tally.set(key, (this.#tally.get(key) ?? 0) + 1);
  }

  async #step(): Promise<void> {
    const account = this.#one(this.people) as string;
    const engine = this.engineOf(account);
    const acts: readonly (readonly [number, string, Act])[] = [
      [
        6,
        'pass',
        () =>
          this.#move(
            (this.#below(4) === 0 ? 12 * DAY : 3 * MINUTE) * (1 + this.#below(3)) + this.#below(999),
          ),
      ],
      [5, 'buy', () => this.#buy(engine, account)],
      [10, 'payment', () => this.#payment(engine)],
      [3, 'part', () => this.#part(engine)],
      [3, 'plan', () => this.#plan(engine, account)],
      [7, 'plan event', () => this.#planEvent(engine)],
      [3, 'subscribe', () => this.#subscribe(engine, account)],
      [7, 'subscription', () => this.#subscription(engine)],
      [3, 'campaign', () => engine.campaigns.claim(account, this.#one(CAMPAIGNS) as string, {}, {})],
      [12, 'consume', () => this.#spend(engine, account)],
      [8, 'hold', () => this.#hold(engine, account)],
      [9, 'hold ends', () => this.#endHold(engine)],
      [
        5,
        'refund',
        () => engine.refund(this.#one(this.#spent.slice(-6)) ?? 'op_none', { reason: 'failed' }, {}),
      ],
      [3, 'member', () => this.#member()],
      [3, 'staff', () => this.#staff(engine, account)],
      [1, 'give back', () => engine.purchases.refund(this.#one(this.bought)?.purchase ?? 'pur_none', {}, {})],
      [1, 'cash out', () => this.#ends(account, () => engine.life.cashOuts.cashOut(account, {}, {}))],
      [1, 'merge', () => this.#merge(account)],
      [1, 'close', () => this.#close(engine, account)],
    ];
    let left = this.#below(acts.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, what, act] of acts) {
      left -= weight;
      if (left < 0) return this.#tell(what, act);
    }
  }

  async #buy(engine: Engine, account: string): Promise<void> {
    const law = this.#below(3) === 0 ? { jurisdiction: 'US-CA' } : {};
    const body = { pack: this.#one(['pack_100', 'pack_500'])!, currency: 'USD', return_url: RETURN, ...law };
    const { purchase, checkout } = await engine.purchases.checkout(account, body, { origin: ORIGIN });
    this.bought.push({ purchase: purchase.id, checkout, account });
    if (this.#below(3) > 0) await engine.sandbox.tell(checkout, 'pay');
  }

  /** Whatever the provider says, whether or not it could. */
  async #payment(engine: Engine): Promise<void> {
    const one = this.#one(this.bought);
    if (one !== undefined) await engine.sandbox.tell(one.checkout, this.#one(PAYMENT) as SandboxAction);
  }

  /** A part goes back, or fails to; or the same is paid a second time, and that goes back. */
  async #part(engine: Engine): Promise<void> {
    const one = this.#one(this.bought);
    if (one === undefined) return;
    const { price, provider } = await engine.purchases.byId(one.purchase, {});
    const part = Math.ceil(price.amount_minor / 3);
    const [refund, again] = [`re_${this.#below(2)}`, { payment: 'pay_again' }];
    const money = { gross: price.amount_minor, net: price.amount_minor, currency: price.currency };
    const fact = [
      { kind: 'refund', id: refund, amount: part, failed: false },
      { kind: 'refund', id: refund, amount: part, failed: true },
      { kind: 'paid', ...again, ...money, at: this.#now + DAY },
      { kind: 'refunded', ...again, total: price.amount_minor },
    ][this.#below(4)];
    this.#events += 1;
    const event = {
      id: `${this.name}:${this.#events}`,
      subject: { purchase: one.purchase },
      facts: [fact as never],
    };
    await engine.purchases.enter(provider, event);
  }

  async #plan(engine: Engine, account: string): Promise<void> {
    const trial = this.#below(4) === 0 ? { trial: true } : {};
    const interval = this.#one(['month', 'year'] as const)!;
    const body = { plan: 'pro', interval, currency: 'USD', return_url: RETURN, ...trial };
    const { checkout } = await engine.plans.checkout(account, body, { origin: ORIGIN });
    this.#plans.push({ checkout, account });
    if (this.#below(2) === 0) await engine.sandbox.tell(checkout, 'pay');
  }

  async #planEvent(engine: Engine): Promise<void> {
    const one = this.#one(this.#plans);
    if (one === undefined) return;
    const action = this.#one(PLAN) as SandboxAction;
    const desk = await engine.sandbox.show(one.checkout);
    const isAboutPayment = ['refund', 'dispute', 'lose'].includes(action);
    if (isAboutPayment && ('purchase' in desk || desk.payment === null)) return;
    await engine.sandbox.tell(one.checkout, action);
  }

  async #subscribe(engine: Engine, account: string): Promise<void> {
    const body = { plan: 'pro', interval: this.#one(['month', 'year'] as const)!, currency: 'USD' };
    const { subscription } = await engine.subscriptions.create(account, body, {});
    this.#subs.push({ id: subscription.id, account });
  }

  async #subscription(engine: Engine): Promise<void> {
    const one = this.#one(this.#subs);
    if (one === undefined) return;
    const { subscriptions } = engine;
    const at = this.#one(['now', 'period_end'] as const)!;
    const acts: readonly Act[] = [
      () => subscriptions.renew(one.account, one.id, { ref: `in_${this.#below(4)}` }, {}),
      () => subscriptions.renew(one.account, one.id, { ref: `in_${this.#below(4)}` }, {}),
      () => subscriptions.paymentFailed(one.account, one.id, {}, {}),
      () =>
        subscriptions.change(
          one.account,
          one.id,
          { interval: this.#one(['month', 'year'] as const)!, at },
          {},
        ),
      () => subscriptions.cancel(one.account, one.id, { at }, {}),
      () => subscriptions.pause(one.account, one.id, {}),
      () => subscriptions.resume(one.account, one.id, {}),
      () => subscriptions.reactivate(one.account, one.id, { ref: `re_${this.#below(9)}` }, {}),
    ];
    await (this.#one(acts) as Act)();
  }

  async #spend(engine: Engine, account: string): Promise<void> {
    const isOfTeam = this.#below(6) === 0;
    const of = isOfTeam ? this.team : account;
    const by = isOfTeam ? { member: account } : {};
    const { operation } = await engine.consume(of, { amount: 1 + this.#below(240), ...by }, {});
    if (operation !== null) this.#spent.push(operation.id);
  }

  async #hold(engine: Engine, account: string): Promise<void> {
    const ttl_seconds = 60 * (1 + this.#below(600));
    const held = await engine.hold(account, { amount: 1 + this.#below(240), ttl_seconds }, {});
    if ('hold' in held) this.#holds.push(held.hold.id);
  }

  async #endHold(engine: Engine): Promise<void> {
    const hold = this.#one(this.#holds.slice(-4)) ?? 'hold_none';
    if (this.#below(2) === 0) await engine.release(hold, {}, {});
    else await engine.capture(hold, { amount: 1 + this.#below(60) }, {});
  }

  async #member(): Promise<void> {
    const member = this.#one(this.people.slice(1)) as string;
    const { first } = this.#rig;
    if (this.#below(3) === 0) await first.members.remove(this.team, member, {});
    else await first.members.put(this.team, member, { role: 'member' }, {});
    await first.grant(this.team, { class: 'purchased', amount: 90 }, {});
  }

  /** What staff do to a lot, whoever sold it. */
  async #staff(engine: Engine, account: string): Promise<void> {
    const lot = this.#one((await engine.grants(account, { limit: 50 })).data);
    if (lot === undefined) return;
    const reason = { reason: 'support' };
    const acts: readonly Act[] = [
      () => this.#ends(account, () => engine.voidGrant(lot.id, reason, {})),
      async () => {
        await engine.freezeGrant(lot.id, reason, {});
        this.frozen.add(lot.id);
      },
      async () => {
        await engine.unfreezeGrant(lot.id, reason, {});
        this.frozen.delete(lot.id);
      },
      () =>
        this.#ends(account, () =>
          engine.adjust(account, { class: 'purchased', amount: -3, reason: 'slip' } as never, {}),
        ),
    ];
    await (this.#one(acts) as Act)();
  }

  async #ends(account: string, act: Act): Promise<unknown> {
    this.touched.add(account);
    return act();
  }

  async #merge(account: string): Promise<void> {
    const into = this.people[0] as string;
    // Under one policy; what was spent in the other account is known to it alone.
    this.touched.add(account).add(into);
    await this.#rig.first.life.merges.merge(account, { into, reason: 'one person' }, {});
  }

  async #close(engine: Engine, account: string): Promise<void> {
    if (account === this.people[0]) return;
    this.touched.add(account);
    await engine.life.closures.close(account, { reason: 'asked for' }, {});
  }
}
