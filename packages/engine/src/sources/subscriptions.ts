import type * as wire from '@drawdown/client';
import type { Catalog } from '../catalog/catalog.ts';
import type { Call, Replayed, Runner } from '../change.ts';
import type { Account, Grant } from '../core/account.ts';
import { apply } from '../core/apply.ts';
import { copyOf } from '../core/balance.ts';
import type { Command } from '../core/command.ts';
import { decide } from '../core/decide.ts';
import { parseSubscriptionId } from '../core/id.ts';
import { comparator } from '../core/order.ts';
import type { Rules } from '../core/rules.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { Outlooks } from '../outlooks.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import { classIn, type Presenter } from '../present.ts';
import type { Paging, Queries } from '../queries.ts';
import { errorOf } from '../refusal.ts';
import { readAccountId } from '../request.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Outcome } from '../store/task.ts';
import { seatUse } from '../teams/seats.ts';
import { demandFreshTrial } from './erased-uses.ts';
import { lastReserved } from './plan-rows.ts';
import type { SourceSetting } from './source.ts';
import { BY_SERVER, demandUnbilled } from './subscription-billed.ts';
import { pause, resume } from './subscription-end.ts';
import { type ExpectedRefill, expectedRefills } from './subscription-outlook.ts';
import { commandOf, type Decided, fail, type Ground } from './subscription-pay.ts';
import { presentLots, presentSubscription } from './subscription-present.ts';
import {
  decideCancel,
  decideChange,
  decidePreviewed,
  decideReactivate,
  decideRenew,
  readPayment,
  readPeriodEnd,
  type Told,
} from './subscription-request.ts';
import { readSubscriptions, writesOf } from './subscription-rows.ts';
import type { Subscription } from './subscription-state.ts';
import { sellsTheSame, type Terms } from './subscription-terms.ts';
import { beginWish, readWish, refOf } from './subscription-wish.ts';

type Receipt = wire.SubscriptionReceipt & Replayed;
type Decide = (one: Subscription, ground: Ground) => Decided;

type SubscriptionVerb = 'renew' | 'payment_failed' | 'change' | 'cancel' | 'pause' | 'resume' | 'reactivate';

/** Who ends and changes a subscription where a provider charges for it; null: nobody but us. */
export interface Billing {
  end(
    account: string,
    sub: string,
    about: { readonly when: 'period_end' | 'now' | 'never'; readonly call: Call },
  ): Promise<Receipt | null>;
  change(
    account: string,
    sub: string,
    about: { readonly body: wire.SubscriptionChangeRequest; readonly call: Call },
  ): Promise<Receipt | null>;
}

/** What a change of the rows came to, as far as the transaction knows. */
interface Answer {
  readonly operation: wire.Operation | null;
  readonly balance: wire.Balance;
  readonly account: { readonly id: string };
  readonly now: number;
  readonly replayed: boolean;
  /** The origin that the operation's lot names, for a repetition that reads no rows. */
  readonly origin: string | null;
}

/**
 * Subscriptions: credits for every period that is paid, each once. A payment issues its period's lots at once, those
 * that lie ahead as scheduled ones, so that refills start and end by time alone: there is no timer. Nothing here
 * lowers a lot; scheduled lots are voided where they were given up, running ones always keep their window.
 */
export class Subscriptions {
  /** What is to come of an account: lots that start and end, and the refills that its subscriptions bring. */
  readonly forecast: Outlooks['forecast'];
  readonly #catalog: Catalog;
  readonly #rules: Rules;
  readonly #presenter: Presenter;
  readonly #accounts: Accounts;
  readonly #runner: Runner;
  readonly #queries: Queries;
  readonly #database: Database;
  readonly #inOrder: (a: Grant, b: Grant) => number;
  readonly #billing: () => Billing;

  /** `billing` is asked for when it is needed: it is made of the subscriptions. */
  constructor(setting: SourceSetting, billing: () => Billing) {
    const { catalog, rules, presenter, accounts, runner, queries, database } = setting;
    this.forecast = new Outlooks(setting, this).forecast;
    this.#catalog = catalog;
    this.#rules = rules;
    this.#presenter = presenter;
    this.#accounts = accounts;
    this.#runner = runner;
    this.#queries = queries;
    this.#database = database;
    this.#inOrder = comparator(rules);
    this.#billing = billing;
  }

  /**
   * Begins a subscription, with its first period paid or with a trial; the account is made where there is none.
   * The same `ref` again is the same subscription. Periods are counted in the account's time zone.
   */
  async create(id: string, body: wire.SubscriptionRequest, call: Call): Promise<Receipt> {
    // A later catalog may refuse what was done before, so the key is looked up first.
    const read = () => readWish(this.#catalog, id, { body, call });
    const account = await this.#accountFor(readAccountId(id), () => read().plan.kind);
    let after: Subscription | undefined;
    const answer = await this.#runner.runPrepared({
      account,
      verb: 'subscribe',
      input: body,
      call,
      keepsKey: true,
      answer: this.#answer,
      prepare: async (on, ground) => {
        const wish = read();
        const all = await readSubscriptions(on, ground.account.number);
        const known = all.find(({ ref }) => ref === wish.ref);
        if (known !== undefined && !sellsTheSame(known.terms[0] as Terms, wish.offer)) {
          throw new DrawdownError('subscription_exists', undefined, { field: 'ref' });
        }
        const reserved = await lastReserved(on, ground.account.number);
        if (known === undefined && wish.trial !== null) {
          await demandFreshTrial(on, ground.account, wish.plan.id);
        }
        const decided =
          known === undefined ? beginWish(wish, { all, reserved }, ground) : { after: known, commands: [] };
        after = decided.after;
        return prepared(known ?? null, decided);
      },
    });
    const about = { account: account.number, id: answer.origin };
    return this.#receipt(answer, after, { ...about, ref: after?.ref ?? refOf(id, { body, call }) });
  }

  /**
   * A period was paid: its credits are issued once, whatever is reported how often and in whatever order. `channel`: the
   * provider that reports it, and `billed` what it billed, which must be what was agreed.
   */
  renew(account: string, sub: string, body: wire.RenewRequest, call: Call & Told): Promise<Receipt> {
    const decideIt = decideRenew(this.#catalog, body, call);
    return this.#change('renew', { account, sub, body, call, decide: decideIt });
  }

  /** A payment failed: past due until the plan's grace is over, and ended then, unless it is paid. */
  paymentFailed(account: string, sub: string, body: wire.PaymentFailedRequest, call: Call): Promise<Receipt> {
    const { ref } = readPayment({ ...(body.ref === undefined ? {} : { ref: body.ref }) });
    const failed = { ref, periodEnd: readPeriodEnd(body.period_end) };
    const decideFailed: Decide = (one, ground) => fail(one, failed, ground);
    return this.#change('payment_failed', { account, sub, body, call, decide: decideFailed });
  }

  /** Another plan, interval or number of seats: more at once, less at the period's end, unless told. */
  async change(
    account: string,
    sub: string,
    body: wire.SubscriptionChangeRequest,
    call: Call,
  ): Promise<Receipt> {
    const decideIt: Decide = (one, ground) => decideChange(this.#catalog, body)(one, ground);
    const billed = await this.#billing().change(account, sub, { body, call });
    return billed ?? this.#change('change', { account, sub, body, call, decide: decideIt });
  }

  /** At the period's end, or now: then lots that have not begun are voided and the running one keeps its window. */
  async cancel(
    account: string,
    sub: string,
    body: wire.SubscriptionCancelRequest,
    call: Call,
  ): Promise<Receipt> {
    const decide = decideCancel(body);
    const billed = await this.#billing().end(account, sub, { when: body.at ?? 'period_end', call });
    return billed ?? this.#change('cancel', { account, sub, body, call, decide });
  }

  /** No refills until it is resumed; what is paid and has not begun is kept for then. */
  pause(account: string, sub: string, call: Call): Promise<Receipt> {
    return this.#change('pause', { account, sub, body: {}, call, decide: pause });
  }

  resume(account: string, sub: string, call: Call): Promise<Receipt> {
    return this.#change('resume', { account, sub, body: {}, call, decide: resume });
  }

  /** Takes back a cancellation that lies ahead; of what is over, a new period begins now, and is paid. */
  async reactivate(account: string, sub: string, body: wire.ReactivateRequest, call: Call): Promise<Receipt> {
    const decide = decideReactivate(body);
    const billed = await this.#billing().end(account, sub, { when: 'never', call });
    return billed ?? this.#change('reactivate', { account, sub, body, call, decide });
  }

  /** What a change would do to each lot and to the balance, decided by the same code; writes nothing. */
  async preview(
    account: string,
    sub: string,
    body: wire.SubscriptionPreviewRequest,
  ): Promise<wire.SubscriptionPreview> {
    const { account: before, now } = await this.#queries.settled(account);
    const one = await this.#find(this.#database, before.number, sub);
    demandUnbilled(one, body.action);
    const decideIt = decidePreviewed(this.#catalog, body, one.provider !== null);
    const decided = decideIt(one, { account: before, now });
    const after = this.#foresee(before, commandOf(decided.commands), now);
    return {
      subscription: presentSubscription(this.#presenter, before, { one: decided.after, now }),
      balance: { ...this.#presenter.balance(after, now), version: before.seq },
      lots: await this.#queries.named(presentLots(this.#presenter, { before, after, now })),
      ...(await this.#members(decided.after, now)),
    };
  }

  #foresee(before: Account, command: Command, now: number): Account {
    const after = copyOf(before);
    const decision = decide(before, command, { now, rules: this.#rules, actor: 'preview' });
    if ('refusal' in decision) throw errorOf(decision.refusal, this.#catalog);
    for (const entry of decision.entries) apply(after, entry, this.#inOrder);
    return after;
  }

  /** Newest first. */
  async list(account: string, query: Paging): Promise<wire.Page<wire.Subscription>> {
    const limit = readLimit(query.limit);
    const before =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('subscriptions', query.cursor);
    const settled = await this.#queries.settled(account);
    const all = await readSubscriptions(this.#database, settled.account.number);
    const rows = all.reverse().filter(({ no }) => no < before);
    return pageOf(
      'subscriptions',
      rows.slice(0, limit + 1),
      limit,
      (one) => one.no,
      (one) => presentSubscription(this.#presenter, settled.account, { one, now: settled.now }),
    );
  }

  async byId(account: string, sub: string): Promise<wire.Subscription> {
    const settled = await this.#queries.settled(account);
    const one = await this.#find(this.#database, settled.account.number, sub);
    return presentSubscription(this.#presenter, settled.account, { one, now: settled.now });
  }

  /** The refills that the account's subscriptions bring beyond what is paid, if they go on. */
  async expected(
    account: number,
    window: { readonly now: number; readonly until: number },
  ): Promise<ExpectedRefill[]> {
    const all = await readSubscriptions(this.#database, account);
    return all.flatMap((one) => expectedRefills(one, window));
  }

  async #change(
    verb: SubscriptionVerb,
    asked: { account: string; sub: string; body: object; call: Call; decide: Decide },
  ): Promise<Receipt> {
    const { sub, body, call } = asked;
    const number = await this.#accounts.numberOf(readAccountId(asked.account));
    if (number === null) throw new DrawdownError('account_not_found');
    let after: Subscription | undefined;
    const answer = await this.#runner.runPrepared({
      account: { id: asked.account, number },
      verb: `subscription_${verb}`,
      input: { subscription: sub, ...body },
      call,
      keepsKey: true,
      answer: this.#answer,
      prepare: async (on, ground) => {
        const before = await this.#find(on, number, sub);
        demandUnbilled(before, verb);
        // What the product itself charges for would go on being charged for.
        if (call.person !== undefined) throw new DrawdownError('forbidden', BY_SERVER);
        const decided = asked.decide(before, ground);
        after = decided.after;
        return prepared(before, decided);
      },
    });
    return this.#receipt(answer, after, { account: number, id: sub });
  }

  async #find(on: Pick<Connection | Database, 'query'>, account: number, sub: string): Promise<Subscription> {
    const address = parseSubscriptionId(sub);
    const all = address?.account === account ? await readSubscriptions(on, account) : [];
    const one = all.find(({ no }) => no === address?.no);
    if (one === undefined) throw new DrawdownError('subscription_not_found');
    return one;
  }

  /** The account as it is, or a new one of the kind that the plan is for. */
  async #accountFor(id: string, kind: () => 'personal' | 'team'): Promise<{ id: string; number: number }> {
    const known = await this.#accounts.numberOf(id);
    if (known !== null) return { id, number: known };
    if (kind() === 'personal') return { id, number: await this.#accounts.ensure(id) };
    const put = await this.#accounts.put(id, { kind: 'team' });
    if (put === null) throw invalid('plan', 'is for accounts of kind team');
    return { id, number: put.profile.number };
  }

  readonly #answer = ({ account, entry, now, replayed }: Outcome): Answer => ({
    operation: entry === null ? null : this.#presenter.operation(account, entry, classIn(account)),
    balance: this.#presenter.balance(account, now),
    account: { id: account.id },
    now,
    replayed,
    origin: entry?.detail?.grants?.[0]?.source.ref ?? null,
  });

  /** The rows as the change left them; of a repetition, as they are now. */
  async #receipt(
    { operation, balance, account, now, replayed }: Answer,
    after: Subscription | undefined,
    address: { readonly account: number; readonly id: string | null; readonly ref?: string },
  ): Promise<Receipt> {
    const fresh = replayed ? undefined : after;
    const one = fresh ?? (await this.#addressed(address));
    const subscription = presentSubscription(this.#presenter, account, { one, now });
    return { operation, subscription, balance, ...(await this.#members(one, now)), replayed };
  }

  /** By the id that an entry names; by the ref where nothing was entered. */
  async #addressed(address: { account: number; id: string | null; ref?: string }): Promise<Subscription> {
    const { account, id, ref } = address;
    if (id !== null || ref === undefined) return this.#find(this.#database, account, id ?? '');
    const one = (await readSubscriptions(this.#database, account)).find((known) => known.ref === ref);
    if (one === undefined) throw new DrawdownError('subscription_not_found');
    return one;
  }

  /** Of a team with seats: whether its members fit into them. Nobody is sent away where they do not. */
  async #members(one: Subscription, now: number): Promise<{ members?: wire.SeatUse }> {
    const members = await seatUse(this.#database, one, now);
    return members === null ? {} : { members };
  }
}

const prepared = (before: Subscription | null, { after, commands }: Decided) => ({
  command: commandOf(commands),
  writes: () => writesOf(before, after),
});
