import { isDeepStrictEqual } from 'node:util';
import type * as wire from '@drawdown/client';
import { type Call, staffOf } from '../change.ts';
import { DrawdownError } from '../errors.ts';
import { classIn } from '../present.ts';
import type { Connection } from '../store/database.ts';
import type { Outcome, Prepared, Write } from '../store/task.ts';
import { forgetWrite, keepMethod } from './payment-method-rows.ts';
import { changeSettled, openChange, planChangeId } from './plan-change-rows.ts';
import { readElsewhere } from './plan-elsewhere.ts';
import { type Followed, followPlan } from './plan-follow.ts';
import { type PlanCheckout, planCheckout, planIdOf, planUpdate } from './plan-rows.ts';
import { isTaken } from './plan-terms.ts';
import type { PaymentProvider, PlanNews, PlanPlace, ProviderId } from './provider.ts';
import { purchaseNotices } from './purchase-notices.ts';
import { insertion, lastPurchase, type Purchase, purchaseByPayment } from './purchase-rows.ts';
import { settlementOfLate } from './settlement-rows.ts';
import type { SourceSetting } from './source.ts';
import { commandOf, type Ground } from './subscription-pay.ts';
import { readSubscriptions, writesOf } from './subscription-rows.ts';

/** An answer that others overtook is asked for again; so many in a row are not chance. */
const MAX_LOOKS = 10;

/**
 * How a plan stands at its provider, taken in: our subscription is brought to that, whatever was delivered of it, so that
 * neither the order of events nor their number matters.
 */
export class PlanIntake {
  readonly #setting: SourceSetting;
  readonly #providers: ReadonlyMap<ProviderId, PaymentProvider>;
  /** By subscription: the question that is out, and the one that is asked after it. */
  readonly #asking = new Map<string, Promise<Looked>>();
  readonly #next = new Map<string, Promise<Looked>>();

  constructor(setting: SourceSetting, providers: ReadonlyMap<ProviderId, PaymentProvider>) {
    this.#setting = setting;
    this.#providers = providers;
  }

  /** What arrives while the provider is being asked is answered by asking once more, however many have arrived. */
  look(row: PlanCheckout): Promise<Looked> {
    const id = planIdOf(row);
    const next = this.#next.get(id);
    if (next !== undefined) return next;
    const before = this.#asking.get(id) ?? Promise.resolve();
    const own = before.then(
      () => this.#ask(id, row),
      () => this.#ask(id, row),
    );
    this.#next.set(id, own);
    return own;
  }

  async #ask(id: string, row: PlanCheckout): Promise<Looked> {
    this.#next.delete(id);
    const asking = this.#lookNow(row);
    this.#asking.set(id, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(id) === asking) this.#asking.delete(id);
    }
  }

  /** Asks how things stand until an answer counts: one that nobody was faster than. */
  async #lookNow(row: PlanCheckout): Promise<Looked> {
    const provider = this.#providers.get(row.provider);
    if (provider?.lookAtPlan === undefined) return { ...UNCOUNTED, checkout: row };
    let current = row;
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const news = await provider.lookAtPlan(placeOf(current));
      if (news === null) return { ...UNCOUNTED, checkout: current };
      const applied = await this.apply(current, news, current.looks);
      if (applied.counts && !applied.isPartial) return applied;
      current = applied.checkout;
    }
    throw new DrawdownError('unavailable', 'The plan is being changed all the time: try again later.');
  }

  /** `looks`: how often the provider had been asked before this answer; null where it came by itself. */
  apply(row: PlanCheckout, news: PlanNews, looks: number | null, call: Call = {}): Promise<Applied> {
    return this.#take(row, news, { looks, call, isRehearsal: false });
  }

  /** What the news would come to; nothing of it is written. */
  rehearse(row: PlanCheckout, news: PlanNews): Promise<Applied> {
    return this.#take(row, news, { looks: null, call: {}, isRehearsal: true });
  }

  async #take(
    row: PlanCheckout,
    news: PlanNews,
    { looks, call, isRehearsal }: { looks: number | null; call: Call; isRehearsal: boolean },
  ): Promise<Applied> {
    const { accounts, presenter, runner } = this.#setting;
    // A merge leaves the plan behind; whoever has the credits now is owed what is still paid for it.
    const number = await accounts.heirOf(row.account);
    const id = await accounts.idOf(number);
    if (id === null) throw new DrawdownError('account_not_found');
    let result: Looked = { ...UNCOUNTED, checkout: row };
    const prepare = async (on: Connection, ground: Ground): Promise<Prepared> => {
      const checkout = (await planCheckout(on, row.account, row.no)) as PlanCheckout;
      if (looks !== null && checkout.looks !== looks) {
        result = { ...UNCOUNTED, checkout };
        return { command: { verb: 'settle' }, writes: () => [] };
      }
      const { standing, followed } = await this.#follow(on, { checkout, news, ground });
      const counted = looks === null ? checkout.looks : looks + 1;
      const after = { ...followed.checkout, looks: counted, updatedAt: ground.now };
      const { refused, refusal, isPartial, isUnwanted } = followed;
      const change = news.change === undefined ? null : await openChange(on, checkout);
      const isMade = change !== null && planChangeId(change) === news.change;
      const late = await unknownOf(on, followed.late);
      const purchases = [...followed.purchases, ...late, ...followed.reported];
      const told = { refused, refusal, isPartial, isUnwanted, late: late.length };
      const kept = await this.#keep(on, { checkout, after, news, ground });
      const payments = purchases.flatMap(({ payment }) => payment ?? []);
      const differs =
        isMade ||
        isUnwanted ||
        purchases.length > 0 ||
        followed.commands.length > 0 ||
        followed.checkout.state !== checkout.state ||
        (followed.after !== null && !isDeepStrictEqual(followed.after, standing.one));
      result = { ...told, checkout: after, counts: true, differs, payments, operation: null };
      if (isRehearsal) return { command: { verb: 'settle' }, writes: () => [] };
      return {
        command: commandOf(followed.commands),
        writes: () => [
          planUpdate(after),
          ...kept,
          ...(isMade ? [changeSettled(change, { state: 'done', now: ground.now })] : []),
          ...(followed.after === null ? [] : writesOf(standing.one, followed.after)),
          ...purchases.map(insertion),
          ...late.flatMap(settlementOfLate),
        ],
        notices: ({ account, now }) =>
          [...followed.purchases, ...late].flatMap((purchase) => {
            const unpaid = { ...purchase, facts: [] };
            return purchaseNotices(unpaid, purchase, { account, presenter, now });
          }),
      };
    };
    const receipt = await runner.runPrepared({
      alsoClosed: true,
      account: { number, id },
      verb: 'plan',
      input: { plan: planIdOf(row) },
      call: { actor: call.actor ?? `provider:${row.provider}`, principal: 'source', ...staffOf(call) },
      prepare,
      answer: ({ account, entry, now }: Outcome) => ({
        operation: entry === null ? null : presenter.operation(account, entry, classIn(account)),
        balance: presenter.balance(account, now),
      }),
    });
    if (!isRehearsal) this.#tell(row, result);
    return { ...result, ...receipt };
  }

  /** How a plan is paid that begins now. Where it may not begin any more, it is forgotten. */
  async #keep(
    on: Connection,
    about: { checkout: PlanCheckout; after: PlanCheckout; news: PlanNews; ground: Ground },
  ): Promise<readonly Write[]> {
    const { checkout, after, ground } = about;
    const { saved } = about.news;
    if (saved === undefined || checkout.state !== 'open' || after.state === 'open') return [];
    const { number } = ground.account;
    const { now } = ground;
    if (after.state === 'begun') return keepMethod(on, number, { saved, now });
    return [forgetWrite(number, saved, now)];
  }

  async #follow(
    on: Connection,
    { checkout, news, ground }: { checkout: PlanCheckout; news: PlanNews; ground: Ground },
  ) {
    const { account, now } = ground;
    const all = await readSubscriptions(on, checkout.account);
    const one = all.find(({ no }) => no === checkout.no) ?? null;
    const isGone = account.closed !== null || account.number !== checkout.account;
    const isRefused = checkout.state === 'refused' || (one === null && isTaken(checkout, all, now));
    const standing = {
      checkout,
      one,
      isTooLate: isGone || isRefused,
      policies: this.#setting.catalog.policies,
      catalog: this.#setting.catalog,
      elsewhere: checkout.checkout === null ? await readElsewhere(on, checkout, news.paid) : null,
      lastPurchase: await lastPurchase(on, account.number),
    };
    return { standing, followed: followPlan(standing, news, ground) };
  }

  #tell(row: PlanCheckout, { refused, late }: Pick<Applied, 'refused' | 'late'>): void {
    const { log } = this.#setting;
    for (const { ref, error } of refused)
      log(`${planIdOf(row)}: nothing is granted for ${ref}: ${error.message}`);
    if (late > 0) log(`${planIdOf(row)} was paid ${late} times for nothing: it is owed to the payer`);
  }
}

/** What an answer of a provider came to. */
export interface Looked extends Pick<Followed, 'refused' | 'refusal' | 'isPartial' | 'isUnwanted'> {
  readonly checkout: PlanCheckout;
  /** False: the provider was asked again meanwhile, and this answer is older. */
  readonly counts: boolean;
  /** How many payments are new for which nothing is granted. */
  readonly late: number;
  /** Whether anything of it was not known. */
  readonly differs: boolean;
  /** Those that are new, by their names at the provider. */
  readonly payments: readonly string[];
  /** What it entered in the ledger. */
  readonly operation: wire.Operation | null;
}

export type Applied = Looked & Pick<wire.SubscriptionReceipt, 'balance'>;

const UNCOUNTED = {
  counts: false,
  refused: [],
  refusal: null,
  isPartial: false,
  late: 0,
  isUnwanted: false,
  differs: false,
  payments: [],
  operation: null,
};

/** What is owed back is so once, whatever is said of it again. */
async function unknownOf(on: Connection, late: readonly Purchase[]): Promise<Purchase[]> {
  const unknown: Purchase[] = [];
  for (const one of late) {
    const payment = { provider: one.provider, payment: one.payment as string };
    if ((await purchaseByPayment(on, payment)) === null) unknown.push(one);
  }
  return unknown;
}

export const NOTHING_NEW: PlanNews = {
  external: null,
  begun: false,
  anchor: null,
  trialEndsAt: null,
  paid: [],
  failed: null,
};

export const placeOf = (row: PlanCheckout): PlanPlace => ({
  subscription: planIdOf(row),
  checkout: row.checkout ?? '',
  external: row.external,
  saves: row.saves && row.state === 'open',
});
