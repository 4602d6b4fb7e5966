/** A charge that its provider never answers about: one of the staff, who looked there, says what became of it. */
import type * as wire from '@drawdown/client';
import { type Call, type Replayed, staffOf } from '../change.ts';
import { parsePurchaseId, purchaseId } from '../core/id.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { receiptOf } from '../receipt.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { PurchaseChanges } from './purchase-change.ts';
import type { Place } from './purchase-order.ts';
import { type Purchase, purchaseByNo, purchaseByPayment } from './purchase-rows.ts';
import { outcomeOf, type Paid } from './purchase-state.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { completedNotice, stoppedNotice } from './top-up-notices.ts';
import * as rows from './top-up-rows.ts';
import { isOther, takenForNothing } from './top-up-taken.ts';

const MAX_MINOR = 1_000_000_000_000;
const MAX_NAME = 255;

type Said = Pick<wire.EndTopUpAct, 'purchase' | 'taken'>;

/** What the end of a charge comes to. */
interface End {
  readonly prepared: Prepared;
  readonly charge: wire.EndedCharge;
  /** What it counts for against the limits of staff, in atoms; absent: what it moves. */
  readonly size?: bigint;
}

/**
 * Ends one for good. Nothing was taken: the purchase is one of no credits, the account is free, and money that arrives all
 * the same is owed back. It was taken: as if the provider had said so, which whatever it says later takes the place of.
 * Top-ups stop unless what was asked for was taken, so that no other charge follows it at once.
 */
export class TopUpsByHand {
  readonly #setting: SourceSetting;
  readonly #changes: PurchaseChanges;

  constructor(setting: SourceSetting) {
    this.#setting = setting;
    this.#changes = new PurchaseChanges(setting);
  }

  /** Undefined where nothing is entered in the ledger. Throws `top_up_closed` where it has ended, or was no charge. */
  async end(said: Said, reason: string, call: Call): Promise<(wire.Receipt & Replayed) | undefined> {
    const { runner, presenter } = this.#setting;
    const { account, no } = await this.#place(said.purchase);
    const { acting = runner } = call;
    return acting.runPrepared<(wire.Receipt & Replayed) | undefined>({
      account,
      verb: 'end_top_up',
      subject: said.purchase,
      input: { ...said, reason },
      call: { ...call, ...staffOf(call) },
      keepsKey: true,
      prepare: async (on, ground) => {
        const { prepared, charge, size } = await this.#end(on, { account, no }, { said, ground });
        return { ...prepared, shown: { charge, ...(size === undefined ? {} : { size }) } };
      },
      answer: (outcome) => (outcome.entry === null ? undefined : receiptOf(presenter, outcome)),
    });
  }

  async #place(id: string): Promise<{ account: Place; no: number }> {
    const address = parsePurchaseId(id);
    const owner = address && (await this.#setting.accounts.idOf(address.account));
    if (address === null || owner === null) throw new DrawdownError('purchase_not_found');
    const { account: number, no } = address;
    if ((await purchaseByNo(this.#setting.database, number, no)) === null) {
      throw new DrawdownError('purchase_not_found');
    }
    return { account: { number, id: owner }, no };
  }

  async #end(
    on: Connection,
    { account, no }: { account: Place; no: number },
    { said, ground }: { said: Said; ground: Ground },
  ): Promise<End> {
    const purchase = (await purchaseByNo(on, account.number, no)) as Purchase;
    const topUp = await rows.openTopUp(on, account.number);
    // What the provider has told of in another way is known: whoever looks at the charge next ends it.
    if (topUp?.no !== no || outcomeOf(purchase.facts).paid !== null) {
      throw new DrawdownError('top_up_closed', undefined, { state: purchase.state });
    }
    const taken = said.taken === null ? null : await this.#taken(on, purchase, { taken: said.taken, ground });
    const about = { account, topUp, ground };
    return taken === null || isOther(taken, topUp)
      ? this.#forNothing(on, taken, { ...about, purchase })
      : this.#completed(on, taken, about);
  }

  async #taken(
    on: Connection,
    { account, no, provider }: Purchase,
    { taken, ground }: { taken: wire.TakenCharge; ground: Ground },
  ): Promise<Paid> {
    const { payment, amount_minor: gross, currency } = taken;
    if (
      payment.length > MAX_NAME ||
      payment.trim() !== payment ||
      payment === '' ||
      !payment.isWellFormed()
    ) {
      throw invalid('taken.payment', "must be the provider's id of the payment");
    }
    if (!Number.isSafeInteger(gross) || gross < 1 || gross > MAX_MINOR) {
      throw invalid('taken.amount_minor', 'must be a whole number of minor units');
    }
    const other = await purchaseByPayment(on, { provider, payment });
    if (other !== null && (other.account !== account || other.no !== no)) {
      throw invalid('taken.payment', `is the payment of ${purchaseId(other.account, other.no)}`);
    }
    return { kind: 'paid', payment, gross, net: gross, currency, at: ground.now, by: 'staff' };
  }

  async #completed(
    on: Connection,
    taken: Paid,
    { account, topUp, ground }: { account: Place; topUp: rows.TopUp; ground: Ground },
  ): Promise<End> {
    const { no } = topUp;
    const about = { facts: () => [taken] };
    const { prepared } = await this.#changes.prepared(on, { account, no }, { locked: ground, about });
    return {
      charge: ended(topUp, { becomes: 'completed', owed: null }),
      prepared: {
        ...prepared,
        writes: (outcome) => [...prepared.writes(outcome), rows.endWrite(topUp, 'completed', null)],
        notices: (outcome) => [
          ...(prepared.notices?.(outcome) ?? []),
          completedNotice(account.id, topUp, ground.now),
        ],
      },
    };
  }

  async #forNothing(
    on: Connection,
    paid: Paid | null,
    about: { account: Place; topUp: rows.TopUp; ground: Ground; purchase: Purchase },
  ): Promise<End> {
    const { account, topUp, ground, purchase } = about;
    const { now } = ground;
    const reason = paid === null ? 'not_taken' : 'charge_differs';
    const setup = await rows.autoTopUp(on, account.number);
    const stops = setup?.state === 'on';
    const nothing = await takenForNothing(on, topUp, { paid, ground });
    const owed = paid && { amount_minor: paid.gross, currency: paid.currency };
    return {
      charge: ended(topUp, { becomes: 'failed', owed }),
      // Money that somebody is to pay out counts for at least what was asked for would have bought.
      ...(paid === null ? {} : { size: worthOf(purchase, paid) }),
      prepared: {
        command: { verb: 'settle' },
        writes: () => [
          ...nothing,
          rows.endWrite(topUp, 'failed', reason),
          ...(stops ? [rows.stopWrite(topUp.account, reason, now)] : []),
        ],
        notices: () => (stops ? [stoppedNotice(account.id, setup, { reason, now })] : []),
      },
    };
  }
}

/** The credits that so much money would have bought, rounded up; in another currency those that were asked for. */
function worthOf({ credits, bonus, priceMinor, currency }: Purchase, paid: Paid): bigint {
  const asked = credits + bonus;
  if (paid.currency !== currency || paid.gross <= priceMinor) return asked;
  const price = BigInt(priceMinor);
  return (asked * BigInt(paid.gross) + price - 1n) / price;
}

const ended = (
  { account, no, priceMinor, currency }: rows.TopUp,
  end: Pick<wire.EndedCharge, 'becomes' | 'owed'>,
): wire.EndedCharge => ({
  purchase: purchaseId(account, no),
  asked: { amount_minor: priceMinor, currency },
  ...end,
});
