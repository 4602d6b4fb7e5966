/** Takes charges to their providers, and ways to pay out of them. */
import { purchaseId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { nowStatement } from '../store/clock.ts';
import * as methods from './payment-method-rows.ts';
import type { PaymentEvent, PaymentProvider, ProviderId } from './provider.ts';
import type { Place } from './purchase-order.ts';
import { purchaseByNo } from './purchase-rows.ts';
import { outcomeOf, type Paid } from './purchase-state.ts';
import type { Purchases } from './purchases.ts';
import type { SourceSetting } from './source.ts';
import { completedNotice, stoppedNotice } from './top-up-notices.ts';
import * as rows from './top-up-rows.ts';
import { otherwiseTaken, takenForNothing } from './top-up-taken.ts';

export interface Charging {
  readonly providers: readonly PaymentProvider[];
  readonly purchases: Pick<Purchases, 'enter'>;
}

/** Whoever sends a charge has so long to hear what became of it; then another process asks again. */
const LEASE_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10 * 60_000;
/** Whoever is told to try again later: a provider that is down is not back at once. */
const RETRY_AFTER_S = 5;
/** Ways to pay that are forgotten in one round. */
const FORGOTTEN = 20;

const waitAfter = (tries: number): number =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries, 20));

interface Ending {
  readonly state: 'completed' | 'failed';
  readonly reason: rows.StopReason | null;
  /** What was taken, where nothing is given for it. */
  readonly taken?: Paid;
}

export class TopUpSender {
  readonly #setting: SourceSetting;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  readonly #purchases: Charging['purchases'];

  constructor(setting: SourceSetting, { providers, purchases }: Charging) {
    this.#setting = setting;
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.#purchases = purchases;
  }

  /** Sends a charge, or asks what became of it; whoever holds it alone does. */
  async send(account: Place, open: rows.TopUp): Promise<void> {
    const { database, log } = this.#setting;
    // The provider may have told of it in another way, and never answer whoever sent it.
    const told = await purchaseByNo(database, open.account, open.no);
    if (told !== null && outcomeOf(told.facts).paid !== null) {
      await this.#end(account, open, { state: 'completed', reason: null });
      return;
    }
    const provider = this.#providers.get(open.provider);
    // What this installation cannot send is not called sent: then it could not be taken back any more.
    if (provider?.charge === undefined) {
      const what = `the charge for ${purchaseId(open.account, open.no)}`;
      log(`${what} waits: this installation does not charge through ${open.provider}`);
      return;
    }
    const now = await this.#now();
    const topUp = await rows.claimTopUp(database, open, { now, until: now + LEASE_MS });
    if (topUp === null) return;
    try {
      const paid = await this.#charge(provider, topUp);
      if (typeof paid === 'string') {
        await this.#declined(provider.id, topUp);
        await this.#end(account, topUp, { state: 'failed', reason: paid });
        return;
      }
      const taken = otherwiseTaken(paid, topUp);
      if (taken !== null) {
        const ended = { state: 'failed', reason: 'charge_differs', taken } as const;
        // Whoever ended it meanwhile may have said that nothing was taken.
        if (!(await this.#end(account, topUp, ended))) await this.#purchases.enter(provider.id, paid);
        log(
          `${purchaseId(topUp.account, topUp.no)}: ${taken.gross} ${taken.currency} was taken where ${topUp.priceMinor} ${topUp.currency} was asked for: it is owed to the payer`,
        );
        return;
      }
      // What is not entered here was charged all the same: it is asked about again, and never called declined.
      await this.#purchases.enter(provider.id, paid);
      await this.#end(account, topUp, { state: 'completed', reason: null });
    } catch (error) {
      log(`what became of the charge for ${purchaseId(topUp.account, topUp.no)} is not known yet`, error);
      await rows.postpone(database, topUp, now + waitAfter(topUp.tries));
    }
  }

  /** The payment, or why the provider took none. */
  async #charge(provider: PaymentProvider, topUp: rows.TopUp): Promise<PaymentEvent | rows.StopReason> {
    const { customer, method, priceMinor: amountMinor, currency, tries } = topUp;
    const purchase = purchaseId(topUp.account, topUp.no);
    const charge = { purchase, customer, method, amountMinor, currency, again: tries > 1 };
    try {
      return await (provider as Required<PaymentProvider>).charge(charge);
    } catch (error) {
      if (!(error instanceof DrawdownError) || error.code !== 'payment_refused') throw error;
      const asks = error.details.reason === 'authentication_required';
      return asks ? 'authentication_required' : 'declined';
    }
  }

  async #declined(provider: ProviderId, topUp: rows.TopUp): Promise<void> {
    const purchase = purchaseId(topUp.account, topUp.no);
    const facts = [{ kind: 'ended', how: 'failed' } as const];
    await this.#purchases.enter(provider, { id: `declined:${purchase}`, subject: { purchase }, facts });
  }

  /** False where it had ended before. */
  async #end(account: Place, topUp: rows.TopUp, { state, reason, taken }: Ending): Promise<boolean> {
    let wasOpen = false;
    await this.#setting.runner.runPrepared({
      account,
      alsoClosed: true,
      verb: 'top_up_end',
      input: { no: topUp.no },
      call: { actor: 'system', principal: 'source' },
      prepare: async (on, ground) => {
        const { now } = ground;
        const open = await rows.openTopUp(on, account.number);
        const isOpen = open?.no === topUp.no;
        wasOpen = isOpen;
        const setup = reason === null ? null : await rows.autoTopUp(on, account.number);
        const stops = isOpen && reason !== null && setup?.state === 'on';
        const nothing =
          isOpen && taken !== undefined ? await takenForNothing(on, topUp, { paid: taken, ground }) : [];
        return {
          command: { verb: 'settle' },
          writes: () => [
            ...nothing,
            rows.endWrite(topUp, state, reason),
            ...(stops ? [rows.stopWrite(topUp.account, reason, now)] : []),
          ],
          notices: () => [
            ...(isOpen && state === 'completed' ? [completedNotice(account.id, topUp, now)] : []),
            ...(stops ? [stoppedNotice(account.id, setup, { reason, now })] : []),
          ],
        };
      },
      answer: () => undefined,
    });
    return wasOpen;
  }

  /** Forgets ways to pay at their providers; what a provider does not answer stays due. True where more may be. */
  async forgetDue(): Promise<boolean> {
    const { database, log } = this.#setting;
    const now = await this.#now();
    const due = await methods.claimForgotten(database, { now, until: now + LEASE_MS, limit: FORGOTTEN });
    for (const one of due) {
      try {
        await this.#forget(one);
      } catch (error) {
        log(`${one.provider} still keeps a way to pay that is to be forgotten`, error);
        await methods.postponeForgotten(database, one, now + waitAfter(one.tries));
      }
    }
    return due.length === FORGOTTEN;
  }

  /** All of one account, whether or not it is due. Throws `unavailable` where a provider does not answer. */
  async forgetNow(account: number): Promise<void> {
    for (const one of await methods.forgottenOf(this.#setting.database, account)) {
      await this.#forget(one).catch((error: unknown) => {
        this.#setting.log(`${one.provider} still keeps a way to pay that is to be forgotten`, error);
        throw new DrawdownError(
          'unavailable',
          `${one.provider} still keeps a way to pay: try again later.`,
          { provider: one.provider, retry_after: RETRY_AFTER_S },
          error,
        );
      });
    }
  }

  /** Of a provider that is no longer there nothing can be asked. */
  async #forget(one: methods.Forgotten): Promise<void> {
    await this.#providers.get(one.provider)?.forget?.(one);
    await methods.dropForgotten(this.#setting.database, one);
  }

  async #now(): Promise<number> {
    const { rows: found } = await this.#setting.database.query(nowStatement(this.#setting.clock), []);
    return Number(found[0]?.now);
  }
}
