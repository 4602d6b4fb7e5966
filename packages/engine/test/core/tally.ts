/** Counts what random histories reached, so that a generator that no longer gets somewhere turns red. */
import type { Line, Lot, Model } from './model.ts';
import type { Refused, Step } from './model-verbs.ts';

interface Snapshot {
  readonly now: number;
  readonly lots: readonly string[];
  readonly holds: readonly string[];
  readonly lines: number;
  readonly debt: number;
}

export class Tally {
  readonly counts = new Map<string, number>();
  #line: Line | null = null;
  #step: Step | null = null;

  note(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  before(model: Model): Snapshot {
    this.#step = null;
    return {
      now: model.now,
      lots: model.lots.map((lot) => model.state(lot)),
      holds: model.holds.map((hold) => hold.state),
      lines: model.log.length,
      debt: model.debt,
    };
  }

  step(step: Step, refused: Refused | null): void {
    this.note(refused === null ? `${step.verb} done` : `refused ${refused.code}`);
    this.#step = refused === null ? step : null;
  }

  after(model: Model, before: Snapshot): void {
    for (const [i, state] of before.lots.entries()) {
      const now = model.state(model.lots[i] as Lot);
      if (now !== state) this.note(`lot ${state} → ${now}`);
    }
    for (const [i, state] of before.holds.entries()) {
      const now = model.holds[i]?.state;
      if (now !== state) this.note(`hold ${state} → ${now}`);
    }
    const lines = model.log.slice(before.lines);
    for (const [i, line] of lines.entries()) this.#sequence(line, lines[i + 1] ?? null);
    if (this.#step !== null) this.#special(this.#step, model, lines);
    for (const lot of model.lots) {
      if (before.now === model.now) continue;
      if (lot.to === model.now && model.count('held', lot) > 0) this.note('an end reached while held');
      if (lot.from > before.now && lot.begun && lot.frozen && before.debt > 0)
        this.note('a frozen start beside debt');
    }
  }

  /** What an entry led to in the same instant. */
  #sequence(line: Line, next: Line | null): void {
    this.#line = line;
    if (!line.operation) this.note(`time or consequence: ${line.type}`);
    if (next === null || next.operation || next.at !== line.at) return;
    this.note(`${line.operation ? '' : 'late '}${line.type} then ${next.type}`);
  }

  #special(step: Step, model: Model, lines: readonly Line[]): void {
    const line = lines[0] ?? (this.#line as Line);
    const hold = 'hold' in step ? model.holds[step.hold - 1] : undefined;
    if (step.verb === 'capture') {
      const lots = new Set(line.spent.map((credit) => credit?.lot));
      if ([...lots].some((lot) => lot !== undefined && model.ended(lot)))
        this.note('capture from an ended lot');
      if ([...lots].some((lot) => lot?.takenBack)) this.note('capture from a voided lot');
      if (line.spent.length < (hold?.credits.length ?? 0)) this.note('capture of a part');
    }
    if (step.verb === 'consume') {
      if (line.debt > 0) this.note(line.credits === 0 ? 'overdraft of all' : 'overdraft of a part');
      if (step.quote !== null) this.note('quote kept');
      if (new Set(line.spent.map((credit) => credit?.lot)).size > 2)
        this.note('drawn from three lots or more');
    }
    if (step.verb === 'refund') {
      if (line.debt < 0)
        this.note(line.credits === 0 ? 'refund that only forgives' : 'refund that forgives a part');
      if ((model.log[step.operation - 1]?.spent.length ?? 0) > 0) this.note('refund of a part');
      const issued = model.lots.filter(
        (lot) => lot.from === model.now && lot.to === model.now + model.policy.grace,
      );
      if (issued.length > 0) this.note('refund into a new lot');
    }
    if (step.verb === 'void' && model.count('held', model.lots[step.grant - 1]) > 0)
      this.note('void while held');
    if (model.policy.overdraft !== null && model.debt > 0 && model.count('free') > 0)
      this.note('debt beside credits');
  }
}
