/** A ledger with a past: every verb, on many accounts, from one seed, under a clock that is moved. */
import type * as wire from '@drawdown/client';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { DrawdownError } from '../../src/errors.ts';

/** The shipped catalog, with an overdraft, so that accounts can be in debt. */
export const LENIENT = readCatalog({
  ...shippedCatalog,
  policies: { ...shippedCatalog.policies, overdraft: { allowed: true, limit: 40 } },
});

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const VERBS = [
  ...['grant', 'grant', 'grant', 'consume', 'consume', 'consume', 'consume', 'hold', 'hold', 'capture'],
  ...['release', 'extend_hold', 'refund', 'refund', 'void', 'extend', 'freeze', 'unfreeze', 'adjust'],
] as const;
type Verb = (typeof VERBS)[number];

/** What one account has seen, and its own source of chance. */
interface Person {
  readonly id: string;
  readonly random: () => number;
  readonly grants: string[];
  readonly holds: string[];
  readonly spent: string[];
  done: number;
}

export class Workload {
  readonly #engine: Engine;
  readonly #people: Person[];
  readonly #random: () => number;
  readonly #pass: (instant: number) => Promise<() => Promise<unknown>>;
  /** How often each verb did something. */
  readonly counts = new Map<Verb, number>();

  /** `pass` moves the clock; what it answers then runs beside what the accounts do. */
  constructor(
    engine: Engine,
    options: {
      seed: number;
      accounts: number;
      pass?: (instant: number) => Promise<() => Promise<unknown>>;
    },
  ) {
    this.#engine = engine;
    this.#pass =
      options.pass ??
      (async (instant) => {
        await engine.setTestClock(formatInstant(instant));
        return async () => undefined;
      });
    this.#random = seeded(options.seed);
    this.#people = Array.from({ length: options.accounts }, (_, i) => ({
      id: `w_${options.seed}_${i}`,
      random: seeded(options.seed * 1_000 + i),
      grants: [],
      holds: [],
      spent: [],
      done: 0,
    }));
  }

  get accounts(): string[] {
    return this.#people.map((one) => one.id);
  }

  /** In each round every account does one thing, all at once, and then time passes. */
  async run(rounds: number): Promise<void> {
    for (const one of this.#people) {
      await this.#engine.putAccount(one.id, {
        kind: one.random() < 0.2 ? 'team' : 'user',
        time_zone: one.random() < 0.5 ? 'Europe/Berlin' : 'UTC',
        metadata: { née: 'Zoë "\\"', nested: [1, null, { b: 2, a: 1 }] },
      });
      await this.#perform(one, 'grant');
    }
    for (let round = 0; round < rounds; round += 1) {
      const passed = [0, 1, 1_000, 60_000, 900_000, 20_000_000][Math.floor(this.#random() * 6)] as number;
      const meanwhile = await this.#pass((await this.#engine.now()) + passed);
      await Promise.all([
        meanwhile(),
        ...this.#people.map((one) =>
          this.#perform(one, VERBS[Math.floor(one.random() * VERBS.length)] as Verb),
        ),
      ]);
    }
  }

  async #perform(one: Person, verb: Verb): Promise<void> {
    one.done += 1;
    const call = { idempotencyKey: `${one.id}/${one.done}`, actor: `user:${one.id}` };
    try {
      if (await this.#attempt(one, verb, call)) this.counts.set(verb, (this.counts.get(verb) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof DrawdownError) || error.status >= 500) throw error;
    }
  }

  async #attempt(one: Person, verb: Verb, call: { idempotencyKey: string; actor: string }): Promise<boolean> {
    const engine = this.#engine;
    const upTo = (max: number): number => 1 + Math.floor(one.random() * max);
    const recent = (list: readonly string[]): string =>
      list[Math.max(0, list.length - upTo(4))] ?? 'none_yet';
    switch (verb) {
      case 'grant':
        one.grants.push((await engine.grant(one.id, await this.#grant(one), call)).grant.id);
        return true;
      case 'consume': {
        const body = { amount: upTo(30), overdraft: one.random() < 0.2, feature: 'ai_script' };
        const receipt = await engine.consume(one.id, { ...body, metadata: { why: 'a "reason"' } }, call);
        if (receipt.operation !== null) one.spent.push(receipt.operation.id);
        return true;
      }
      case 'hold': {
        const receipt = await engine.hold(one.id, { amount: upTo(20), ttl_seconds: upTo(7_200) }, call);
        if (receipt.operation !== null) one.holds.push(receipt.hold.id);
        return true;
      }
      case 'capture': {
        const receipt = await engine.capture(recent(one.holds), { amount: upTo(8) }, call);
        one.spent.push(receipt.operation.id);
        return true;
      }
      case 'release':
        await engine.release(recent(one.holds), { reason: 'not needed' }, call);
        return true;
      case 'extend_hold':
        await engine.extendHold(recent(one.holds), { ttl_seconds: 40_000 + upTo(40_000) }, call);
        return true;
      case 'refund':
        await engine.refund(recent(one.spent), { amount: upTo(5), reason: 'failed' }, call);
        return true;
      case 'void':
        await engine.voidGrant(recent(one.grants), { reason: 'mistake' }, call);
        return true;
      case 'extend': {
        const expires_at = one.random() < 0.2 ? null : formatInstant((await engine.now()) + upTo(90) * DAY);
        await engine.extendGrant(recent(one.grants), { expires_at }, call);
        return true;
      }
      case 'freeze':
        await engine.freezeGrant(recent(one.grants), { reason: 'disputed' }, call);
        return true;
      case 'unfreeze':
        await engine.unfreezeGrant(recent(one.grants), { reason: 'settled' }, call);
        return true;
      case 'adjust':
        await engine.adjust(one.id, { amount: upTo(20) - 8, reason: 'corrected' }, call);
        return true;
    }
  }

  async #grant(one: Person): Promise<wire.GrantRequest> {
    const now = await this.#engine.now();
    const classes = ['subscription', 'promotional', 'purchased'];
    const length = Math.ceil(one.random() * 30) * 3_600_000;
    const start = one.random() < 0.25 ? now + Math.ceil(one.random() * 10) * 3_600_000 : now;
    return {
      class: classes[Math.floor(one.random() * 3)] as string,
      amount: 10 + Math.floor(one.random() * 60),
      ...(start > now ? { effective_at: formatInstant(start) } : {}),
      expires_at: one.random() < 0.3 ? null : formatInstant(start + length),
      priority: Math.floor(one.random() * 3) - 1,
      ...(one.random() < 0.3 ? { features: ['smart_cutout', 'ai_script'] } : {}),
      ...(one.random() < 0.5 ? { source: { type: 'campaign', ref: 'spring, "26"' } } : {}),
      ...(one.random() < 0.4 ? { cost: { amount_minor: 999, currency: 'EUR' } } : {}),
      ...(one.random() < 0.4 ? { metadata: { z: 1, a: { y: 'é', b: '\u0000' } } } : {}),
    };
  }
}

const DAY = 86_400_000;
