/** What a purchase's outcome asks of its lots: commands for the ledger, and what the purchase then remembers. */
import { type Account, type Grant, grantState, type Metadata, nextStamp, unheld } from '../core/account.ts';
import { smaller } from '../core/amount.ts';
import type { Command, GrantCommand } from '../core/command.ts';
import { REVERSED } from '../store/flows.ts';
import { endedBefore, fallenBack, isIssued, type Part } from './purchase-parts.ts';
import type { Law } from './purchase-rows.ts';
import type { Outcome, Paid } from './purchase-state.ts';
import { loweredBy, type Settlement } from './settlement-rows.ts';

/** What a purchase's lots are issued under; copied from the catalog when the checkout was made. */
export interface Terms {
  readonly id: string;
  readonly provider: string;
  readonly pack: string | null;
  readonly class: string;
  /** ISO 8601; null: the credits never expire. */
  readonly validity: string | null;
  readonly reversal: 'loss' | 'debt';
  readonly jurisdiction: string | null;
  readonly law: Pick<Law, 'cash_out'> | null;
  /** Of a plan's payment: the subscription issued its lots, and what is given again ends with the period. */
  readonly plan: string | null;
  readonly endsAt: number | null;
}

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
interface Lot {
  readonly no: number;
  free: bigint;
  /** What it will have once it starts; 0 from then on. */
  readonly coming: bigint;
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
    const no = this.#grant(part.credits, cost, nth === 0 ? {} : { bonus: true });
    return { ...part, lots: [no] };
  }

  #grant(amount: bigint, cost: GrantCommand['cost'], about: { [key: string]: string | boolean }): number {
    const { terms, now } = this.#situation;
    this.#commands.push({ ...grantOf(terms, cost, about), amount });
    this.#stamp = nextStamp(this.#stamp, now);
    const no = this.#stamp;
    // A debt is repaid out of a lot as soon as it is there.
    const repaid = smaller(this.#debt, amount);
    this.#debt -= repaid;
    this.#lots.set(no, {
      no,
      free: amount - repaid,
      coming: 0n,
      held: 0n,
      consumed: repaid,
      voided: 0n,
      open: true,
      frozen: false,
    });
    return no;
  }

  /** Takes back, or gives again, until what was reversed is what the provider says. */
  #reverse(kept: Part, { gross, net, currency }: Paid, nth: number): Part {
    const { outcome, terms } = this.#situation;
    if (!isIssued(kept)) return kept;
    const lots = kept.lots.map((no) => this.#lots.get(no)).filter((lot) => lot !== undefined);
    const part = { ...kept, ended: kept.ended ?? endedBefore(kept, lots) };
    const target = shareOf(part.credits, { back: outcome.back, gross });
    const fallen = lots.reduce((all, lot) => all + fallenBack(part, lot), 0n);
    const before = part.taken + fallen - part.given;
    const missing = target > before ? reachable(lots, target - before) : 0n;
    const ended = new Set(lots.filter(({ no }) => part.ended[no] !== undefined));
    const isWhole = target === part.credits;
    const taken = part.taken + fallen + missing;
    for (const lot of this.#take(lots, missing, isWhole)) ended.add(lot);
    if (target > before + missing) for (const lot of this.#endSpent(lots)) ended.add(lot);
    // What would end before it begins is not given again.
    const isOver = this.#isClosed || (terms.endsAt !== null && terms.endsAt <= this.#situation.now);
    const excess = taken - part.given - target;
    const returned = excess > 0n && !isOver ? excess : 0n;
    const voided = taken - part.given - returned;
    const consumed = lots.reduce((all, lot) => all + lot.consumed, part.before?.consumed ?? 0n);
    const open = target - voided - (nth === 0 ? this.#settled : 0n);
    const lost = open > 0n ? smaller(open, consumed) : 0n;
    if (terms.reversal === 'debt' && lost < part.lost && !isOver) this.#forgiven += part.lost - lost;
    if (terms.reversal === 'debt' && lost > part.lost) {
      this.#commands.push({ verb: 'owe', amount: lost - part.lost, reason: REVERSED });
      this.#debt += lost - part.lost;
    }
    // A bonus cost nothing, and what was spent keeps its share of the price.
    const share = nth === 0 ? Number((BigInt(net) * returned) / part.credits) : 0;
    const replaced =
      returned === 0n ? [] : [this.#grant(returned, { amountMinor: share, currency }, { reinstated: true })];
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
  }

  /** Last, since nobody can say ahead how many lots take the place of what has ended. */
  #forgive(): void {
    const { outcome, terms } = this.#situation;
    if (this.#forgiven === 0n || outcome.paid === null) return;
    const cost = { amountMinor: 0, currency: outcome.paid.currency };
    // What was owed was paid with other credits: what stands for them is no part of what a reversal may take.
    const otherwise = grantOf(terms, cost, { reinstated: true });
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

/** Without its amount: what a purchase issues a lot under. */
function grantOf(
  terms: Terms,
  cost: GrantCommand['cost'],
  about: { [key: string]: string | boolean },
): Omit<GrantCommand, 'amount'> {
  const { validity, endsAt } = terms;
  const forever = validity === null ? ({ kind: 'forever' } as const) : null;
  const pack = terms.pack === null ? {} : { pack: terms.pack };
  return {
    verb: 'grant',
    class: terms.class,
    priority: 0,
    effectiveAt: null,
    validity:
      endsAt === null
        ? (forever ?? { kind: 'for', duration: validity as string })
        : { kind: 'until', expiresAt: endsAt },
    features: null,
    source: { type: 'purchase', ref: terms.id },
    cost,
    metadata: { channel: terms.provider, ...pack, ...lawOn(terms), ...about },
  };
}

/** On the lot itself, so that what holds for it is under the ledger's hash. */
function lawOn({ jurisdiction, law }: Terms): Metadata {
  if (jurisdiction === null) return {};
  const cashOut = law?.cash_out ?? null;
  return { jurisdiction, ...(cashOut === null ? {} : { cash_out: { ...cashOut } }) };
}

function settledBy({ settlements, outcome }: Situation): bigint {
  return [...loweredBy(settlements, outcome.back)].reduce((all, [one, minor]) => {
    const isOfLot = one.kind === 'lot' && one.amountMinor > 0;
    return isOfLot ? all + (one.credits * BigInt(minor)) / BigInt(one.amountMinor) : all;
  }, 0n);
}

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

/** Rounded down, for the buyer, unless all of it went back. */
function shareOf(credits: bigint, { back, gross }: { back: number; gross: number }): bigint {
  return back >= gross ? credits : (credits * BigInt(back)) / BigInt(gross);
}
