import type * as wire from '@drawdown/client';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { rulesOf } from '../../src/catalog/load.ts';
import type { Entry } from '../../src/core/account.ts';
import { copyOf } from '../../src/core/balance.ts';
import { formatInstant, parseInstant } from '../../src/core/calendar.ts';
import type { Command, Spend } from '../../src/core/command.ts';
import { operationId, parseGrantId, parseHoldId, parseOperationId } from '../../src/core/id.ts';
import type { Rules } from '../../src/core/rules.ts';
import { settle } from '../../src/core/settle.ts';
import { DrawdownError, type ProblemCode } from '../../src/errors.ts';
import { classIn, Presenter } from '../../src/present.ts';
import { Quotes } from '../../src/quote.ts';
import { errorOf } from '../../src/refusal.ts';
import { readAmount, readGrant } from '../../src/request.ts';
import { inOrderOfTime } from '../../src/scenario/ledger.ts';
import type { Replayed, ScenarioTarget } from '../../src/scenario/target.ts';
import { Spending } from '../../src/spending.ts';
import { type CoreMeans, explanationOf, quoteOf } from './core-answers.ts';
import { type Ledger, MemoryLedgers, type Task } from './memory-ledgers.ts';
import { statementOf } from './statement.ts';

type Change = wire.Receipt & { grant?: wire.Grant; hold?: wire.Hold } & Replayed;

const FREE_ON_DEVICE: wire.FreeOnDevice = {
  operation: null,
  charged: 0,
  mode: 'free_on_device',
  balance: null,
};

/**
 * The pure core with nothing around it: an account is its state and its list of entries, in memory. No lot or hold
 * ever leaves the state, no entry is stored, and the clock is a variable.
 */
export class CoreTarget implements ScenarioTarget {
  /** Subscriptions, campaigns and purchases keep rows of their own, which the core knows nothing of. */
  readonly sources = null;
  readonly #catalog: Catalog;
  readonly #rules: Rules;
  readonly #presenter: Presenter;
  readonly #ledgers: MemoryLedgers;
  readonly #spending: Spending;
  readonly #quotes = new Quotes(Buffer.from('scenario'));

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#rules = rulesOf(catalog);
    this.#presenter = new Presenter(this.#rules);
    this.#ledgers = new MemoryLedgers(this.#rules);
    this.#spending = new Spending(catalog, this.#quotes);
  }

  get #means(): CoreMeans {
    const [catalog, rules, presenter] = [this.#catalog, this.#rules, this.#presenter];
    return { catalog, rules, presenter, ledgers: this.#ledgers, quotes: this.#quotes };
  }

  problemOf(error: unknown): wire.Problem | null {
    return error instanceof DrawdownError ? error.toProblem() : null;
  }

  async now(): Promise<string> {
    return formatInstant(this.#ledgers.now);
  }

  async setClock(now: string): Promise<void> {
    const instant = parseInstant(now) as number;
    if (instant < this.#ledgers.now) throw new DrawdownError('clock_backwards');
    this.#ledgers.now = instant;
  }

  async putAccount(account: string, body: wire.AccountRequest): Promise<void> {
    const ledger = this.#ledgers.of(account);
    const { kind = 'user', time_zone: timeZone = 'UTC' } = body;
    ledger.account = { ...ledger.account, kind, timeZone };
  }

  async balance(account: string, at?: string): Promise<wire.Balance> {
    const ledger = this.#ledgers.known(account);
    this.#ledgers.settle(ledger);
    const instant = at === undefined ? this.#ledgers.now : (parseInstant(at) as number);
    if (instant >= this.#ledgers.now) {
      const ahead = copyOf(ledger.account);
      settle(ahead, { now: instant, rules: this.#rules }, this.#ledgers.inOrder);
      // What time will do is not in the ledger yet, so the version is today's.
      return { ...this.#presenter.balance(ahead, instant), version: ledger.account.seq };
    }
    return this.#presenter.balance(
      this.#ledgers.replay(ledger, (entry) => entry.at <= instant),
      instant,
    );
  }

  async lots(account: string): Promise<wire.Grant[]> {
    const ledger = this.#ledgers.known(account);
    this.#ledgers.settle(ledger);
    return inOrderOfTime(ledger.account.grants.map(({ no }) => this.#grant(ledger, no)));
  }

  async grantById(id: string): Promise<wire.Grant> {
    const { ledger, no } = this.#addressed(parseGrantId(id), 'grant_not_found');
    return this.#grant(ledger, no);
  }

  async holdById(id: string): Promise<wire.Hold> {
    const { ledger, no } = this.#addressed(parseHoldId(id), 'hold_not_found');
    return this.#hold(ledger, no);
  }

  async operation(id: string): Promise<wire.Operation> {
    const { ledger, entry } = this.#entry(id);
    return this.#operation(ledger, entry);
  }

  async explain(id: string): Promise<wire.Explanation> {
    const { ledger, entry } = this.#entry(id);
    return explanationOf(this.#means, { ledger, entry, operation: this.#operation(ledger, entry) });
  }

  async ledger(account: string): Promise<wire.Entry[]> {
    const ledger = this.#ledgers.known(account);
    this.#ledgers.settle(ledger);
    return ledger.entries.map((entry) => {
      const stored = {
        ...entry,
        key: ledger.operations.has(entry.seq) ? '' : null,
        fingerprint: null,
        hash: '',
      };
      return this.#presenter.entry(ledger.account, stored, classIn(ledger.account));
    });
  }

  async statement(account: string, period: { from: string; to: string }): Promise<wire.Statement> {
    const classes = this.#rules.classes.map(({ id }) => id);
    return { account, ...period, ...statementOf(await this.ledger(account), { ...period, classes }) };
  }

  async quote(account: string, body: wire.QuoteRequest): Promise<wire.Quote | wire.FreeOnDevice> {
    const ledger = this.#ledgers.known(account);
    this.#ledgers.settle(ledger);
    const spend = this.#spend(account, body);
    if (spend === null) return FREE_ON_DEVICE;
    return quoteOf(this.#means, { ledger, account, spend });
  }

  async grant(account: string, body: wire.GrantRequest, key: string): Promise<wire.GrantReceipt & Replayed> {
    const command = readGrant(this.#catalog, body);
    const change = this.#change(this.#ledgers.of(account), { command, key, input: body });
    return { ...change, grant: change.grant as wire.Grant };
  }

  async consume(
    account: string,
    body: wire.ConsumeRequest,
    key: string,
  ): Promise<Change | wire.FreeOnDevice> {
    const spend = this.#spend(account, body);
    if (spend === null) return FREE_ON_DEVICE;
    const command: Command = { verb: 'consume', ...spend, overdraft: body.overdraft === true };
    return this.#change(this.#ledgers.known(account), { command, key, input: body });
  }

  async hold(
    account: string,
    body: wire.HoldRequest,
    key: string,
  ): Promise<(wire.HoldReceipt & Replayed) | wire.FreeOnDevice> {
    const spend = this.#spend(account, body);
    if (spend === null) return FREE_ON_DEVICE;
    const ttlMs = body.ttl_seconds === undefined ? this.#rules.hold.defaultTtlMs : body.ttl_seconds * 1000;
    return this.#onHold(this.#ledgers.known(account), {
      command: { verb: 'hold', ...spend, ttlMs },
      key,
      input: body,
    });
  }

  async capture(hold: string, body: wire.CaptureRequest, key: string): Promise<wire.HoldReceipt & Replayed> {
    const { ledger, no } = this.#addressed(parseHoldId(hold), 'hold_not_found');
    const amount = body.amount === undefined ? null : this.#amount(body.amount);
    return this.#onHold(ledger, {
      command: { verb: 'capture', hold: no, amount, owner: null },
      key,
      input: body,
    });
  }

  async release(hold: string, body: wire.ReleaseRequest, key: string): Promise<wire.HoldReceipt & Replayed> {
    const { ledger, no } = this.#addressed(parseHoldId(hold), 'hold_not_found');
    return this.#onHold(ledger, { command: { verb: 'release', hold: no, owner: null }, key, input: body });
  }

  async extendHold(
    hold: string,
    body: wire.ExtendHoldRequest,
    key: string,
  ): Promise<wire.HoldReceipt & Replayed> {
    const { ledger, no } = this.#addressed(parseHoldId(hold), 'hold_not_found');
    const command: Command = { verb: 'extend_hold', hold: no, ttlMs: body.ttl_seconds * 1000, owner: null };
    return this.#onHold(ledger, { command, key, input: body });
  }

  async refund(operation: string, body: wire.RefundRequest, key: string): Promise<Change> {
    const { ledger, entry } = this.#entry(operation);
    const amount = body.amount === undefined ? null : this.#amount(body.amount);
    const command: Command = {
      verb: 'refund',
      operation: entry.seq,
      operationAt: entry.at,
      amount,
      reason: body.reason,
    };
    return this.#change(ledger, { command, key, input: { operation, ...body } });
  }

  async voidGrant(
    grant: string,
    body: wire.ReasonRequest,
    key: string,
  ): Promise<wire.GrantReceipt & Replayed> {
    return this.#onGrant(grant, (no) => ({ verb: 'void', grant: no, reason: body.reason }), key);
  }

  async freezeGrant(
    grant: string,
    body: wire.ReasonRequest,
    key: string,
  ): Promise<wire.GrantReceipt & Replayed> {
    return this.#onGrant(grant, (no) => ({ verb: 'freeze', grant: no, reason: body.reason }), key);
  }

  async unfreezeGrant(
    grant: string,
    body: wire.ReasonRequest,
    key: string,
  ): Promise<wire.GrantReceipt & Replayed> {
    return this.#onGrant(grant, (no) => ({ verb: 'unfreeze', grant: no, reason: body.reason }), key);
  }

  async extendGrant(
    grant: string,
    body: wire.ExtendGrantRequest,
    key: string,
  ): Promise<wire.GrantReceipt & Replayed> {
    const expiresAt = body.expires_at === null ? null : parseInstant(body.expires_at);
    return this.#onGrant(grant, (no) => ({ verb: 'extend', grant: no, expiresAt }), key);
  }

  async adjust(account: string, body: wire.AdjustRequest, key: string): Promise<Change> {
    const text = String(body.amount);
    const atoms = this.#amount(text.replace('-', ''));
    const amount = text.startsWith('-') ? -atoms : atoms;
    const command: Command = { verb: 'adjust', amount, class: body.class ?? null, reason: body.reason };
    return this.#change(this.#ledgers.of(account), { command, key, input: body });
  }

  #change(ledger: Ledger, task: Task): Change {
    const { seq, replayed } = this.#ledgers.change(ledger, task, (refusal) =>
      errorOf(refusal, this.#catalog),
    );
    return this.#receipt(ledger, seq, replayed);
  }

  #onHold(ledger: Ledger, task: Task): wire.HoldReceipt & Replayed {
    const change = this.#change(ledger, task);
    return { ...change, hold: change.hold as wire.Hold };
  }

  #onGrant(id: string, command: (no: number) => Command, key: string): wire.GrantReceipt & Replayed {
    const { ledger, no } = this.#addressed(parseGrantId(id), 'grant_not_found');
    const change = this.#change(ledger, { command: command(no), key, input: command(no) });
    return { ...change, grant: this.#grant(ledger, no) };
  }

  #receipt(ledger: Ledger, seq: number, replayed: boolean): Change {
    const entry = ledger.entries[seq - 1] as Entry;
    const made = entry.type === 'grant' ? entry.detail?.grants?.[0] : undefined;
    return {
      operation: this.#operation(ledger, entry),
      balance: this.#presenter.balance(ledger.account, this.#ledgers.now),
      ...(made === undefined ? {} : { grant: this.#grant(ledger, made.no) }),
      ...(entry.hold === null ? {} : { hold: this.#hold(ledger, entry.hold) }),
      replayed,
    };
  }

  /** Null where the work is done on the person's device, for nothing. */
  #spend(account: string, body: wire.ConsumeRequest): Spend | null {
    return this.#spending.isFree(account, body, undefined) ? null : this.#spending.read(account, body);
  }

  #amount(amount: wire.Amount): bigint {
    return readAmount(amount, this.#rules.scale);
  }

  #addressed(address: { account: number; no: number } | null, code: ProblemCode) {
    const ledger = address === null ? undefined : this.#ledgers.numbered(address.account);
    if (ledger === undefined || address === null) throw new DrawdownError(code);
    return { ledger, no: address.no };
  }

  #entry(id: string): { ledger: Ledger; entry: Entry } {
    const parsed = parseOperationId(id);
    const found = parsed && { account: parsed.account, no: parsed.seq };
    const { ledger, no } = this.#addressed(found, 'operation_not_found');
    const entry = ledger.entries[no - 1];
    if (entry === undefined || operationId(ledger.account.number, entry) !== id) {
      throw new DrawdownError('operation_not_found');
    }
    return { ledger, entry };
  }

  #operation(ledger: Ledger, entry: Entry): wire.Operation {
    return this.#presenter.operation(ledger.account, entry, classIn(ledger.account));
  }

  #grant(ledger: Ledger, no: number): wire.Grant {
    const grant = ledger.account.grants.find((one) => one.no === no);
    if (grant === undefined) throw new DrawdownError('grant_not_found');
    return this.#presenter.grant(ledger.account, grant, this.#ledgers.now);
  }

  #hold(ledger: Ledger, no: number): wire.Hold {
    const hold = ledger.account.holds.get(no);
    if (hold === undefined) throw new DrawdownError('hold_not_found');
    return this.#presenter.hold(ledger.account, hold, classIn(ledger.account));
  }
}
