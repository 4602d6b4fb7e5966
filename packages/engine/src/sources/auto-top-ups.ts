import type * as wire from '@drawdown/client';
import { type Call, staffOf, type Verb } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { parseAmount } from '../core/amount.ts';
import { summarise } from '../core/balance.ts';
import { periodStarts } from '../core/calendar.ts';
import type { Notice } from '../core/notice.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readAccountId } from '../request.ts';
import { profileOn } from '../store/accounts.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection } from '../store/database.ts';
import { inSnapshot } from '../store/in-snapshot.ts';
import type { Prepared, Write } from '../store/task.ts';
import { closingWrite, isClosing, paymentMethod } from './payment-method-rows.ts';
import type { SavedMethod } from './provider.ts';
import { newPurchase } from './purchase-new.ts';
import type { Place } from './purchase-order.ts';
import { newPart } from './purchase-parts.ts';
import { insertion, lastPurchase } from './purchase-rows.ts';
import { buyerOf, termsOf } from './purchase-terms.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { decideTopUp } from './top-up-decide.ts';
import { endTopUps, forgetMethod, preparedTo } from './top-up-end.ts';
import { stoppedNotice } from './top-up-notices.ts';
import { presentAutoTopUp, presentNone } from './top-up-present.ts';
import * as rows from './top-up-rows.ts';
import { type Charging, TopUpSender } from './top-up-send.ts';
import { type Errand, TopUpWatch } from './top-up-watch.ts';

const HOUR_MS = 3_600_000;
/** What a closing asks of providers takes no longer; if one broke off, its owner may agree anew afterwards. */
const CLOSING_MS = 10 * 60_000;
const SHOWN = 20;
/** More charges than any policy allows in a row: what is still open by then waits for its provider. */
const MOST_LOOKS = 20;
const MAX_MINOR = 1_000_000_000_000;
const NOTHING: Prepared = { command: { verb: 'settle' }, writes: () => [] };

const NOBODY = { jurisdiction: null, isPresent: false };

/**
 * Tops accounts up whose owners agreed to it: one charge at a time, sized to what is missing, within the month's cap.
 * A charge is a purchase like any other. It is written down before it is sent, under the account's lock, and sent under
 * its own name until its outcome is known, so that a crash or a lost answer at any point charges once.
 */
export class AutoTopUps {
  readonly #setting: SourceSetting;
  readonly #sender: TopUpSender;
  readonly watch: TopUpWatch;

  constructor(setting: SourceSetting, { providers, purchases }: Charging) {
    this.#setting = setting;
    this.#sender = new TopUpSender(setting, { providers, purchases });
    this.watch = new TopUpWatch({
      ...setting,
      errandOf: (account) => this.#errandOf(account),
      forget: () => this.#sender.forgetDue(),
    });
  }

  /** Agrees to it, or to other terms; switches it on again after it was stopped. */
  async put(id: string, body: wire.AutoTopUpRequest, call: Call): Promise<wire.AutoTopUp> {
    const account = await this.#place(id);
    const { catalog } = this.#setting;
    const threshold = parseAmount(body.threshold, catalog.scale);
    if (threshold === null) throw invalid('threshold', 'must be an amount of credits', 'invalid_amount');
    const { amount_minor: capMinor, currency } = body.monthly_cap;
    if (!Number.isSafeInteger(capMinor) || capMinor < 1 || capMinor > MAX_MINOR) {
      throw invalid('monthly_cap.amount_minor', 'must be a whole number of minor units');
    }
    if (body.consent?.off_session !== true) {
      throw invalid('consent', 'must be given: {"off_session": true}', 'consent_required');
    }
    const { priceMinor } = termsOf(catalog, { pack: body.pack, currency, return_url: '' }, NOBODY);
    if (capMinor < priceMinor) throw invalid('monthly_cap', 'must reach for one pack at least');
    await this.#write(account, { verb: 'auto_top_up', input: body, call }, async (on, { now }) => {
      if ((await paymentMethod(on, account.number)) === null) {
        throw new DrawdownError('payment_method_required');
      }
      if (await isClosing(on, account.number, now)) {
        throw new DrawdownError('account_busy', 'The account is being closed: what was bought is paid back.');
      }
      const consent = { off_session: true as const, at: now, actor: call.actor ?? 'library' };
      const agreed = { threshold, pack: body.pack, capMinor, currency, consent };
      const fresh = { state: 'on' as const, reason: null, cappedUntil: null, updatedAt: now };
      return [rows.setupWrite({ account: account.number, ...agreed, ...fresh })];
    });
    return this.#agreed(id);
  }

  /** How they stand, also where nothing is agreed. */
  async get(id: string): Promise<wire.AutoTopUp | wire.NoAutoTopUp> {
    const { database, presenter, queries } = this.#setting;
    const { number, timeZone } = await queries.profile(id);
    const now = await this.#now();
    // Whoever is shown that a charge failed is shown that it stopped them, and the other way round.
    return inSnapshot(database, async (on) => {
      const [history, setup, method] = await Promise.all([
        rows.newestTopUps(on, number, SHOWN),
        rows.autoTopUp(on, number),
        paymentMethod(on, number),
      ]);
      if (setup === null) return presentNone({ id, method, history });
      const { startsAt: monthStart } = monthOf(now, timeZone);
      const { currency } = setup;
      const { spent } = await rows.topUpSums(on, number, { monthStart, since: now - HOUR_MS, currency });
      return presentAutoTopUp(presenter, setup, { id, now, method, spent, history });
    });
  }

  async #agreed(id: string): Promise<wire.AutoTopUp> {
    const one = await this.get(id);
    if (one.state === 'off') throw new DrawdownError('auto_top_up_not_found');
    return one;
  }

  /** Switches it off: what was not sent yet is not sent any more. */
  async remove(id: string, call: Call): Promise<void> {
    const account = await this.#place(id);
    await this.#prepared(account, { verb: 'auto_top_up_off', input: {}, call }, async (on, locked) => {
      const ended = await endTopUps(on, locked, { reason: 'switched_off', forgets: true });
      if (ended.writes.length === 0) throw new DrawdownError('auto_top_up_not_found');
      return preparedTo(ended);
    });
  }

  async method(id: string): Promise<wire.PaymentMethod> {
    const { number } = await this.#setting.queries.profile(id);
    const method = await paymentMethod(this.#setting.database, number);
    if (method === null) throw new DrawdownError('payment_method_not_found');
    return { provider: method.provider, label: method.label };
  }

  /** Forgets how the account pays; automatic top-ups stop. */
  async removeMethod(id: string, call: Call): Promise<void> {
    const account = await this.#place(id);
    await this.#prepared(account, { verb: 'payment_method_off', input: {}, call }, async (on, locked) => {
      const { method, writes } = await forgetMethod(on, locked);
      if (method === null) throw new DrawdownError('payment_method_not_found');
      const ended = await endTopUps(on, locked, { reason: 'payment_method_removed', forgets: false });
      return preparedTo({ ...ended, writes: [...writes, ...ended.writes] });
    });
    this.watch.hurry();
  }

  /**
   * Stops them before their account is closed, and lets nobody switch them on meanwhile, so that what is paid back first is
   * not bought again. Answers the charge that is out: then nothing is to be ended or paid back yet.
   */
  async stopForClosing(account: Place, call: Call): Promise<rows.TopUp | null> {
    if ((await paymentMethod(this.#setting.database, account.number)) === null) return null;
    let sent: rows.TopUp | null = null;
    const { actor } = call;
    const asked = {
      verb: 'auto_top_up_stop' as const,
      input: {},
      call: { ...SYSTEM, ...(actor === undefined ? {} : { actor }), ...staffOf(call) },
    };
    await this.#prepared(account, asked, async (on, locked) => {
      const ended = await endTopUps(on, locked, { reason: 'account_closed', forgets: false });
      ({ sent } = ended);
      const marked = closingWrite(account.number, locked.now + CLOSING_MS);
      return preparedTo({ ...ended, writes: [...ended.writes, marked] });
    });
    return sent;
  }

  /** Forgets at the providers what an account paid with. Throws `unavailable` where one does not answer. */
  forgetNow(number: number): Promise<void> {
    return this.#sender.forgetNow(number);
  }

  /** As `look`, until nothing more is to be done for it: for whoever waits for that. */
  async lookAt(id: string): Promise<void> {
    const { number } = await this.#place(id);
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const errand = await this.#errandOf(number);
      if (errand === null) return;
      await errand.run();
    }
  }

  /** Brings one account to where it is topped up, stopped or in no need of it. */
  async look(number: number): Promise<void> {
    await (await this.#errandOf(number))?.run();
  }

  /** What its provider is to be asked or told; null: nothing. */
  async #errandOf(number: number): Promise<Errand | null> {
    const id = await this.#setting.accounts.idOf(number);
    const open = id === null ? null : await this.#claim({ number, id });
    if (id === null || open === null) return null;
    return { provider: open.provider, run: () => this.#sender.send({ number, id }, open) };
  }

  /** The charge that is open, or the one that is needed now. */
  async #claim(account: Place): Promise<rows.TopUp | null> {
    let open: rows.TopUp | null = null;
    const asked = { verb: 'top_up' as const, input: { account: account.id }, call: SYSTEM };
    await this.#prepared(account, asked, async (on, ground) => {
      open = await rows.openTopUp(on, account.number);
      const setup = open === null ? await rows.autoTopUp(on, account.number) : null;
      const isClosed = ground.account.closed !== null;
      if (isClosed || setup === null || setup.state !== 'on' || (setup.cappedUntil ?? 0) > ground.now)
        return NOTHING;
      const made = await this.#need(on, setup, ground);
      if ('topUp' in made) open = made.topUp;
      return preparedTo(made);
    });
    return open;
  }

  async #need(
    on: Connection,
    setup: rows.AutoTopUp,
    { account, now }: Ground,
  ): Promise<{ writes: Write[]; notices?: Notice[] } | { topUp: rows.TopUp; writes: Write[] }> {
    const { catalog, rules } = this.#setting;
    const stop = (reason: rows.StopReason) => ({
      writes: [rows.stopWrite(setup.account, reason, now)],
      notices: [stoppedNotice(account.id, setup, { reason, now })],
    });
    const method = await paymentMethod(on, setup.account);
    if (method === null) return stop('payment_method_removed');
    const pack = catalog.packs.find((one) => one.id === setup.pack);
    if (pack?.prices[setup.currency] === undefined) return stop('pack_unavailable');
    // Nobody is there to say anything, so that whoever may withdraw keeps that right.
    const buyer = { ...buyerOf(await profileOn(on, setup.account), {}), isPresent: false };
    const wish = { pack: setup.pack, currency: setup.currency, return_url: '' };
    const bought = termsOf(catalog, wish, buyer);
    const { startsAt: monthStart, endsAt } = monthOf(now, account.timeZone);
    const about = { monthStart, since: now - HOUR_MS, currency: setup.currency };
    const { spent, recent } = await rows.topUpSums(on, setup.account, about);
    const { total, held, frozen } = summarise(account, rules, now);
    const decision = decideTopUp({
      // What is granted repays the debt first.
      available: total - held - frozen - account.debt,
      threshold: setup.threshold,
      pack: { credits: bought.credits + bought.bonus, priceMinor: bought.priceMinor },
      capMinor: setup.capMinor,
      spentMinor: spent,
      recent,
      policy: catalog.policies.autoTopUp,
    });
    switch (decision.do) {
      case 'nothing':
        return { writes: [] };
      case 'stop':
        return stop(decision.reason);
      case 'wait_for_month':
        return { writes: [rows.setupWrite({ ...setup, cappedUntil: endsAt, updatedAt: now })] };
      case 'charge':
        return this.#order(on, { setup, method, bought, packs: decision.packs, now });
    }
  }

  async #order(
    on: Connection,
    about: {
      setup: rows.AutoTopUp;
      method: SavedMethod;
      bought: ReturnType<typeof termsOf>;
      packs: number;
      now: number;
    },
  ): Promise<{ topUp: rows.TopUp; writes: Write[] }> {
    const { setup, method, packs, now } = about;
    const { name: _, ...bought } = about.bought;
    const no = nextStamp(await lastPurchase(on, setup.account), now);
    const [credits, bonus] = [bought.credits * BigInt(packs), bought.bonus * BigInt(packs)];
    const priceMinor = bought.priceMinor * packs;
    const purchase = {
      ...bought,
      ...newPurchase(setup.account, no, now),
      credits,
      bonus,
      priceMinor,
      parts: [newPart(credits), newPart(bonus)],
      provider: method.provider,
      returnUrl: null,
      consent: null,
      key: null,
      fingerprint: null,
    };
    const topUp = {
      account: setup.account,
      no,
      packs,
      priceMinor,
      currency: bought.currency,
      provider: method.provider,
      customer: method.customer,
      method: method.method,
      state: 'pending' as const,
      reason: null,
      tries: 0,
      createdAt: now,
    };
    return { topUp, writes: [insertion(purchase), rows.topUpInsertion(topUp)] };
  }

  #write(
    account: Place,
    asked: { verb: Verb; input: unknown; call: Call },
    writes: (on: Connection, ground: Ground) => Promise<Write[]>,
  ): Promise<void> {
    return this.#prepared(account, asked, async (on, ground) =>
      preparedTo({ writes: await writes(on, ground) }),
    );
  }

  async #prepared(
    account: Place,
    asked: { verb: Verb; input: unknown; call: Call },
    prepare: (on: Connection, ground: Ground) => Promise<Prepared>,
  ): Promise<void> {
    const answer = () => undefined;
    await this.#setting.runner.runPrepared({ account, ...asked, prepare, answer });
  }

  async #place(id: string): Promise<Place> {
    const number = await this.#setting.accounts.numberOf(readAccountId(id));
    if (number === null) throw new DrawdownError('account_not_found');
    return { number, id };
  }

  async #now(): Promise<number> {
    const { rows: found } = await this.#setting.database.query(nowStatement(this.#setting.clock), []);
    return Number(found[0]?.now);
  }
}

/** The calendar month in the account's zone. */
function monthOf(now: number, timeZone: string): { startsAt: number; endsAt: number } {
  const [startsAt = now, endsAt = now] = periodStarts('month', now, now + 32 * 24 * HOUR_MS, timeZone);
  return { startsAt, endsAt };
}

const SYSTEM: Call = { actor: 'system', principal: 'source' };
