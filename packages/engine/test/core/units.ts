/** From the model's ticks, credits and small numbers to the core's milliseconds, atoms and numbers. */
import type { Entry } from '../../src/core/account.ts';
import { MAX_ATOMS } from '../../src/core/amount.ts';
import type { Command, QuotedDraw } from '../../src/core/command.ts';
import type { Rules } from '../../src/core/rules.ts';
import { DAY, RULES } from './ledger.ts';
import type { Policy } from './model.ts';
import type { Promised, Step } from './model-verbs.ts';
import { CLASSES, type Setting } from './steps.ts';

export const BASE = Date.UTC(2026, 0, 1);
const TICKS = { ms: 1, second: 1000, day: DAY } as const;
/** Of ticks; as text and as parts they are below. */
const GRACE = { ms: 1000, second: 5, day: 3 } as const;
/** With credits as large as this, 64 of them fill an account. */
const VAST = MAX_ATOMS / 64n;
/** A lot or hold that never was. */
const NOBODY = 7;

export class Units {
  readonly setting: Setting;
  /** Atoms of a credit. */
  readonly unit: bigint;
  /** The core's numbers, by the model's less one. */
  readonly lots: number[] = [];
  readonly holds: number[] = [];

  constructor(setting: Setting) {
    this.setting = setting;
    this.unit = setting.vast ? VAST : 1n;
  }

  ms(tick: number): number {
    return BASE + tick * TICKS[this.setting.tick];
  }

  atoms(credits: number): bigint {
    return BigInt(credits) * this.unit;
  }

  /** The core's command for a step of the model. */
  command(step: Step, entries: readonly Entry[]): Command {
    const lot = (id: number): number => this.lots[id - 1] ?? NOBODY;
    const hold = (id: number): number => this.holds[id - 1] ?? NOBODY;
    const some = (credits: number | null): bigint | null => (credits === null ? null : this.atoms(credits));
    const span = (ticks: number): number => ticks * TICKS[this.setting.tick];
    switch (step.verb) {
      case 'grant':
        return this.#grantCommand(step);
      case 'consume':
        return { ...step, amount: this.atoms(step.amount), quote: this.#quote(step.quote) };
      case 'hold': {
        const { verb, amount, feature, classes, quote, ttl } = step;
        return {
          verb,
          amount: this.atoms(amount),
          feature,
          classes,
          quote: this.#quote(quote),
          ttlMs: span(ttl),
        };
      }
      case 'capture':
        return { ...step, hold: hold(step.hold), amount: some(step.amount) };
      case 'release':
        return { ...step, hold: hold(step.hold) };
      case 'extend_hold':
        return { verb: 'extend_hold', hold: hold(step.hold), owner: step.owner, ttlMs: span(step.ttl) };
      case 'refund':
        return {
          ...step,
          amount: some(step.amount),
          operationAt: entries[step.operation - 1]?.at ?? 0,
          reason: 'failed',
        };
      case 'adjust':
        return { ...step, amount: this.atoms(step.amount), reason: 'count' };
      case 'extend':
        return {
          verb: 'extend',
          grant: lot(step.grant),
          expiresAt: step.to === null ? null : this.ms(step.to),
        };
      default:
        return { verb: step.verb, grant: lot(step.grant), reason: 'because' };
    }
  }

  #grantCommand(step: Step & { verb: 'grant' }): Command {
    const { class: id, amount, priority, from, validity, features } = step;
    let core: (Command & { verb: 'grant' })['validity'] = { kind: 'forever' };
    if (validity !== 'forever' && 'until' in validity)
      core = { kind: 'until', expiresAt: this.ms(validity.until) };
    else if (validity !== 'forever') {
      const duration = this.setting.tick === 'day' ? `P${validity.lasts}D` : `PT${validity.lasts}S`;
      core = { kind: 'for', duration: this.setting.tick === 'ms' ? `PT${validity.lasts / 1000}S` : duration };
    }
    return {
      verb: 'grant',
      class: id,
      amount: this.atoms(amount),
      priority,
      effectiveAt: from === null ? null : this.ms(from),
      validity: core,
      features,
      source: { type: 'test', ref: null },
      cost: null,
      metadata: {},
    };
  }

  #quote(promised: Promised | null): QuotedDraw | null {
    if (promised === null) return null;
    const byClass = new Map<string, bigint>();
    for (const id of promised.classes) byClass.set(id, (byClass.get(id) ?? 0n) + this.unit);
    return { expiresAt: this.ms(promised.until), amount: this.atoms(promised.amount), byClass };
  }
}

export function policyOf(setting: Setting): Policy {
  const paid = setting.paid === 'last' ? 'purchased' : 'promotional';
  return {
    classes: CLASSES.map((id) => ({ id, paid: id === paid })),
    strategy: setting.strategy,
    overdraft: setting.overdraft,
    grace: GRACE[setting.tick],
    limit: setting.vast ? 64 : Number.POSITIVE_INFINITY,
  };
}

export function rulesOf(setting: Setting): Rules {
  const { classes, strategy, overdraft } = policyOf(setting);
  const unit = setting.vast ? VAST : 1n;
  const [days, seconds] =
    setting.tick === 'day' ? [GRACE.day, 0] : [0, setting.tick === 'ms' ? 1 : GRACE.second];
  return {
    ...RULES,
    strategy,
    classes: classes.map((entry, rank) => ({ ...entry, rank })),
    refundGrace: { ...RULES.refundGrace, days, seconds },
    overdraft: { allowed: overdraft !== null, limit: BigInt(overdraft ?? 0) * unit },
  };
}
