/** What a purchase's outcome asks of its lots: commands for the ledger, and what the purchase then remembers. */
import { type Account, type Grant, grantState, nextStamp, unheld } from '../core/account.ts';
import { smaller } from '../core/amount.ts';
import type { Command, GrantCommand } from '../core/command.ts';
import { REVERSED } from '../store/flows.ts';
import { type Again, givenAgain, type Span } from './purchase-again.ts';
import { grantOf, type Terms } from './purchase-grant.ts';
import { endedBefore, fallenBack, isIssued, type Part, shareOf } from './purchase-parts.ts';
import type { Outcome, Paid } from './purchase-state.ts';
import { loweredBy, type Settlement } from './settlement-rows.ts';

export interface Planned {
  readonly commands: readonly Command[];
  /** Bought first, bonus second. */
  readonly parts: readonly Part[];
  /** Lots that this purchase froze, and no one else. */
  readonly frozen: readonly number[];
  /** Something is still to come: what is held or spent of its lots may fall back, and is the reversal's then. */
  readonly awaits: boolean;
}

export interface Situation {
  readonly terms: Terms;
  readonly outcome: Outcome;
  readonly parts: readonly Part[];
  readonly frozen: readonly number[];
  readonly account: Pick<Account, 'stamp' | 'debt' | 'closed'>;
  /** Every lot of the parts, as it stands. */
  readonly lots: ReadonlyMap<number, Grant>;
  /** What was settled of the purchase's lots, oldest first. */
  readonly settlements: readonly Settlement[];
  readonly now: number;
}

/** A lot as far as a plan is concerned: one that exists, or one that the plan is about to issue. */
interface Lot extends Span {
  readonly no: number;
  readonly amount: bigint;
  readonly isAgain: boolean;
  free: bigint;
  /** What it will have once it starts; 0 from then on. */
  readonly coming: bigint;
  /** It was void before it began. */
  neverBegan: boolean;
  readonly held: bigint;
  readonly consumed: bigint;
  voided: bigint;
  /** Neither expired nor voided. */
  open: boolean;
  frozen: boolean;
}

/**
 * Whatever was done before, afterwards the lots are as the outcome wants them. Only the purchase's own lots are ever
 * touched; doing it again comes to no commands.
 */
export function planOf(situation: Situation): Planned {
  return new Plan(situation).make();
}

class Plan {
  readonly #situation: Situation;
  readonly #commands: Command[] = [];
  readonly #lots = new Map<number, Lot>();
  /** Bought credits whose worth is owed in money, less what the provider paid back: the money went back for these. */
  readonly #settled: bigint;
  #stamp: number;
  #debt: bigint;
  /** What reversals had made a debt, and is none after all. */
  #forgiven = 0n;

  constructor(situation: Situation) {
    this.#situation = situation;
    this.#stamp = situation.account.stamp;
    this.#debt = situation.account.debt;
    this.#settled = settledBy(situation);
    for (const grant of situation.lots.values()) {
      const state = grantState(grant, situation.now);
      this.#lots.set(grant.no, {
        no: grant.no,
        free: unheld(grant),
        coming: grant.phase === 'scheduled' ? grant.amount : 0n,
        neverBegan: grant.phase === 'voided' && grant.granted === 0n,
        amount: grant.amount,
        startsAt: grant.effectiveAt,
        endsAt: grant.expiresAt,
        isAgain: grant.metadata.reinstated === true || grant.metadata.again === true,
        held: grant.held,
        consumed: grant.consumed,
        voided: grant.voided,
        open: state !== 'expired' && state !== 'voided' && state !== 'transferred',
        frozen: grant.frozen,
      });
    }
  }

  /** A closed account is given nothing any more. */
  get #isClosed(): boolean {
    return this.#situation.account.closed !== null;
  }

  get #isOver(): boolean {
    const { now, terms } = this.#situation;
    return terms.endsAt !== null && terms.endsAt <= now;
  }

  make(): Planned {
    const { outcome, parts, frozen, terms } = this.#situation;
    const { paid } = outcome;
    if (paid === null) return { commands: [], parts, frozen, awaits: false };
    const isDone = (part: Part) => isIssued(part) || terms.plan !== null;
    const issued = parts.map((part, nth) => (isDone(part) ? part : this.#issue(part, paid, nth)));
    const reversed = issued.map((part, nth) => this.#reverse(part, paid, nth));
    // What is frozen stays so, whatever staff do meanwhile.
    const awaits = outcome.frozen || reversed.some((part) => this.#awaits(part));
    const frozenNow = this.#freeze(reversed);
    this.#forgive();
    return { commands: this.#commands, parts: reversed, frozen: frozenNow, awaits };
  }

  #issue(part: Part, paid: Paid, nth: number): Part {
    // What is paid for after the account has ended is the closing's to settle.
    if (part.credits === 0n || this.#isClosed) return part;
    const cost = { amountMinor: nth === 0 ? paid.net : 0, currency: paid.currency };
    const { terms, now } = this.#situation;
    const no = this.#grant(grantOf(terms, cost, nth === 0 ? {} : { bonus: true }), {
      amount: part.credits,
      startsAt: now,
      endsAt: null,
    });
    return { ...part, lots: [no] };
  }

  #grant(grant: Omit<GrantCommand, 'amount'>, { amount, ...span }: Again): number {
    const { now } = this.#situation;
    this.#commands.push({ ...grant, amount });
    this.#stamp = nextStamp(this.#stamp, now);
    const no = this.#stamp;
    const begins = span.startsAt <= now;
    // A debt is repaid out of a lot as soon as it is there.
    const repaid = begins ? smaller(this.#debt, amount) : 0n;
    this.#debt -= repaid;
    this.#lots.set(no, {
      ...span,
      no,
      amount,
      isAgain: true,
      free: begins ? amount - repaid : 0n,
      coming: begins ? 0n : amount,
      neverBegan: false,
      held: 0n,
      consumed: repaid,
      voided: 0n,
      open: true,
      frozen: false,
    });
    return no;
  }

  /** Lots in the place of what was taken and is not owed. A bonus cost nothing, and what was spent keeps its share of the price. */
  #giveAgain(
    lots: readonly Again[],
    { credits }: Part,
    { net, currency }: Pick<Paid, 'net' | 'currency'>,
  ): number[] {
    const { terms, now } = this.#situation;
    let sum = 0n;
    const share = (upTo: bigint): number => Number((BigInt(net) * upTo) / credits);
    return lots.map((lot) => {
      const cost = { amountMinor: share(sum + lot.amount) - share(sum), currency };
      sum += lot.amount;
      const begins = lot.startsAt <= now;
      return this.#grant(
        {
          ...grantOf(terms, cost, begins ? { reinstated: true } : { again: true }),
          effectiveAt: begins ? null : lot.startsAt,
          validity: lot.endsAt === null ? { kind: 'forever' } : { kind: 'until', expiresAt: lot.endsAt },
        },
        lot,
      );
    });
  }

  #giveUnknown(amount: bigint, { credits }: Part, { net, currency }: Pick<Paid, 'net' | 'currency'>): number {
    const { terms, now } = this.#situation;
    const cost = { amountMinor: Number((BigInt(net) * amount) / credits), currency };
    return this.#grant(grantOf(terms, cost, { reinstated: true }), {
      amount,
      startsAt: now,
      endsAt: terms.endsAt,
    });
  }

  /** Takes back, or gives again, until what was reversed is what the provider says. */
  #reverse(kept: Part, { gross, net, currency }: Paid, nth: number): Part {
    const { outcome, terms } = this.#situation;
    if (!isIssued(kept)) return kept;
    const lots = kept.lots.map((no) => this.#lots.get(no)).filter((lot) => lot !== undefined);
    const part = { ...kept, ended: kept.ended ?? endedBefore(kept, lots) };
    const target = shareOf(part.credits, { back: outcome.back, gross });
    const fallen = lots.reduce((all, lot) => all + fallenBack(part, lot), 0n);
    // What an end of the plan took before it began is gone in any order: the money that goes back is for that first.
    const forgone = lots.reduce((all, lot) => all + (isForgone(part, lot) ? lot.amount : 0n), 0n);
    const due = target > forgone ? target - forgone : 0n;
    const before = part.taken + fallen - part.given;
    const missing = due > before ? reachable(lots, due - before) : 0n;
    const ended = new Set(lots.filter(({ no }) => part.ended[no] !== undefined));
    const isWhole = target === part.credits;
    const taken = part.taken + fallen + missing;
    for (const lot of this.#take(lots, missing, isWhole)) ended.add(lot);
    if (due > before + missing) for (const lot of this.#endSpent(lots)) ended.add(lot);
    const excess = taken - part.given - due;
    const isGiven = excess > 0n && !this.#isClosed;
    const again = isGiven ? givenAgain(lots, excess, this.#situation.now) : [];
    const known = again.reduce((all, { amount }) => all + amount, 0n);
    // Lots that were void before a merge did not come along.
    const unknown = isGiven && !this.#isOver ? smaller(excess - known, part.before?.voided ?? 0n) : 0n;
    const returned = known + unknown;
    const voided = taken - part.given - returned + smaller(forgone, target);
    const consumed = lots.reduce((all, lot) => all + lot.consumed, part.before?.consumed ?? 0n);
    const open = target - voided - (nth === 0 ? this.#settled : 0n);
    const lost = open > 0n ? smaller(open, consumed) : 0n;
    if (terms.reversal === 'debt' && lost < part.lost && !this.#isClosed) this.#forgiven += part.lost - lost;
    if (terms.reversal === 'debt' && lost > part.lost) {
      this.#commands.push({ verb: 'owe', amount: lost - part.lost, reason: REVERSED });
      this.#debt += lost - part.lost;
    }
    const cost = { net: nth === 0 ? net : 0, currency };
    const replaced = this.#giveAgain(again, part, cost);
    if (unknown > 0n) replaced.push(this.#giveUnknown(unknown, part, cost));
    return {
      ...part,
      lots: [...part.lots, ...replaced],
      target,
      voided,
      lost,
      taken,
      given: part.given + returned,
      ended: Object.fromEntries([...ended].map((lot) => [lot.no, lot.voided])),
    };
  }

  /** Takes so much, which is there; answers the lots that it ended. Where all went back, none is left open that is empty. */
  #take(lots: readonly Lot[], amount: bigint, isWhole: boolean): Lot[] {
    const ended = wholeAhead(lots, amount);
    let left = ended.reduce((rest, lot) => rest - lot.coming, amount);
    for (const lot of ended) this.#end(lot);
    for (const lot of lots) {
      if (!lot.open || lot.coming > 0n) continue;
      const taken = smaller(left, lot.free);
      left -= taken;
      if (isWhole && taken === lot.free) {
        this.#end(lot);
        ended.push(lot);
      } else if (taken > 0n) {
        this.#commands.push({ verb: 'void', grant: lot.no, reason: REVERSED, amount: taken });
        lot.voided += taken;
        lot.free -= taken;
      }
    }
    return ended;
  }

  /**
   * Where less could be taken than is owed, what is held or spent of these lots may fall back. The lots are ended as long as
   * nothing is left in them, so that it is void in the very entry that it falls back by, and nobody can spend it; what the
   * reversal is not owed of it is then given again.
   */
  #endSpent(lots: readonly Lot[]): Lot[] {
    const spent = lots.filter((lot) => lot.open && lot.coming === 0n && lot.held + lot.consumed > 0n);
    for (const lot of spent) this.#end(lot);
    return spent;
  }

  /** For good: what a hold or a refund of spending puts back into the lot later is void as well. */
  #end(lot: Lot): void {
    this.#commands.push({ verb: 'void', grant: lot.no, reason: REVERSED });
    lot.voided += lot.free;
    lot.free = 0n;
    lot.open = false;
    lot.neverBegan = lot.coming > 0n;
  }

  /** Last, since nobody can say ahead how many lots take the place of what has ended. */
  #forgive(): void {
    const { outcome, terms } = this.#situation;
    if (this.#forgiven === 0n || outcome.paid === null) return;
    const cost = { amountMinor: 0, currency: outcome.paid.currency };
    // What was owed was paid with other credits: what stands for them is no part of what a reversal may take.
    const otherwise = this.#isOver ? null : grantOf(terms, cost, { reinstated: true });
    this.#commands.push({ verb: 'forgive', amount: this.#forgiven, reason: REVERSED, otherwise });
  }

  #awaits({ target, voided, ended, lots }: Part): boolean {
    const mayFall = lots.some((no) => {
      const lot = this.#lots.get(no);
      return lot !== undefined && lot.held + lot.consumed > 0n;
    });
    return mayFall && (voided !== target || Object.keys(ended ?? {}).length > 0);
  }

  /** Freezes what is open, or unfreezes what this purchase froze; what staff froze stays so. */
  #freeze(parts: readonly Part[]): number[] {
    const { outcome, frozen } = this.#situation;
    const own = new Set(frozen);
    for (const no of parts.flatMap((part) => part.lots)) {
      const lot = this.#lots.get(no);
      if (lot === undefined || !lot.open) {
        own.delete(no);
      } else if (outcome.frozen && !lot.frozen) {
        this.#commands.push({ verb: 'freeze', grant: no, reason: `purchase_${outcome.state}` });
        own.add(no);
      } else if (!outcome.frozen && own.delete(no) && lot.frozen) {
        this.#commands.push({ verb: 'unfreeze', grant: no, reason: `purchase_${outcome.state}` });
      }
    }
    return [...own];
  }
}

function settledBy({ settlements, outcome }: Situation): bigint {
  return [...loweredBy(settlements, outcome)].reduce((all, [one, minor]) => {
    const isOfLot = one.kind === 'lot' && one.amountMinor > 0;
    return isOfLot ? all + (one.credits * BigInt(minor)) / BigInt(one.amountMinor) : all;
  }, 0n);
}

/** Void before it began, by something else than the purchase's reversal. */
const isForgone = ({ ended }: Part, { no, neverBegan }: Lot): boolean =>
  neverBegan && ended?.[no] === undefined;

/** Lots that have not begun are taken whole or not at all: the last first, as many as fit. */
function wholeAhead(lots: readonly Lot[], amount: bigint): Lot[] {
  let left = amount;
  return lots.toReversed().filter((lot) => {
    const fits = lot.open && lot.coming > 0n && lot.coming <= left;
    if (fits) left -= lot.coming;
    return fits;
  });
}

/** As much of an amount as can be taken back. */
function reachable(lots: readonly Lot[], amount: bigint): bigint {
  const ahead = wholeAhead(lots, amount).reduce((all, lot) => all + lot.coming, 0n);
  const free = lots.reduce((all, lot) => all + (lot.open ? lot.free : 0n), 0n);
  return ahead + smaller(amount - ahead, free);
}
