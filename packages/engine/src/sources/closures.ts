import type * as wire from '@drawdown/client';
import { type Call, type Replayed, staffOf } from '../change.ts';
import { type Account, type Grant, grantState } from '../core/account.ts';
import { formatInstant } from '../core/calendar.ts';
import { grantId, subscriptionId } from '../core/id.ts';
import { worthOf } from '../core/worth.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { classIn } from '../present.ts';
import { presentProfile } from '../queries.ts';
import { accountClosed } from '../refusal.ts';
import { readText } from '../request.ts';
import { recorded } from '../store/audit.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Outcome, Prepared, Write } from '../store/task.ts';
import { Succession } from '../teams/succession.ts';
import { comingMerges, demandIdle, openHoldsOf, pendingPurchases } from './account-idle.ts';
import type { AutoTopUps } from './auto-top-ups.ts';
import { purchasesOf } from './merge-lots.ts';
import { ONE_AT_A_TIME } from './merge-rows.ts';
import type { LifePayments } from './payments.ts';
import type { Plans } from './plans.ts';
import { idOf, type Purchase } from './purchase-rows.ts';
import { outcomeOf } from './purchase-state.ts';
import { mayAsk } from './purchase-wish.ts';
import type { Purchases } from './purchases.ts';
import { isSaid, markPaid, type Settlement, settlementsOf, settlementWrite } from './settlement-rows.ts';
import { payableMinor, presentSettlement } from './settlements.ts';
import type { SourceSetting } from './source.ts';
import { cancelNow } from './subscription-end.ts';
import { readSubscriptions, writesOf } from './subscription-rows.ts';
import { type Subscription, statusAt } from './subscription-state.ts';
import { endWithAccount } from './top-up-end.ts';
import { openTopUp, type TopUp } from './top-up-rows.ts';

type Reads = Pick<Connection | Database, 'query'>;
type Ground = { readonly account: Account; readonly now: number };

/** What stands before the closing, read from the locked account or from a copy of it. */
interface Estate {
  readonly purchases: readonly Purchase[];
  readonly subscriptions: readonly Subscription[];
}

interface Reading {
  /** The charge that is open. */
  readonly topUp: TopUp | null;
  /** Whether its provider is asked what became of what it was to pay back. */
  readonly asksAgain?: (purchase: Purchase) => boolean;
}

/**
 * Ends accounts. What was paid for and not spent is settled as the catalog's policy says, every lot is taken back in an
 * entry of its own, and from then on the account is only read.
 */
export class Closures {
  readonly #setting: SourceSetting;
  readonly #purchases: Purchases;
  readonly #plans: Plans;
  readonly #topUps: AutoTopUps;
  readonly #succession: Succession;

  constructor(setting: SourceSetting, { purchases, plans, topUps }: LifePayments) {
    this.#succession = new Succession(setting);
    this.#setting = setting;
    this.#purchases = purchases;
    this.#plans = plans;
    this.#topUps = topUps;
  }

  /** Refused where the closing would be, but for the consent that it may need. */
  async preview(id: string): Promise<wire.ClosePreview> {
    const { database, presenter, queries } = this.#setting;
    const ground = await queries.settled(id);
    const { account } = ground;
    if (account.closed !== null) throw accountClosed((await queries.profile(id)).mergedInto);
    const topUp = await openTopUp(database, account.number);
    const estate = await this.#demandClosable(database, ground, { topUp });
    const refunded = new Set(
      this.#refundable(estate, ground).flatMap(({ parts }) => parts.flatMap((part) => part.lots)),
    );
    const lots = account.grants.map((lot) => this.#presentLot(account, lot, refunded.has(lot.no)));
    return {
      account: id,
      lots,
      value: sums(lots),
      subscriptions: estate.subscriptions.map(({ no }) => subscriptionId(account.number, no)),
      debt: presenter.credits(account.debt),
    };
  }

  #presentLot(account: Account, lot: Grant, isRefunded: boolean): wire.ClosingLot {
    const amount = lot.phase === 'scheduled' ? lot.amount : lot.remaining;
    const value = this.#valueOf(lot);
    const outcome = isRefunded ? 'refunded' : this.#way;
    return {
      grant: grantId(account.number, lot.no),
      class: lot.class,
      amount: this.#setting.presenter.credits(amount),
      expires_at: lot.expiresAt === null ? null : formatInstant(lot.expiresAt),
      value: value && { amount_minor: value.amountMinor, currency: value.currency },
      outcome: value === null ? 'voided' : outcome,
    };
  }

  get #way(): 'payable' | 'forfeited' {
    return this.#setting.catalog.policies.closure === 'forfeit' ? 'forfeited' : 'payable';
  }

  /** What was paid for what is left of a lot; null: its class is none that people buy, or it cost nothing. */
  #valueOf(lot: Grant): Grant['cost'] {
    const isPaid = this.#setting.rules.classes.find(({ id }) => id === lot.class)?.paid ?? true;
    const value = worthOf(lot, lot.phase === 'scheduled' ? lot.amount : lot.remaining);
    return !isPaid || lot.cost === null || value === 0n ? null : { ...lot.cost, amountMinor: Number(value) };
  }

  async #demandClosable(
    on: Reads,
    { account, now }: Ground,
    { topUp, asksAgain = (one) => this.#paysBack(one) }: Reading,
  ): Promise<Estate> {
    const purchases = await purchasesOf(on, account.number);
    const all = await readSubscriptions(on, account.number);
    const live = all.filter((one) => !['cancelled', 'ended'].includes(statusAt(one, now)));
    demandIdle({
      holds: openHoldsOf(account),
      subscriptions: [],
      purchases: pendingPurchases(purchases, now, { topUp, asksAgain }),
      merges: await comingMerges(on, account.number),
    });
    return { purchases, subscriptions: live };
  }

  /** Purchases that are being given back, and have to be asked about, and those that the buyer could give back now. */
  #refundable({ purchases }: Estate, ground: Ground): Purchase[] {
    const isPolicy = this.#setting.catalog.policies.closure === 'refund';
    return purchases.filter((purchase) => {
      if (!this.#paysBack(purchase)) return false;
      if (purchase.state === 'refunding') return true;
      const numbers = purchase.parts.flatMap((part) => part.lots);
      const lots = ground.account.grants.filter(({ no }) => numbers.includes(no));
      if (!isPolicy || numbers.length === 0 || lots.length < numbers.length) return false;
      return isSo(() => mayAsk(purchase, { ...ground, lots }).length > 0);
    });
  }

  /** Whether its provider is one of this installation's, and pays back when it is asked. */
  #paysBack({ provider }: Purchase): boolean {
    return isSo(() => this.#purchases.provider(provider).refund !== undefined);
  }

  /**
   * Closes the account for good. Checkouts are closed and plans ended at their providers, and what may be given back is paid
   * back by its provider first, each in a change of its own, so that the same call again goes on where one broke off.
   */
  async close(id: string, body: wire.CloseRequest, call: Call): Promise<wire.CloseReceipt & Replayed> {
    const { presenter, queries, runner } = this.#setting;
    const reason = readText(body.reason, 'reason');
    if (body.forfeit !== undefined && body.forfeit !== true)
      throw invalid('forfeit', 'must be true where it is given');
    const ground = await queries.settled(id);
    const forfeit = body.forfeit === true;
    const asked = {
      account: { number: ground.account.number, id },
      verb: 'close' as const,
      input: body,
      call,
      answer: ({ account, entry, replayed }: Outcome) => {
        if (entry === null) throw new Error('a closing has an entry');
        return { operation: presenter.operation(account, entry, classIn(account)), replayed };
      },
    };
    // What is refused must not have ended anything elsewhere.
    await runner.known(asked);
    if (ground.account.closed === null) {
      const { purchases } = await this.#demandReady(ground, forfeit);
      await this.#purchases.closeCheckouts(purchases);
      // What was paid at one of them meanwhile is there to be given back like the rest.
      const settled = await queries.settled(id);
      const estate = await this.#demandReady(settled, forfeit);
      // It may have been sent since it was looked for.
      const sent = await this.#topUps.stopForClosing({ number: ground.account.number, id }, call);
      if (sent !== null) await this.#demandClosable(this.#setting.database, settled, { topUp: sent });
      // A provider goes on charging until it is told.
      await this.#plans.endAll(id, call);
      await this.#payBack(this.#refundable(estate, settled), call);
      await this.#succession.ofMember({ id }, null, call);
    }
    const { operation, replayed } = await runner.runPrepared({
      ...asked,
      prepare: (on, locked) => this.#prepare(on, locked, { reason, forfeit }),
    });
    return { operation, ...(await this.report(id)), replayed };
  }

  /** What stands before the closing; refused where that would be. */
  async #demandReady(ground: Ground, forfeit: boolean): Promise<Estate> {
    const { database } = this.#setting;
    const { number } = ground.account;
    this.#demandConsent(this.#settlements(ground, await purchasesOf(database, number)), forfeit);
    return this.#demandClosable(database, ground, { topUp: await openTopUp(database, number) });
  }

  /** Under keys of the purchases: however often a closing is tried, each is paid back once. */
  async #payBack(purchases: readonly Purchase[], call: Call): Promise<void> {
    for (const purchase of purchases) {
      const id = idOf(purchase);
      const actor = call.actor ?? 'library';
      const own = { idempotencyKey: `closing:${id}`, principal: 'source', actor, ...staffOf(call) };
      await this.#purchases.refund(id, { reason: 'account_closed' }, own).catch((error: unknown) => {
        // What the provider refuses is payable like the rest; what it did not answer is asked again.
        const isFinal =
          error instanceof DrawdownError &&
          ['payment_refused', 'purchase_not_refundable'].includes(error.code);
        if (!isFinal) throw error;
      });
    }
  }

  async #prepare(
    on: Connection,
    ground: Ground,
    { reason, forfeit }: { reason: string; forfeit: boolean },
  ): Promise<Prepared> {
    await on.query(ONE_AT_A_TIME, []);
    const topUps = await endWithAccount(on, ground, 'account_closed');
    const { purchases, subscriptions } = await this.#demandClosable(on, ground, {
      topUp: topUps.canceled ?? topUps.sent,
      // What is asked for since is asked about by the same call again.
      asksAgain: () => false,
    });
    const settlements = this.#settlements(ground, purchases);
    this.#demandConsent(settlements, forfeit);
    return {
      command: { verb: 'close' as const, reason, ...(forfeit ? { metadata: { forfeit } } : {}) },
      writes: (): Write[] => [
        ...settlements.map(settlementWrite),
        ...topUps.writes,
        ...subscriptions.flatMap((one) => writesOf(one, cancelNow(one, ground).after)),
      ],
      notices: () => topUps.notices,
    };
  }

  /** What is given up is given up by somebody who said so. */
  #demandConsent(settlements: readonly unknown[], forfeit: boolean): void {
    if (this.#way !== 'forfeited' || settlements.length === 0 || forfeit) return;
    const sentence = 'unspent paid credits are given up with the account';
    throw new DrawdownError('consent_required', `forfeit: ${sentence}`, {
      field: 'forfeit',
      errors: [{ field: 'forfeit', message: `must be true: ${sentence}` }],
    });
  }

  #settlements({ account, now }: Ground, purchases: readonly Purchase[]) {
    return account.grants.flatMap((lot) => this.#settlement(account, { lot, purchases, now }));
  }

  #settlement(
    account: Account,
    { lot, purchases, now }: { lot: Grant; purchases: readonly Purchase[]; now: number },
  ): Omit<Settlement, 'paid' | 'ordinal'>[] {
    const value = this.#valueOf(lot);
    if (value === null || grantState(lot, now) === 'voided') return [];
    const purchase = purchases.find(({ parts }) => parts.some((part) => part.lots.includes(lot.no)));
    return [
      {
        account: account.number,
        kind: 'lot',
        no: lot.no,
        payment: '',
        purchase: purchase?.no ?? null,
        credits: lot.phase === 'scheduled' ? lot.amount : lot.remaining,
        ...value,
        way: this.#way,
        backMinor: purchase === undefined ? 0 : outcomeOf(purchase.facts).back,
        createdAt: now,
        seq: null,
      },
    ];
  }

  /** What became of what was paid for: of a closed account. */
  async report(id: string): Promise<wire.ClosureReport> {
    const { database, presenter, queries } = this.#setting;
    const profile = await queries.profile(id);
    if (profile.closedAt === null) throw new DrawdownError('account_open');
    const settlements: wire.Settlement[] = [];
    for (const one of await settlementsOf(database, profile.number)) {
      settlements.push(await presentSettlement(database, presenter, one));
    }
    return { account: presentProfile(profile), settlements, payable: payableOf(settlements) };
  }

  /** Records that what was payable has been paid, by hand and elsewhere. Again: nothing is left to be paid. */
  async settle(id: string, body: wire.SettlementRequest, call: Call): Promise<wire.ClosureReport> {
    const reference = readText(body.reference, 'reference');
    const { clock, database, queries } = this.#setting;
    const profile = await queries.profile(id);
    if (profile.closedAt === null) throw new DrawdownError('account_open');
    await recorded(database, call.staff, async (on) => {
      await on.query(ONE_AT_A_TIME, []);
      const at = Number((await on.query(nowStatement(clock), [])).rows[0]?.now);
      let paid = 0;
      for (const one of await settlementsOf(on, profile.number)) {
        const minor = isSaid(one, reference) ? 0 : await payableMinor(on, one);
        if (minor === 0) continue;
        await markPaid(on, one, { at, by: call.actor ?? 'library', minor, reference });
        paid += 1;
      }
      const told = { act: 'settle_closure' as const, at, account: profile.number, input: { reference } };
      return { done: undefined, told: paid === 0 ? null : told };
    });
    return this.report(id);
  }
}

/** What is refused is not so. */
function isSo(holds: () => boolean): boolean {
  try {
    return holds();
  } catch (error) {
    if (error instanceof DrawdownError) return false;
    throw error;
  }
}

function sums(lots: readonly wire.ClosingLot[]): wire.ClosePreview['value'] {
  const found = new Map<string, wire.ClosePreview['value'][number]>();
  for (const { value, outcome } of lots) {
    if (value === null || outcome === 'voided') continue;
    const key = `${value.currency} ${outcome}`;
    const known = found.get(key) ?? { amount_minor: 0, currency: value.currency, outcome };
    found.set(key, { ...known, amount_minor: known.amount_minor + value.amount_minor });
  }
  return [...found.values()];
}

function payableOf(settlements: readonly wire.Settlement[]): wire.Cost[] {
  const found = new Map<string, number>();
  for (const { value, payable_minor: minor } of settlements) {
    if (minor > 0) found.set(value.currency, (found.get(value.currency) ?? 0) + minor);
  }
  return [...found].map(([currency, amount_minor]) => ({ amount_minor, currency }));
}
