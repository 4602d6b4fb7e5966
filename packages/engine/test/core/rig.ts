/** Runs one history on the core and on the naive model, and compares all that can be seen after every step. */
import { type Grant, grantState } from '../../src/core/account.ts';
import { summarise } from '../../src/core/balance.ts';
import type { Decision } from '../../src/core/command.ts';
import { availableFor } from '../../src/core/consume.ts';
import { dueAt } from '../../src/core/settle.ts';
import { Ledger } from './ledger.ts';
import { type Lot, Model } from './model.ts';
import { type Promised, perform, type Refused } from './model-verbs.ts';
import { type Intent, meaning, type Setting } from './steps.ts';
import type { Tally } from './tally.ts';
import { BASE, policyOf, rulesOf, Units } from './units.ts';

export class Rig {
  readonly setting: Setting;
  readonly model: Model;
  readonly ledger: Ledger;
  readonly quotes: Promised[] = [];
  readonly units: Units;
  readonly #tally: Tally | null;
  #seen = 0;

  constructor(setting: Setting, tally: Tally | null = null) {
    this.setting = setting;
    this.model = new Model(policyOf(setting));
    this.ledger = new Ledger({
      rules: rulesOf(setting),
      prunes: setting.prunes,
      now: BASE,
      keeps: tally === null,
    });
    this.units = new Units(setting);
    this.#tally = tally;
  }

  /** Throws where core and model differ. */
  run(history: readonly Intent[]): void {
    for (const intent of history) this.do(intent);
  }

  do(intent: Intent): void {
    const meant = meaning(intent, this);
    if ('quote' in meant && !('verb' in meant)) {
      this.quotes.push(meant.quote);
      return;
    }
    const before = this.#tally?.before(this.model);
    if ('until' in meant) {
      this.ledger.until(this.units.ms(meant.until));
      this.model.advance(meant.until);
      this.compare();
    } else {
      const decision = this.ledger.do(
        this.units.command(meant, this.ledger.entries),
        meant.verb === 'hold' ? meant.actor : 'someone',
      );
      const refused = perform(this.model, meant);
      equal(`answer to ${meant.verb}`, answerOf(decision), refused === null ? null : this.#atoms(refused));
      this.compare();
      this.#tally?.step(meant, refused);
    }
    if (before !== undefined) this.#tally?.after(this.model, before);
  }

  #atoms(refused: Refused): Record<string, unknown> {
    const atoms = Object.entries(refused).map(([key, value]) => [
      key,
      typeof value === 'number' ? this.units.atoms(value) : value,
    ]);
    return Object.fromEntries(atoms);
  }

  /** Entries, lots, holds, balance and what time will do next. */
  compare(): void {
    const { model, ledger } = this;
    this.#compareEntries();
    const { account } = ledger;
    equal('version', account.seq, model.log.length);
    equal('total', account.total, this.units.atoms(model.total()));
    equal('debt', account.debt, this.units.atoms(model.debt));
    const lots = ledger.lots();
    equal('number of lots', lots.length, model.lots.length);
    for (const [i, lot] of lots.entries()) this.#compareLot(lot, model.lots[i] as Lot);
    for (const [i, hold] of model.holds.entries()) {
      const core = ledger.hold(this.units.holds[i] as number);
      equal(`hold ${i} state`, core.state, hold.state);
      equal(`hold ${i} end`, core.expiresAt, this.units.ms(hold.to));
      equal(`hold ${i} amount`, core.amount, this.units.atoms(hold.credits.length));
    }
    this.#compareBalance();
    const due = model.dues().reduce<number | null>((first, at) => Math.min(first ?? at, at), null);
    equal('due', dueAt(account), due === null ? null : this.units.ms(due));
  }

  #compareEntries(): void {
    const { entries } = this.ledger;
    equal('number of entries', entries.length, this.model.log.length);
    for (; this.#seen < entries.length; this.#seen++) {
      const entry = entries[this.#seen];
      const line = this.model.log[this.#seen];
      if (entry === undefined || line === undefined) return;
      const at = `entry ${entry.seq}`;
      equal(`${at} type`, entry.type, line.type);
      equal(`${at} at`, entry.at, this.units.ms(line.at));
      equal(`${at} amount`, entry.amount, this.units.atoms(line.credits));
      equal(`${at} held`, entry.held, this.units.atoms(line.held));
      equal(`${at} debt`, entry.debt, this.units.atoms(line.debt));
      for (const terms of entry.detail?.grants ?? []) this.units.lots.push(terms.no);
      if (entry.type === 'hold') this.units.holds.push(entry.hold as number);
    }
  }

  #compareLot(lot: Grant, naive: Lot): void {
    const { model } = this;
    const of = (credits: number): bigint => this.units.atoms(credits);
    const at = `lot ${naive.id}`;
    equal(`${at} number`, lot.no, this.units.lots[naive.id - 1]);
    equal(`${at} granted`, lot.granted, of(naive.credits.length));
    equal(`${at} remaining`, lot.remaining, of(model.count('free', naive) + model.count('held', naive)));
    equal(`${at} held`, lot.held, of(model.count('held', naive)));
    equal(`${at} consumed`, lot.consumed, of(model.count('spent', naive)));
    equal(`${at} expired`, lot.expired, of(model.count('expired', naive)));
    equal(`${at} voided`, lot.voided, of(model.count('voided', naive)));
    equal(`${at} state`, grantState(lot, this.ledger.now), model.state(naive));
    equal(`${at} frozen`, lot.frozen, naive.frozen);
    equal(`${at} end`, lot.expiresAt, naive.to === null ? null : this.units.ms(naive.to));
  }

  #compareBalance(): void {
    const { model, ledger } = this;
    const of = (credits: number): bigint => this.units.atoms(credits);
    const free = (lot: Lot): number => model.count('free', lot);
    const sum = (lots: readonly Lot[], each: (lot: Lot) => number): bigint =>
      of(lots.reduce((all, lot) => all + each(lot), 0));
    const summary = summarise(ledger.account, ledger.rules, ledger.now);
    for (const [i, { id }] of model.policy.classes.entries()) {
      const lots = model.lots.filter((lot) => lot.class === id);
      const core = summary.classes[i];
      equal(`class ${i}`, core?.class, id);
      equal(
        `${id} total`,
        core?.total,
        sum(lots, (lot) => free(lot) + model.count('held', lot)),
      );
      equal(
        `${id} held`,
        core?.held,
        sum(lots, (lot) => model.count('held', lot)),
      );
      equal(
        `${id} frozen`,
        core?.frozen,
        sum(
          lots.filter((lot) => lot.frozen),
          free,
        ),
      );
      const ending = lots.filter((lot) => lot.to !== null && free(lot) > 0);
      const next = ending.reduce((first, lot) => Math.min(first, lot.to as number), Number.POSITIVE_INFINITY);
      const expiry = {
        at: this.units.ms(next),
        amount: sum(
          ending.filter((lot) => lot.to === next),
          free,
        ),
      };
      equal(`${id} next expiry`, core?.nextExpiry ?? null, ending.length === 0 ? null : expiry);
    }
    equal('held', summary.held, of(model.count('held')));
    const order = model.inOrder().filter((lot) => model.spendable(lot) && free(lot) > 0);
    equal(
      'draw order',
      summary.drawOrder,
      order.map((lot) => this.units.lots[lot.id - 1]),
    );
    const wish = { feature: 'cutout', classes: null };
    equal('available', availableFor(ledger.account, wish, ledger.now), of(model.within(wish).length));
  }
}

/** Of a refusal, what the model speaks about too. */
function answerOf(decision: Decision): Record<string, unknown> | null {
  if ('entries' in decision) return null;
  const spoken = Object.entries(decision.refusal).filter(([key]) => key !== 'limit' && key !== 'expiresAt');
  return Object.fromEntries(spoken);
}

function equal(what: string, core: unknown, model: unknown): void {
  if (core === model) return;
  const [left, right] = [text(core), text(model)];
  if (left !== right) throw new Error(`${what}: the core says ${left}, the model ${right}`);
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, part) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
