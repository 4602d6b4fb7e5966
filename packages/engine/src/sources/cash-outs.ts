import type * as wire from '@drawdown/client';
import type { Call, Replayed } from '../change.ts';
import type { Account, Grant, Metadata } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { grantId } from '../core/id.ts';
import { paidValueOf, worthOf } from '../core/worth.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { classIn } from '../present.ts';
import type { Connection } from '../store/database.ts';
import { CASHED_OUT } from '../store/flows.ts';
import type { Prepared } from '../store/task.ts';
import { purchasesOf } from './merge-lots.ts';
import { outcomeOf } from './purchase-state.ts';
import { settlementsOf, settlementWrite } from './settlement-rows.ts';
import { presentSettlement } from './settlements.ts';
import type { SourceSetting } from './source.ts';

type Law = Readonly<{ atMostMinor: number; currency: string }>;
type Refused = 'nothing' | 'debt' | 'above_threshold' | 'held' | 'frozen';

/** Lots that are paid out together, and what they are worth. */
interface Payout {
  readonly currency: string;
  /** Of all lots that the policy is about. */
  readonly balanceMinor: number;
  readonly lots: readonly Grant[];
}

/**
 * Pays small balances out where the law of the place of the sale asks for it. What holds is what was frozen on the lots
 * when they were sold, whatever the catalog says now. The lots are voided, and what was paid for them is payable, in one
 * transaction.
 */
export class CashOuts {
  readonly #setting: SourceSetting;

  constructor(setting: SourceSetting) {
    this.#setting = setting;
  }

  /** Refused where the payout would be; writes nothing. */
  async preview(id: string, body: wire.CashOutRequest): Promise<wire.CashOutPreview> {
    const { account } = await this.#setting.queries.settled(id);
    const { currency, balanceMinor, lots } = payoutOf(account, body.currency);
    return {
      account: id,
      lots: lots.map((lot) => ({
        grant: grantId(account.number, lot.no),
        credits: this.#setting.presenter.credits(lot.remaining),
        value: { amount_minor: Number(worthOf(lot, lot.remaining)), currency },
      })),
      balance: { amount_minor: balanceMinor, currency },
      payable: { amount_minor: sumOf(lots), currency },
    };
  }

  async cashOut(id: string, body: wire.CashOutRequest, call: Call): Promise<wire.CashOutReceipt & Replayed> {
    const { database, presenter, queries, runner } = this.#setting;
    const { number } = await queries.profile(id);
    const { operation, at, seq, replayed } = await runner.runPrepared({
      account: { number, id },
      verb: 'cash_out',
      input: body,
      call,
      prepare: (on, locked) => prepare(on, locked, body.currency),
      answer: ({ account, entry, replayed: again }) => {
        if (entry === null) throw new Error('a payout has an entry');
        const made = presenter.operation(account, entry, classIn(account));
        return { operation: made, at: entry.at, seq: entry.seq, replayed: again };
      },
    });
    const made = (await settlementsOf(database, number)).filter((one) => one.seq === seq);
    const currency = made[0]?.currency as string;
    const settlements = await Promise.all(made.map((one) => presentSettlement(database, presenter, one)));
    const minor = made.reduce((sum, one) => sum + one.amountMinor, 0);
    return {
      operation,
      account: id,
      at: formatInstant(at),
      settlements,
      payable: { amount_minor: minor, currency },
      replayed,
    };
  }
}

async function prepare(
  on: Connection,
  { account, now }: { account: Account; now: number },
  wanted: string | undefined,
): Promise<Prepared> {
  const { currency, lots } = payoutOf(account, wanted);
  const purchases = await purchasesOf(on, account.number);
  // Before the lots are voided: afterwards nothing is left of them.
  const due = lots.map((lot) => {
    const purchase = purchases.find(({ parts }) => parts.some((part) => part.lots.includes(lot.no)));
    return {
      account: account.number,
      kind: 'lot',
      no: lot.no,
      payment: '',
      purchase: purchase?.no ?? null,
      credits: lot.remaining,
      amountMinor: Number(worthOf(lot, lot.remaining)),
      currency,
      way: 'payable',
      backMinor: purchase === undefined ? 0 : outcomeOf(purchase.facts).back,
      createdAt: now,
    } as const;
  });
  const commands = lots.map(({ no }) => ({ verb: 'void', grant: no, reason: CASHED_OUT }) as const);
  return {
    command: { verb: 'many', commands },
    writes: ({ entry }) => due.map((one) => settlementWrite({ ...one, seq: entry?.seq ?? null })),
  };
}

/**
 * A lot is paid out where the balance of all lots with such a policy is at most what its own policy says, in the currency
 * that was paid in: nothing is converted. What came for nothing stays.
 */
function payoutOf(account: Account, wanted: string | undefined): Payout {
  const subject = account.grants.filter(
    (lot) => lot.phase === 'started' && worthOf(lot, lot.remaining) > 0n && lawOf(lot) !== null,
  );
  const currencies = [...new Set(subject.map((lot) => lot.cost?.currency as string))].sort();
  const currency = wanted ?? currencies[0];
  if (wanted === undefined && currencies.length > 1) {
    throw invalid('currency', `must name one of ${currencies.join(', ')}`);
  }
  const own = subject.filter(({ cost }) => cost?.currency === currency);
  if (currency === undefined || own.length === 0) {
    throw refused('nothing', 'No credits are left that a policy has paid out.');
  }
  if (account.debt > 0n) throw refused('debt', 'The account owes credits.');
  const balanceMinor = Number(paidValueOf(own).get(currency));
  const lots = own.filter((lot) => balanceMinor <= (lawOf(lot) as Law).atMostMinor);
  if (lots.length === 0) {
    const atMost = Math.max(...own.map((lot) => (lawOf(lot) as Law).atMostMinor));
    throw refused('above_threshold', 'The balance is worth more than is paid out.', {
      balance: { amount_minor: balanceMinor, currency },
      at_most: { amount_minor: atMost, currency },
    });
  }
  demandFree(account, lots);
  return { currency, balanceMinor, lots };
}

function demandFree(account: Account, lots: readonly Grant[]): void {
  const ids = (some: readonly Grant[]) => some.map(({ no }) => grantId(account.number, no));
  const held = lots.filter((lot) => lot.held > 0n);
  if (held.length > 0) throw refused('held', 'Some of the credits are held.', { grants: ids(held) });
  const frozen = lots.filter((lot) => lot.frozen);
  if (frozen.length > 0) throw refused('frozen', 'Some of the credits are frozen.', { grants: ids(frozen) });
}

function refused(reason: Refused, sentence: string, details: object = {}): DrawdownError {
  return new DrawdownError('cash_out_refused', sentence, { reason, ...details });
}

const sumOf = (lots: readonly Grant[]): number =>
  lots.reduce((sum, lot) => sum + Number(worthOf(lot, lot.remaining)), 0);

/** What the sale froze on the lot; null: nothing, or nothing that fits what was paid. */
function lawOf({ metadata, cost }: { metadata: Metadata; cost: Grant['cost'] }): Law | null {
  const { cash_out: stated } = metadata;
  if (typeof stated !== 'object' || stated === null || Array.isArray(stated)) return null;
  const { at_most_minor: atMostMinor, currency } = stated as Record<string, unknown>;
  if (typeof atMostMinor !== 'number' || typeof currency !== 'string' || currency !== cost?.currency)
    return null;
  return { atMostMinor, currency };
}
