/** An account with its whole ledger in memory, driven as the write path drives it: settle, decide, apply, prune. */
import {
  type Account,
  type Entry,
  emptyAccount,
  findGrant,
  type Grant,
  type Hold,
  isFinished,
} from '../../src/core/account.ts';
import { apply, isRepayment, refundedBy } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import type { Command, Decision } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { comparator } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { settle } from '../../src/core/settle.ts';

export const DAY = 86_400_000;
export const START = Date.UTC(2026, 2, 25, 10);

/** The classes of the article, with a grace of a week and a small overdraft. */
export const RULES: Rules = {
  version: 'test',
  scale: 0,
  strategy: 'class_order',
  classes: [
    { id: 'subscription', rank: 0, paid: false },
    { id: 'promotional', rank: 1, paid: false },
    { id: 'purchased', rank: 2, paid: true },
  ],
  refundGrace: { years: 0, months: 0, weeks: 0, days: 7, hours: 0, minutes: 0, seconds: 0 },
  overdraft: { allowed: true, limit: 50n },
  hold: { defaultTtlMs: 900_000, maxTtlMs: DAY },
  notices: { types: new Set(), expiring: new Map(), low: [] },
};

/** One command as it was decided: the state it found, and what came of it. */
export interface Moment {
  readonly before: Account;
  readonly command: Command;
  readonly now: number;
  readonly decision: Decision;
}

export class Ledger {
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
  /** Whether finished lots and closed holds leave the state until a command names them. */
  readonly prunes: boolean;
  readonly account: Account;
  readonly entries: Entry[] = [];
  /** What was decided so far, where it is kept. */
  readonly moments: Moment[] | null;
  now: number;
  readonly #operations = new Set<number>();
  readonly #finished = new Map<number, Grant>();
  readonly #closed = new Map<number, Hold>();

  constructor({
    rules = RULES,
    prunes = false,
    timeZone = 'UTC',
    now = START,
    keeps = false,
  }: { rules?: Rules; prunes?: boolean; timeZone?: string; now?: number; keeps?: boolean } = {}) {
    this.rules = rules;
    this.inOrder = comparator(rules);
    this.prunes = prunes;
    this.account = emptyAccount({ number: 1, id: 'u_1', kind: 'team', timeZone });
    this.now = now;
    this.moments = keeps ? [] : null;
  }

  /** Lets time pass and enters what comes due. */
  until(now: number): readonly Entry[] {
    this.now = now;
    const entered = settle(this.account, { now, rules: this.rules }, this.inOrder);
    this.entries.push(...entered);
    this.#prune();
    return entered;
  }

  /** What the command would do, now; it may be asked any number of times. */
  ask(command: Command, actor = 'someone'): Decision {
    this.#load(command);
    return decide(this.account, command, { now: this.now, rules: this.rules, actor });
  }

  do(command: Command, actor = 'someone'): Decision {
    const decision = this.ask(command, actor);
    this.moments?.push({ before: copyOf(this.account), command, now: this.now, decision });
    if ('entries' in decision) this.record(decision.entries);
    this.#prune();
    return decision;
  }

  /** Applies the entries of one operation. */
  record(entries: readonly Entry[]): void {
    for (const entry of entries) {
      apply(this.account, entry, this.inOrder);
      this.entries.push(entry);
    }
    if (entries[0] !== undefined) this.#operations.add(entries[0].seq);
  }

  /** All lots that ever were, finished ones too, in order of creation. */
  lots(): Grant[] {
    return [...this.account.grants, ...this.#finished.values()].sort((a, b) => a.no - b.no);
  }

  lot(no: number): Grant {
    const lot = findGrant(this.account, no) ?? this.#finished.get(no);
    if (lot === undefined) throw new Error(`no lot ${no}`);
    return lot;
  }

  hold(no: number): Hold {
    const hold = this.account.holds.get(no) ?? this.#closed.get(no);
    if (hold === undefined) throw new Error(`no hold ${no}`);
    return hold;
  }

  #load(command: Command): void {
    const { account } = this;
    if (command.verb === 'refund' && this.#operations.has(command.operation)) {
      this.#loadSpending(command.operation);
    }
    if (command.verb === 'forgive') {
      for (const entry of this.entries) if (isRepayment(entry)) this.#loadSpending(entry.seq);
    }
    if ('grant' in command) this.#revive([command.grant]);
    if ('hold' in command) {
      const closed = this.#closed.get(command.hold);
      if (closed !== undefined) account.holds.set(closed.no, closed);
      this.#closed.delete(command.hold);
    }
  }

  #loadSpending(operation: number): void {
    const entry = this.entries[operation - 1];
    if (entry === undefined) return;
    if (!this.account.spendings.has(operation)) {
      const refunds = this.entries.filter((one) => one.type === 'refund' && one.reverses === operation);
      const refunded = refunds.reduce((sum, one) => sum + refundedBy(one), 0n);
      this.account.spendings.set(operation, { entry, refunded });
    }
    this.#revive(entry.moves.map((move) => move.grant));
  }

  #revive(numbers: readonly number[]): void {
    const lots = numbers.flatMap((no) => this.#finished.get(no) ?? []);
    for (const lot of lots) this.#finished.delete(lot.no);
    if (lots.length > 0) this.account.grants = [...this.account.grants, ...lots].sort(this.inOrder);
  }

  #prune(): void {
    if (!this.prunes) return;
    const { account } = this;
    for (const lot of account.grants) if (isFinished(lot)) this.#finished.set(lot.no, { ...lot });
    account.grants = account.grants.filter((lot) => !isFinished(lot));
    for (const hold of account.holds.values()) {
      if (hold.state !== 'open') this.#closed.set(hold.no, { ...hold });
    }
    for (const no of this.#closed.keys()) account.holds.delete(no);
    account.spendings.clear();
  }
}
