/** What a purchase's outcome asks of its lots: commands for the ledger, and what the purchase then remembers. */
import { type Account, type Grant, grantState, type Metadata, nextStamp, unheld } from '../core/account.ts';
import { smaller } from '../core/amount.ts';
import type { Command, GrantCommand } from '../core/command.ts';
import { REVERSED } from '../store/flows.ts';
import type { Law } from './purchase-rows.ts';
import type { Outcome, Paid } from './purchase-state.ts';

/** Bought credits or the bonus that came with them. Amounts are atoms. */
export interface Part {
  readonly credits: bigint;
  /** The lot that was issued, then those that took the place of what a reversal had taken and was wrong. */
  readonly lots: readonly number[];
  /** How many of the credits the provider's reversals are about. */
  readonly target: bigint;
  /** Of these, what was still there and was taken back. */
  readonly voided: bigint;
  /** Of these, what had been spent: a loss, or owed by the account, as the policy says. */
  readonly lost: bigint;
  /** What was given again of what had been taken back. */
  readonly given: bigint;
  /** What others voided of the lots: no reversal's doing. */
  readonly excluded: bigint;
  /** What became of its credits in an account that was merged into this one; null: they were issued here, or not yet. */
  readonly before: { readonly consumed: bigint; readonly voided: bigint } | null;
}

const NOTHING = { consumed: 0n, voided: 0n };

export const isIssued = ({ lots, before }: Part): boolean => lots.length > 0 || before !== null;

export function newPart(credits: bigint): Part {
  return { credits, lots: [], target: 0n, voided: 0n, lost: 0n, given: 0n, excluded: 0n, before: null };
}

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
}

export interface Situation {
  readonly terms: Terms;
  readonly outcome: Outcome;
  readonly parts: readonly Part[];
  readonly frozen: readonly number[];
  readonly account: Pick<Account, 'stamp' | 'debt' | 'closed'>;
  /** Every lot of the parts, as it stands. */
  readonly lots: ReadonlyMap<number, Grant>;
  readonly now: number;
}

/** A lot as far as a plan is concerned: one that exists, or one that the plan is about to issue. */
interface Lot {
  readonly no: number;
  free: bigint;
  /** What it will have once it starts; 0 from then on. */
  readonly coming: bigint;
  readonly consumed: bigint;
  readonly voided: bigint;
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
  #stamp: number;
  #debt: bigint;

  constructor(situation: Situation) {
    this.#situation = situation;
    this.#stamp = situation.account.stamp;
    this.#debt = situation.account.debt;
    for (const grant of situation.lots.values()) {
      const state = grantState(grant, situation.now);
      this.#lots.set(grant.no, {
        no: grant.no,
        free: unheld(grant),
        coming: grant.phase === 'scheduled' ? grant.amount : 0n,
        consumed: grant.consumed,
        // A lot that never started had nothing to take back, but it was to come.
        voided: grant.phase === 'voided' && grant.granted === 0n ? grant.amount : grant.voided,
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
    if (paid === null) return { commands: [], parts, frozen };
    const isDone = (part: Part) => isIssued(part) || terms.plan !== null;
    const issued = parts.map((part, nth) => (isDone(part) ? part : this.#issue(part, paid, nth)));
    const reversed = issued.map((part) => this.#reverse(part, paid));
    return { commands: this.#commands, parts: reversed, frozen: this.#freeze(reversed) };
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
    const { validity, endsAt } = terms;
    const forever = validity === null ? ({ kind: 'forever' } as const) : null;
    const pack = terms.pack === null ? {} : { pack: terms.pack };
    this.#commands.push({
      verb: 'grant',
      class: terms.class,
      amount,
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
    });
    this.#stamp = nextStamp(this.#stamp, now);
    const no = this.#stamp;
    // A debt is repaid out of a lot as soon as it is there.
    const repaid = smaller(this.#debt, amount);
    this.#debt -= repaid;
    this.#lots.set(no, {
      no,
      free: amount - repaid,
      coming: 0n,
      consumed: repaid,
      voided: 0n,
      open: true,
      frozen: false,
    });
    return no;
  }

  /** Takes back, or gives again, until what was reversed is what the provider says. */
  #reverse(part: Part, { gross, net, currency }: Paid): Part {
    const { outcome, terms } = this.#situation;
    if (!isIssued(part)) return part;
    const { consumed: consumedBefore, voided: voidedBefore } = part.before ?? NOTHING;
    const lots = part.lots.map((no) => this.#lots.get(no)).filter((lot) => lot !== undefined);
    const target = shareOf(part.credits, { back: outcome.back, gross });
    const voidedInAll = lots.reduce((all, lot) => all + lot.voided, voidedBefore) - part.given;
    // Before a reversal began, what is void was voided by others.
    const excluded = part.target === 0n ? voidedInAll : part.excluded;
    const voided = voidedInAll - excluded;
    const consumed = lots.reduce((all, lot) => all + lot.consumed, consumedBefore);
    const taken = target > voided ? voided + reachable(lots, target - voided) : target;
    const wanted = this.#isClosed && taken < voided ? voided : taken;
    const lost = smaller(target - wanted, consumed);

    if (target === part.credits) for (const lot of lots) this.#end(lot);
    else if (wanted > voided) this.#take(lots, wanted - voided);
    // What would end before it begins is not given again.
    const isOver = this.#isClosed || (terms.endsAt !== null && terms.endsAt <= this.#situation.now);
    const returned = wanted < voided && !isOver ? voided - wanted : 0n;
    const forgiven = terms.reversal === 'debt' && lost < part.lost && !isOver ? part.lost - lost : 0n;
    if (terms.reversal === 'debt' && lost > part.lost) {
      this.#commands.push({ verb: 'owe', amount: lost - part.lost, reason: REVERSED });
      this.#debt += lost - part.lost;
    }
    const again = returned + forgiven;
    const cost = { amountMinor: Number((BigInt(net) * returned) / part.credits), currency };
    // What debt was repaid with meanwhile comes back as well; what debt is left, the new lot repays by itself.
    const replaced = again === 0n ? [] : [this.#grant(again, cost, { reinstated: true })];
    return {
      ...part,
      lots: [...part.lots, ...replaced],
      target,
      voided: wanted,
      lost,
      given: part.given + returned,
      excluded,
    };
  }

  /** For good: what a hold or a refund of spending puts back into the lot later is void as well. */
  #end(lot: Lot): void {
    if (!lot.open) return;
    this.#commands.push({ verb: 'void', grant: lot.no, reason: REVERSED });
    lot.open = false;
    lot.free = 0n;
  }

  #take(lots: readonly Lot[], amount: bigint): void {
    let left = amount;
    for (const lot of wholeAhead(lots, amount)) {
      this.#end(lot);
      left -= lot.coming;
    }
    for (const lot of lots) {
      const taken = lot.open ? smaller(left, lot.free) : 0n;
      if (taken === 0n) continue;
      this.#commands.push({ verb: 'void', grant: lot.no, reason: REVERSED, amount: taken });
      lot.free -= taken;
      left -= taken;
    }
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

/** On the lot itself, so that what holds for it is under the ledger's hash. */
function lawOn({ jurisdiction, law }: Terms): Metadata {
  if (jurisdiction === null) return {};
  const cashOut = law?.cash_out ?? null;
  return { jurisdiction, ...(cashOut === null ? {} : { cash_out: { ...cashOut } }) };
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
