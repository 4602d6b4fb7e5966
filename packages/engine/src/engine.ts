import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import { rulesOf } from './catalog/load.ts';
import { type Call, Runner } from './change.ts';
import { Changes } from './changes.ts';
import { consumeBatch } from './consume-batch.ts';
import { addDuration, formatInstant, parseDuration } from './core/calendar.ts';
import { comparator } from './core/order.ts';
import { DrawdownError, invalid } from './errors.ts';
import { Feed } from './feed.ts';
import { Figures } from './figures.ts';
import { Announcing, type WebhookOptions } from './notices/announcing.ts';
import { Presenter } from './present.ts';
import { type PutAccount, putAccount } from './put-account.ts';
import { Queries } from './queries.ts';
import { Quotes } from './quote.ts';
import { Quoting } from './quoting.ts';
import { answering, ready } from './reachable.ts';
import { Records } from './records.ts';
import { Reports } from './reports.ts';
import { readInstant } from './request.ts';
import { AccountLife } from './sources/account-life.ts';
import { Campaigns } from './sources/campaign.ts';
import { plansOf } from './sources/campaign-plans.ts';
import {
  createPayments,
  openTills,
  type PaymentOptions,
  type Payments,
  type Tills,
} from './sources/payments.ts';
import { Subscriptions } from './sources/subscriptions.ts';
import { TopUpsByHand } from './sources/top-up-by-hand.ts';
import { Spending } from './spending.ts';
import { askingForCampaigns } from './staff/campaign-asking.ts';
import { type ApprovalOptions, limitsOf, recordLimits } from './staff/limits.ts';
import { Staff } from './staff/staff.ts';
import { Accounts } from './store/accounts.ts';
import { Catalogs } from './store/catalogs.ts';
import { type Clock, nowStatement, SYSTEM_CLOCK, setTestClock, TEST_CLOCK } from './store/clock.ts';
import type { Database } from './store/database.ts';
import { History } from './store/history.ts';
import { migrate } from './store/migrate.ts';
import { Reader } from './store/reader.ts';
import { checkServer } from './store/safety.ts';
import { setting } from './store/settings.ts';
import { SourceNames } from './store/source-names.ts';
import { Writer } from './store/transact.ts';
import { Wakeups } from './store/wakeups.ts';
import { Sweep } from './sweep.ts';
import { System } from './system.ts';
import { Members } from './teams/members.ts';
import { Requests } from './teams/requests.ts';

export type { Call, Replayed } from './change.ts';
export type { Paging } from './queries.ts';
export type { EntryQuery, Range } from './records.ts';

/** The migrations, beside the sources and beside what is built of them. */
export const MIGRATIONS = fileURLToPath(new URL('../sql/', import.meta.url));

export interface EngineOptions {
  readonly database: Database;
  readonly catalog: Catalog;
  /** The clock can be set, forward only: for development and tests. */
  readonly testClock?: boolean;
  /** Starts on a server that may lose acknowledged writes. For throw-away data only. */
  readonly allowUnsafe?: boolean;
  readonly lanes?: number;
  /** Accounts whose state is kept in memory between batches. */
  readonly remembered?: number;
  /**
   * False: nobody looks for what is due; every balance is the same, streams learn of it later. Other processes then
   * deliver what referrals and merges are due, and webhooks.
   */
  readonly sweep?: boolean;
  /** How money is taken; absent: not at all. */
  readonly payments?: PaymentOptions;
  /** What one of the staff may do alone within 24 hours, in credits; absent: anything. */
  readonly approvals?: ApprovalOptions;
  /** How webhooks are sent, and where they may be. */
  readonly webhooks?: WebhookOptions;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
  /** Makes keys for changes that come without one; unguessable and never the same twice. */
  readonly makeKey?: () => string;
  readonly log?: (message: string, error?: unknown) => void;
}

/**
 * The credits engine on one database. Takes and gives the shapes of the HTTP contract; refusals are `DrawdownError`s
 * of which nothing was written. Any number of engines may work on one database.
 */
export class Engine {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly testClock: boolean;
  readonly life: AccountLife;
  readonly campaigns: Campaigns;
  readonly subscriptions: Subscriptions;
  readonly members: Members;
  readonly requests: Requests;
  readonly plans: Payments['plans'];
  readonly topUps: Payments['topUps'];
  readonly purchases: Payments['purchases'];
  readonly sandbox: Payments['sandbox'];
  readonly reports: Reports;
  readonly staff: Staff;
  readonly system: System;
  readonly grant: Changes['grant'];
  readonly voidGrant: Changes['voidGrant'];
  readonly extendGrant: Changes['extendGrant'];
  readonly freezeGrant: Changes['freezeGrant'];
  readonly unfreezeGrant: Changes['unfreezeGrant'];
  readonly adjust: Changes['adjust'];
  readonly consume: Changes['consume'];
  readonly hold: Changes['hold'];
  readonly capture: Changes['capture'];
  readonly release: Changes['release'];
  readonly extendHold: Changes['extendHold'];
  readonly refund: Changes['refund'];
  readonly getAccount: Queries['getAccount'];
  readonly balance: Queries['balance'];
  readonly grants: Queries['grants'];
  readonly grantById: Queries['grantById'];
  readonly holdById: Queries['holdById'];
  readonly holds: Queries['holds'];
  readonly operation: Queries['operation'];
  readonly quote: Quoting['quote'];
  readonly entries: Records['entries'];
  readonly statement: Records['statement'];
  readonly usage: Records['usage'];
  readonly explain: Records['explain'];
  readonly events: Feed['events'];
  /** That an account has changed, without what. */
  readonly versions: Feed['versions'];
  readonly notices: Announcing['notices'];
  readonly webhooks: Announcing['webhooks'];
  readonly #accounts: Accounts;
  readonly #announcing: Announcing;
  readonly #clock: Clock;
  readonly #figures = new Figures();
  readonly #feed: Feed;
  readonly #reader: Reader;
  readonly #sweep: Sweep;
  /** What goes on by itself, beside what is asked. */
  readonly #works: readonly { start(): void; stop(): Promise<void> }[];
  readonly #wakeups: Wakeups;
  readonly #writer: Writer;

  private constructor(options: EngineOptions, secret: Buffer, tills: Tills) {
    const { database, catalog } = options;
    const rules = rulesOf(catalog);
    const inOrder = comparator(rules);
    const presenter = new Presenter(rules);
    const clock = options.testClock === true ? TEST_CLOCK : SYSTEM_CLOCK;
    const quotes = new Quotes(secret);
    const spending = new Spending(catalog, quotes);
    const reading = { database: answering(database) };
    const accounts = new Accounts(database, clock, reading.database);
    const history = new History(reading.database);
    const wakeups = new Wakeups(database, (changed) => this.topUps.watch.changed(changed));
    const reader = new Reader(database, clock, inOrder);
    const writer = new Writer({
      database,
      clock,
      rules,
      inOrder,
      random: options.random ?? Math.random,
      committed: (changed, tasks) => {
        this.#figures.batch(tasks);
        wakeups.committed(changed);
        this.topUps.watch.changed(changed);
      },
      told: () => this.#announcing.dispatcher.hurry(),
      ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
      ...(options.remembered === undefined ? {} : { remembered: options.remembered }),
    });
    const runner: Runner = new Runner({
      catalog,
      writer,
      requote: (account, command) =>
        quoting.quote(account, spending.again(command), {}) as Promise<wire.Quote>,
      count: (verb, outcome) => this.#figures.command(verb, outcome),
      makeKey: options.makeKey ?? randomUUID,
      idOf: (account) => accounts.idOf(account),
    });
    const names = new SourceNames(reading.database);
    const queriesSetting = { catalog, rules, inOrder, presenter, accounts, reader, history, runner, names };
    const queries = new Queries(queriesSetting);
    const quoting = new Quoting({ ...queriesSetting, ...reading, queries, quotes, spending });
    const catalogs = new Catalogs(database);
    const records = new Records(queriesSetting, queries, catalogs);
    const through = (call: Call) => this.staff.acts.through(call);
    const sold = () => this.purchases;
    const changes = new Changes({ ...queriesSetting, spending, sold, through });
    const feed = new Feed({ presenter, inOrder, queries, history, wakeups });
    const { log = () => undefined, random = Math.random } = options;
    const source = { ...queriesSetting, ...reading, queries, clock, random, log };

    const limits = limitsOf(options.approvals ?? {}, catalog.scale);

    this.#announcing = new Announcing(source, options.webhooks ?? {});
    this.catalog = catalog;
    this.database = database;
    this.testClock = options.testClock === true;
    this.campaigns = new Campaigns({ ...source, plansOf, ask: askingForCampaigns(limits) });
    this.subscriptions = new Subscriptions(source, () => payments.plans);
    this.members = new Members(source);
    this.requests = new Requests(source);
    const payments: Payments = createPayments(source, this.subscriptions, tills);
    ({ plans: this.plans, purchases: this.purchases, sandbox: this.sandbox, topUps: this.topUps } = payments);
    const settle = (one: number) => runner.settle(one, () => true).then(() => this.purchases.fellBack(one));
    this.reports = new Reports({ catalog, catalogs, accounts, database, clock, settle });
    const { campaigns } = this;
    this.staff = new Staff(source, { changes, topUps: new TopUpsByHand(source), limits, campaigns });
    this.life = new AccountLife({ ...source, subscriptions: this.subscriptions }, payments);
    this.grant = changes.grant.bind(changes);
    this.voidGrant = changes.voidGrant.bind(changes);
    this.extendGrant = changes.extendGrant.bind(changes);
    this.freezeGrant = changes.freezeGrant.bind(changes);
    this.unfreezeGrant = changes.unfreezeGrant.bind(changes);
    this.adjust = changes.adjust.bind(changes);
    this.consume = changes.consume.bind(changes);
    this.hold = changes.hold.bind(changes);
    this.capture = changes.capture.bind(changes);
    this.release = changes.release.bind(changes);
    this.extendHold = changes.extendHold.bind(changes);
    this.refund = changes.refund.bind(changes);
    this.getAccount = queries.getAccount.bind(queries);
    this.balance = queries.balance.bind(queries);
    this.grants = queries.grants.bind(queries);
    this.grantById = queries.grantById.bind(queries);
    this.holdById = queries.holdById.bind(queries);
    this.holds = queries.holds.bind(queries);
    this.operation = queries.operation.bind(queries);
    this.quote = quoting.quote.bind(quoting);
    this.entries = records.entries.bind(records);
    this.statement = records.statement.bind(records);
    this.usage = records.usage.bind(records);
    this.explain = records.explain.bind(records);
    this.events = feed.events.bind(feed);
    this.versions = feed.versions.bind(feed);
    this.notices = this.#announcing.notices;
    this.webhooks = this.#announcing.webhooks;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#feed = feed;
    this.#reader = reader;
    this.#wakeups = wakeups;
    this.#writer = writer;
    this.#sweep = new Sweep({ database, clock, log, settle });
    const { purchases, plans, topUps, life } = this;
    const deliveries = () => purchases.deliveries.figures();
    const running = { figures: this.#figures, writer, sweep: this.#sweep, deliveries };
    this.system = new System({ database: source.database, clock, ...running });
    this.#works = [this.#sweep, purchases, plans.changes, topUps.watch, this.#announcing, life];
  }

  /** Checks the server, migrates, records the catalog and starts. Throws where the database is not safe to use. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { database, catalog } = options;
    await checkServer(database, { allowUnsafe: options.allowUnsafe === true });
    await migrate(database, MIGRATIONS);
    const secret = await setting(database, 'quote_secret', () => randomBytes(32).toString('base64url'));
    const tills = await openTills(answering(database), options.payments ?? {});
    const engine = new Engine(options, Buffer.from(secret, 'base64url'), tills);
    const now = await engine.now();
    await new Catalogs(database).record(catalog, now);
    await recordLimits(database, options.approvals ?? {}, now);
    await engine.#wakeups.start();
    if (options.sweep !== false) for (const work of engine.#works) work.start();
    await engine.campaigns.start({ deliver: options.sweep !== false });
    return engine;
  }

  /** Creates or updates an account; its kind never changes. */
  putAccount(id: string, body: wire.AccountRequest, call: Call = {}): Promise<PutAccount> {
    return putAccount(this.#accounts, { id, body, call });
  }

  /** Up to 1,000 consumes, each judged on its own, answered in order. */
  consumeBatch(body: wire.BatchRequest, call: Call): Promise<wire.BatchResponse> {
    return consumeBatch(body, call, { consume: this.consume, accounts: this.#accounts });
  }

  /** Proves that the database answers and has the schema; throws `unavailable` otherwise. */
  ready(): Promise<{ database: true; schema: number }> {
    return ready(this.database);
  }

  /** The engine's clock: the database's, or the test clock. */
  async now(): Promise<number> {
    const { rows } = await this.database.query(nowStatement(this.#clock), []);
    return Number(rows[0]?.now);
  }

  async setTestClock(now: string): Promise<{ now: string }> {
    return this.#moveClock(readInstant(now, 'now'));
  }

  /** Moves the test clock by a calendar duration in UTC. */
  async advanceTestClock(duration: string): Promise<{ now: string }> {
    const parsed = typeof duration === 'string' ? parseDuration(duration) : null;
    if (parsed === null) throw invalid('advance', 'must be an ISO 8601 duration such as P1M');
    return this.#moveClock(addDuration(await this.now(), parsed));
  }

  async #moveClock(instant: number): Promise<{ now: string }> {
    if (!this.testClock) throw new DrawdownError('not_found');
    if (!(await setTestClock(this.database, instant))) {
      throw new DrawdownError('clock_backwards', undefined, { now: formatInstant(await this.now()) });
    }
    // Streams and listings see at once what the new instant brought.
    await this.#sweep.round();
    await this.campaigns.deliver();
    await this.#announcing.reminders.round();
    return { now: formatInstant(instant) };
  }

  /** Counters since the start (`commands.<verb>.<outcome>`, batches) and gauges of this moment. */
  metrics(): Record<string, number> {
    return {
      ...this.#figures.counts,
      ...this.purchases.deliveries.figures(),
      waiting_commands: this.#writer.depth,
      streams: this.#feed.open,
      sweep_lag_ms: this.#sweep.figures.lagMs,
      swept_accounts: this.#sweep.figures.settled,
      ...this.#announcing.dispatcher.figures,
    };
  }

  /** Finishes what was accepted. */
  drain(): Promise<void> {
    return this.#writer.idle();
  }

  /** Finishes what was accepted and lets go of the database, which stays open: it is the caller's. */
  async close(): Promise<void> {
    await Promise.all([this.campaigns, ...this.#works].map((work) => work.stop()));
    await this.#wakeups.close();
    await Promise.all([this.#writer.close(), this.#reader.close()]);
  }
}
