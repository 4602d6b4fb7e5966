/**
 * A naive account, to compare the core with. Every single credit is an object with a fate, time passes tick by tick,
 * and what a credit went through is looked up, never summed. It shares no code with the core. Amounts are whole
 * numbers of credits, times are whole ticks; the rig turns both into the core's atoms and milliseconds.
 */
import type { Wish } from './model-verbs.ts';

export interface Policy {
  /** In draw order. */
  readonly classes: readonly { readonly id: string; readonly paid: boolean }[];
  readonly strategy: 'class_order' | 'expiring_first';
  /** The most debt that an overdraft may leave; null: no overdraft. */
  readonly overdraft: number | null;
  /** How long the lot lives that a refund makes for one that has expired. */
  readonly grace: number;
  /** The most credits that an account may hold, those of scheduled lots included. */
  readonly limit: number;
}

type Fate = 'free' | 'held' | 'spent' | 'expired' | 'voided';

export interface Credit {
  readonly lot: Lot;
  fate: Fate;
}

export interface Lot {
  /** 1 for the account's first lot, and so on. */
  readonly id: number;
  readonly class: string;
  readonly size: number;
  readonly priority: number;
  readonly from: number;
  to: number | null;
  readonly features: readonly string[] | null;
  begun: boolean;
  takenBack: boolean;
  frozen: boolean;
  /** One by one; none before the lot begins. */
  credits: Credit[];
}

export interface Reservation {
  readonly id: number;
  readonly owner: string;
  /** In draw order. */
  readonly credits: readonly Credit[];
  to: number;
  state: 'open' | 'captured' | 'released' | 'timed_out';
}

/** A line of the log. `spent` are the credits not yet refunded, first drawn first; null is a credit of overdraft. */
export interface Line {
  readonly type: string;
  readonly at: number;
  readonly credits: number;
  readonly held: number;
  readonly debt: number;
  /** Whether a command asked for it, rather than time or an earlier line of the same command. */
  readonly operation: boolean;
  readonly spent: (Credit | null)[];
  readonly spends: boolean;
}

const count = (credits: readonly Credit[], fate: Fate): number =>
  credits.filter((credit) => credit.fate === fate).length;

export class Model {
  readonly policy: Policy;
  now = 0;
  debt = 0;
  readonly lots: Lot[] = [];
  readonly holds: Reservation[] = [];
  readonly log: Line[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** One tick after the other: at each, holds time out, then lots end, then lots begin. */
  advance(to: number): void {
    while (this.now < to) {
      this.now += 1;
      for (const hold of this.holds) {
        if (hold.state === 'open' && hold.to === this.now)
          this.close(hold, { captured: 0, state: 'timed_out' });
      }
      for (const lot of this.lots) {
        if (lot.to === this.now && !lot.takenBack) this.lose(lot.credits, 'expired');
      }
      for (const lot of this.lots) {
        if (lot.from === this.now && !lot.begun && !lot.takenBack) this.begin(lot, { operation: false });
      }
    }
  }

  // ——— what can be seen ———

  count(fate: Fate, lot?: Lot): number {
    if (lot !== undefined) return count(lot.credits, fate);
    return this.lots.reduce((sum, one) => sum + count(one.credits, fate), 0);
  }

  total(): number {
    return this.count('free') + this.count('held');
  }

  ended(lot: Lot): boolean {
    return lot.to !== null && lot.to <= this.now;
  }

  state(lot: Lot): string {
    if (lot.takenBack) return 'voided';
    if (this.ended(lot)) return 'expired';
    if (lot.begun && this.count('free', lot) + this.count('held', lot) === 0) return 'depleted';
    if (lot.frozen) return 'frozen';
    return lot.begun ? 'active' : 'scheduled';
  }

  spendable(lot: Lot): boolean {
    return lot.begun && !lot.takenBack && !lot.frozen && !this.ended(lot);
  }

  /** Lots in the order in which they are drawn on, whatever their state. */
  inOrder(lots: readonly Lot[] = this.lots): Lot[] {
    const { classes, strategy } = this.policy;
    const key = (lot: Lot): number[] => {
      const rank = classes.findIndex((one) => one.id === lot.class);
      const end = lot.to ?? Number.POSITIVE_INFINITY;
      const scope = lot.features?.length ?? Number.POSITIVE_INFINITY;
      const rest = [rank, lot.priority, end, scope, lot.from, lot.id];
      if (strategy === 'class_order') return rest;
      return classes[rank]?.paid ? [2, ...rest] : [1, end, ...rest];
    };
    const byKey = (a: { key: number[] }, b: { key: number[] }): number => {
      for (const [i, one] of a.key.entries()) {
        const other = b.key[i] as number;
        if (one < other) return -1;
        if (one > other) return 1;
      }
      return 0;
    };
    const keyed = lots.map((lot) => ({ lot, key: key(lot) }));
    return keyed.sort(byKey).map(({ lot }) => lot);
  }

  /** The lots that a wish may draw on, in order. */
  eligible({ feature, classes }: Pick<Wish, 'feature' | 'classes'>): Lot[] {
    const may = (lot: Lot): boolean => {
      if (!this.spendable(lot)) return false;
      if (lot.features !== null && (feature === null || !lot.features.includes(feature))) return false;
      return classes === null || classes.includes(lot.class);
    };
    return this.inOrder(this.lots.filter(may));
  }

  /** The free credits that a wish may have, in the order in which it gets them. */
  within(wish: Pick<Wish, 'feature' | 'classes'>): Credit[] {
    return this.eligible(wish).flatMap((lot) => lot.credits.filter((credit) => credit.fate === 'free'));
  }

  /** The ticks at which time will change something. */
  dues(): number[] {
    const open = this.holds.filter((hold) => hold.state === 'open');
    const ending = this.lots.filter((lot) => lot.to !== null && this.count('free', lot) > 0);
    const coming = this.lots.filter((lot) => !lot.begun && !lot.takenBack);
    return [
      ...open.map((hold) => hold.to),
      ...ending.map((lot) => lot.to as number),
      ...coming.map((lot) => lot.from),
    ];
  }

  /** Whether `more` credits would be more than may be held; promised ones count. */
  full(more: number): boolean {
    const promised = this.lots.filter((lot) => !lot.begun && !lot.takenBack);
    return this.total() + promised.reduce((sum, lot) => sum + lot.size, 0) + more > this.policy.limit;
  }

  // ——— what can happen ———

  write(type: string, change: Partial<Line>): void {
    const empty = { credits: 0, held: 0, debt: 0, operation: false, spent: [], spends: false };
    this.log.push({ type, at: this.now, ...empty, ...change });
  }

  issue(terms: Pick<Lot, 'class' | 'size' | 'priority' | 'from' | 'to' | 'features'>): Lot {
    const { class: id, size, priority, from, to, features } = terms;
    const state = { begun: false, takenBack: false, frozen: false, credits: [] };
    const lot: Lot = { id: this.lots.length + 1, class: id, size, priority, from, to, features, ...state };
    this.lots.push(lot);
    return lot;
  }

  fill(lot: Lot): void {
    lot.begun = true;
    for (let i = 0; i < lot.size; i++) lot.credits.push({ lot, fate: 'free' });
  }

  /** A debt is paid out of what begins; not out of what is frozen. */
  begin(lot: Lot, { operation }: { operation: boolean }): void {
    this.fill(lot);
    this.write('grant', { credits: lot.size, operation });
    if (lot.frozen) return;
    const paid = lot.credits.slice(0, this.debt);
    for (const credit of paid) credit.fate = 'spent';
    this.debt -= paid.length;
    if (paid.length > 0) this.write('adjust', { credits: -paid.length, debt: -paid.length });
  }

  /** The first `captured` credits are spent, the others fall back: to nobody, where their lot is over. */
  close(
    hold: Reservation,
    end: { captured: number; state: Reservation['state']; operation?: boolean },
  ): void {
    hold.state = end.state;
    const spent = hold.credits.slice(0, end.captured);
    const back = hold.credits.slice(end.captured);
    for (const credit of spent) credit.fate = 'spent';
    for (const credit of back) credit.fate = 'free';
    this.write(end.state === 'captured' ? 'capture' : 'release', {
      credits: -spent.length,
      held: -hold.credits.length,
      operation: end.operation ?? false,
      spent,
      spends: spent.length > 0,
    });
    this.sweepUp(back);
  }

  /** Of credits that were given back, those whose lot is over. */
  sweepUp(back: readonly Credit[]): void {
    for (const lot of new Set(back.map((credit) => credit.lot))) {
      const its = back.filter((credit) => credit.lot === lot);
      if (lot.takenBack) this.lose(its, 'voided');
      else if (this.ended(lot)) this.lose(its, 'expired');
    }
  }

  /** A line only where there is something to lose. */
  lose(credits: readonly Credit[], fate: 'expired' | 'voided'): void {
    const gone = credits.filter((credit) => credit.fate === 'free');
    for (const credit of gone) credit.fate = fate;
    if (gone.length > 0) this.write(fate === 'expired' ? 'expire' : 'void', { credits: -gone.length });
  }
}
