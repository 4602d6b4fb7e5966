/**
 * A year of many accounts as a list of what happens when, played on real engines under a clock that is moved. What is
 * expected is worked out here, from the calendar on the wall and from the ledgers' own entries: never by the engine.
 */
import type { Entry, Grant } from '@drawdown/client';
import { expect } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { wholeLedger } from '../../src/scenario/ledger.ts';
import { setTestClock } from '../../src/store/clock.ts';
import type { Rig } from '../engine/rig.ts';
import { lotsIn } from './subscribing.ts';

const CLASSES = ['subscription', 'promotional', 'purchased'] as const;
type ByClass = Record<string, number>;

const none = (): ByClass => Object.fromEntries(CLASSES.map((one) => [one, 0]));

/** Jan 31, Feb 29, Mar 31, Apr 30 …: the last day of each month from January 2028 on, at 10:00 in UTC. */
export const monthEnds = (count: number): number[] =>
  Array.from({ length: count }, (_, month) => Date.UTC(2028, month + 1, 0, 10));

/** The 15th of each month from February 2028 on, at 08:00 in UTC. */
export const fifteenths = (count: number): number[] =>
  Array.from({ length: count }, (_, month) => Date.UTC(2028, month + 1, 15, 8));

/** The first of each month from February 2028 on, at midnight in UTC. */
export const firsts = (count: number): number[] =>
  Array.from({ length: count }, (_, month) => Date.UTC(2028, month + 1, 1));

/** What is there to be spent or waits in holds: lots that have not begun are not. */
const isThere = ({ state }: Grant): boolean => state !== 'scheduled';

export class Year {
  readonly #rig: Rig;
  readonly #events: { at: number; act: () => Promise<unknown> }[] = [];
  /** Of all accounts together, as the lots said in the last millisecond before each first of a month. */
  readonly closings = new Map<number, ByClass>();
  readonly accounts: readonly string[];
  #turn = 0;

  constructor(rig: Rig, accounts: readonly string[]) {
    this.#rig = rig;
    this.accounts = accounts;
  }

  /** Each engine in its turn. */
  get engine(): Engine {
    this.#turn += 1;
    return this.#turn % 2 === 0 ? this.#rig.first : this.#rig.second;
  }

  on(at: number, act: () => Promise<unknown>): void {
    this.#events.push({ at, act });
  }

  /** Everything in its order; what is due at one instant as it was written down. */
  async play(): Promise<void> {
    const events = this.#events.splice(0);
    for (const { at, act } of events.sort((a, b) => a.at - b.at)) {
      await setTestClock(this.#rig.database, at);
      await act();
    }
  }

  /**
   * Looks at an account in the last millisecond before a reset and at its instant: the class of the plan is then exactly
   * what is told, and no other class and no lot of another source has moved.
   */
  reset(account: string, at: number, expected: () => number, source: () => string): void {
    let before: Grant[] = [];
    this.on(at - 1, async () => {
      before = await lotsIn(this.engine, account);
    });
    this.on(at, async () => {
      const balance = await this.engine.balance(account);
      const [subscription] = balance.classes;
      expect([account, new Date(at).toISOString(), subscription?.total]).toEqual([
        account,
        new Date(at).toISOString(),
        expected(),
      ]);
      const after = await lotsIn(this.engine, account);
      expect(untouched(after, before, source())).toEqual(untouched(before, before, source()));
    });
  }

  /** Does something that may add lots and lower none, not one credit of any class. */
  async lowersNothing(account: string, act: () => Promise<unknown>): Promise<void> {
    const before = await lotsIn(this.engine, account);
    await act();
    const after = new Map((await lotsIn(this.engine, account)).map((lot) => [lot.id, lot]));
    for (const lot of before) {
      expect(after.get(lot.id)?.remaining).toBe(lot.remaining);
      expect(after.get(lot.id)?.held).toBe(lot.held);
    }
  }

  /** Adds up what the lots say in the last millisecond of a month. */
  close(first: number): void {
    this.on(first - 1, async () => {
      const sums = none();
      for (const account of this.accounts) {
        for (const lot of (await lotsIn(this.engine, account)).filter(isThere)) {
          sums[lot.class] = (sums[lot.class] ?? 0) + lot.remaining;
        }
      }
      this.closings.set(first, sums);
    });
  }

  ledger(account: string): Promise<Entry[]> {
    const engine = this.engine;
    return wholeLedger((cursor) =>
      engine.entries(account, { limit: 200, ...(cursor === null ? {} : { cursor }) }),
    );
  }
}

/** Lots of other sources, as far as a reset could have touched them. */
function untouched(lots: readonly Grant[], known: readonly Grant[], source: string): unknown[] {
  return lots
    .filter((lot) => lot.source.ref !== source && known.some((one) => one.id === lot.id))
    .map(({ id, remaining, held, expired, voided, consumed }) => ({
      id,
      remaining,
      held,
      expired,
      voided,
      consumed,
    }));
}

export interface Month {
  readonly opening: ByClass;
  readonly closing: ByClass;
  /** Signed, by class and type of entry. */
  readonly flows: Readonly<Record<string, ByClass>>;
}

/** The ledgers folded move by move, by nothing but their instants: one month after the other. */
export function foldByMonth(ledgers: readonly (readonly Entry[])[], bounds: readonly number[]): Month[] {
  return bounds.slice(1).map((to, index) => {
    const from = bounds[index] as number;
    const [opening, closing] = [none(), none()];
    const flows: Record<string, ByClass> = {};
    for (const entry of ledgers.flat()) {
      const at = Date.parse(entry.at);
      if (at >= to) continue;
      for (const move of entry.moves) {
        closing[move.class] = (closing[move.class] ?? 0) + move.remaining;
        if (at < from) {
          opening[move.class] = (opening[move.class] ?? 0) + move.remaining;
          continue;
        }
        const flow = flows[entry.type] ?? none();
        flows[entry.type] = flow;
        flow[move.class] = (flow[move.class] ?? 0) + move.remaining;
      }
    }
    return { opening, closing, flows };
  });
}

/** Law 1, by lot and from the entries alone: each term is what its own entries moved. */
export function termsByLot(ledger: readonly Entry[]): Map<string, Record<string, number>> {
  const lots = new Map<string, Record<string, number>>();
  for (const { type, moves } of ledger) {
    for (const { grant, remaining } of moves) {
      const terms = lots.get(grant) ?? {};
      lots.set(grant, terms);
      terms[type] = (terms[type] ?? 0) + remaining;
    }
  }
  return lots;
}
