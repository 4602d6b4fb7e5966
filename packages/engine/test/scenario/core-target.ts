import type * as wire from '@drawdown/client';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { rulesOf } from '../../src/catalog/load.ts';
import { type Account, type Entry, emptyAccount, type Grant } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { formatInstant, parseInstant } from '../../src/core/calendar.ts';
import { canonicalJson } from '../../src/core/canonical.ts';
import type { Command, Spend } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { explain } from '../../src/core/explain.ts';
import {
  accountNumber,
  operationId,
  parseGrantId,
  parseHoldId,
  parseOperationId,
} from '../../src/core/id.ts';
import { comparator, draw } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { settle } from '../../src/core/settle.ts';
import { DrawdownError, type ProblemCode } from '../../src/errors.ts';
import { classIn, Presenter } from '../../src/present.ts';
import { promiseOf, Quotes } from '../../src/quote.ts';
import { errorOf } from '../../src/refusal.ts';
import { readAmount, readGrant, readMode, readSpend, readSurface } from '../../src/request.ts';
import type { Replayed, ScenarioTarget } from '../../src/scenario/target.ts';

type Change = wire.Receipt & { grant?: wire.Grant; hold?: wire.Hold } & Replayed;

interface Ledger {
  account: Account;
  readonly entries: Entry[];
  /** Sequence numbers of entries that are operations: the others are time's doing. */
  readonly operations: Set<number>;
  readonly keys: Map<string, { fingerprint: string; seq: number }>;
}

/**
 * The pure core with nothing around it: an account is its state and its list of entries, in memory. No lot or hold
 * ever leaves the state, no entry is stored, and the clock is a variable.
 */
export class CoreTarget implements ScenarioTarget {
  readonly #catalog: Catalog;
  readonly #rules: Rules;
  readonly #presenter: Presenter;
  readonly #inOrder: (a: Grant, b: Grant) => number;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #quotes = new Quotes(Buffer.from('scenario'));
  #now = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#rules = rulesOf(catalog);
    this.#presenter = new Presenter(this.#rules);
    this.#inOrder = comparator(this.#rules);
  }

  problemOf(error: unknown): wire.Problem | null {
    return error instanceof DrawdownError ? error.toProblem() : null;
  }

  async now(): Promise<string> {
    return formatInstant(this.#now);
  }

  async setClock(now: string): Promise<void> {
    const instant = parseInstant(now) as number;
    if (instant < this.#now) throw new DrawdownError('clock_backwards');
    this.#now = instant;
  }

  async putAccount(account: string, body: wire.AccountRequest): Promise<void> {
    const ledger = this.#ledgerOf(account);
    const { kind = 'user', time_zone: timeZone = 'UTC' } = body;
    ledger.account = { ...ledger.account, kind, timeZone };
  }

  async balance(account: string, at?: string): Promise<wire.Balance> {
    const ledger = this.#known(account);
    this.#settle(ledger);
    const instant = at === undefined ? this.#now : (parseInstant(at) as number);
    if (instant >= this.#now) {
      const ahead = copyOf(ledger.account);
      settle(ahead, { now: instant, rules: this.#rules }, this.#inOrder);
      // What time will do is not in the ledger yet, so the version is today's.
      return { ...this.#presenter.balance(ahead, instant), version: ledger.account.seq };
    }
    return this.#presenter.balance(
      this.#replay(ledger, (entry) => entry.at <= instant),
      instant,
    );
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
    const before = this.#replay(ledger, (other) => other.seq < entry.seq);
    const feature = entry.feature;
    const classes = feature === null ? null : (this.#catalog.features[feature]?.classes ?? null);
    const explained = explain(before.grants, entry, { feature, classes }, this.#rules);
    return {
      operation: this.#operation(ledger, entry),
      grants: explained.map((one) => ({
        grant: this.#presenter.grant(before, one.grant, entry.at).id,
        class: one.grant.class,
        position: one.position,
        available: this.#presenter.credits(one.available),
        drawn: this.#presenter.credits(one.drawn),
        rule: one.reason,
        because: one.reason,
      })),
    };
  }

  async ledger(account: string): Promise<wire.Entry[]> {
    const ledger = this.#known(account);
    this.#settle(ledger);
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
    const entries = await this.ledger(account);
    const flow = (counts: (move: wire.EntryMove) => boolean) => {
      const sums = { opening: 0, in: 0, out: 0, closing: 0 };
      for (const entry of entries.filter((one) => one.at < period.to)) {
        const change = entry.moves.filter(counts).reduce((sum, move) => sum + move.remaining, 0);
        sums.closing += change;
        if (entry.at < period.from) sums.opening += change;
        else sums[change > 0 ? 'in' : 'out'] += Math.abs(change);
      }
      return sums;
    };
    const classes = this.#rules.classes.map(({ id }) => ({
      class: id,
      ...flow((move) => move.class === id),
      by_type: [],
    }));
    return { account, ...period, ...flow(() => true), classes };
  }

  async quote(account: string, body: wire.QuoteRequest): Promise<wire.Quote> {
    const ledger = this.#known(account);
    this.#settle(ledger);
    const spend = this.#spend(account, body);
    if (spend === null) throw new DrawdownError('invalid_request');
    const { draws, missing } = draw(ledger.account.grants, spend.amount, spend, this.#now);
    const classOf = classIn(ledger.account);
    const byClass = new Map<string, bigint>();
    for (const one of draws)
      byClass.set(classOf(one.grant), (byClass.get(classOf(one.grant)) ?? 0n) + one.amount);
    const expiresAt = this.#now + this.#catalog.policies.quotes.ttlSeconds * 1000;
    const { feature, amount, units } = spend;
    const terms = { account, feature, units, amount, issuedAt: this.#now, expiresAt, byClass };

    const after = copyOf(ledger.account);
    const command = { verb: 'consume' as const, ...spend, quote: null, overdraft: false };
    const decision = decide(after, command, { now: this.#now, rules: this.#rules, actor: 'quote' });
    if ('entries' in decision) for (const entry of decision.entries) apply(after, entry, this.#inOrder);
    return {
      quote: this.#quotes.sign(terms),
      feature,
      amount: this.#presenter.credits(amount),
      price_version: this.#catalog.version,
      draws: draws.map((one) => ({
        grant: this.#grant(ledger, one.grant).id,
        class: classOf(one.grant),
        amount: this.#presenter.credits(one.amount),
      })),
      after: { ...this.#presenter.balance(after, this.#now), version: ledger.account.seq },
      sufficient: missing === 0n,
      shortfall: this.#presenter.credits(missing),
      expires_at: formatInstant(expiresAt),
    };
  }

  async grant(account: string, body: wire.GrantRequest, key: string): Promise<wire.GrantReceipt & Replayed> {
    const command = readGrant(this.#catalog, body);
    const change = this.#change(this.#ledgerOf(account), { command, key, input: body });
    return { ...change, grant: change.grant as wire.Grant };
  }

  async consume(
    account: string,
    body: wire.ConsumeRequest,
    key: string,
  ): Promise<Change | wire.FreeOnDevice> {
    const spend = this.#spend(account, body);
    if (spend === null) return { operation: null, charged: 0, mode: 'free_on_device', balance: null };
    const command: Command = { verb: 'consume', ...spend, overdraft: body.overdraft === true };
    return this.#change(this.#known(account), { command, key, input: body });
  }

  async hold(
    account: string,
    body: wire.HoldRequest,
    key: string,
  ): Promise<(wire.HoldReceipt & Replayed) | wire.FreeOnDevice> {
    const spend = this.#spend(account, body);
    if (spend === null) return { operation: null, charged: 0, mode: 'free_on_device', balance: null };
    const ttlMs = body.ttl_seconds === undefined ? this.#rules.hold.defaultTtlMs : body.ttl_seconds * 1000;
    return this.#onHold(this.#known(account), {
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
    return this.#change(this.#ledgerOf(account), { command, key, input: body });
  }

  /** Settle, decide, apply: the whole path, in the order in which every layer does it. */
  #change(
    ledger: Ledger,
    { command, key, input }: { command: Command; key: string; input: unknown },
  ): Change {
    this.#settle(ledger);
    const fingerprint = `${command.verb} ${canonicalJson(input)}`;
    const stored = ledger.keys.get(key);
    if (stored !== undefined && stored.fingerprint !== fingerprint)
      throw new DrawdownError('idempotency_key_reused');
    if (stored !== undefined) return this.#receipt(ledger, stored.seq, true);

    const decision = decide(ledger.account, command, {
      now: this.#now,
      rules: this.#rules,
      actor: 'library',
    });
    if ('refusal' in decision) throw errorOf(decision.refusal, this.#catalog);
    const seq = ledger.account.seq + 1;
    for (const entry of decision.entries) this.#enter(ledger, entry);
    ledger.operations.add(seq);
    ledger.keys.set(key, { fingerprint, seq });
    return this.#receipt(ledger, seq, false);
  }

  #onHold(
    ledger: Ledger,
    task: { command: Command; key: string; input: unknown },
  ): wire.HoldReceipt & Replayed {
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
      balance: this.#presenter.balance(ledger.account, this.#now),
      ...(made === undefined ? {} : { grant: this.#grant(ledger, made.no) }),
      ...(entry.hold === null ? {} : { hold: this.#hold(ledger, entry.hold) }),
      replayed,
    };
  }

  #enter(ledger: Ledger, entry: Entry): void {
    apply(ledger.account, entry, this.#inOrder);
    this.#note(ledger, entry);
  }

  #note(ledger: Ledger, entry: Entry): void {
    ledger.entries.push(entry);
    ledger.account.spendings.set(entry.seq, { entry, refunded: 0n });
  }

  #settle(ledger: Ledger): void {
    const entered = settle(ledger.account, { now: this.#now, rules: this.#rules }, this.#inOrder);
    for (const entry of entered) this.#note(ledger, entry);
  }

  #replay(ledger: Ledger, take: (entry: Entry) => boolean): Account {
    const account = emptyAccount(ledger.account);
    for (const entry of ledger.entries.filter(take)) apply(account, entry, this.#inOrder);
    return account;
  }

  /** Null where the work is done on the person's device, for nothing. */
  #spend(account: string, body: wire.ConsumeRequest): Spend | null {
    const surface = body.surface === undefined ? 'server' : readSurface(body.surface);
    const priced = readSpend(this.#catalog, body);
    if (surface !== 'server') {
      const mode = readMode(this.#catalog, { account, feature: priced.feature, surface });
      if (mode === 'free_on_device') return null;
    }
    const { units, ...spend } = priced;
    return {
      ...spend,
      quote: body.quote === undefined ? null : promiseOf(this.#quotes.read(body.quote, account)),
      ...(units === undefined ? {} : { units }),
      ...(body.member === undefined ? {} : { member: body.member }),
    };
  }

  #amount(amount: wire.Amount): bigint {
    return readAmount(amount, this.#rules.scale);
  }

  #ledgerOf(id: string): Ledger {
    const found = this.#ledgers.get(id);
    if (found !== undefined) return found;
    const number = accountNumber(0, this.#ledgers.size + 1);
    const account = emptyAccount({ number, id, kind: 'user', timeZone: 'UTC' });
    const ledger: Ledger = { account, entries: [], operations: new Set(), keys: new Map() };
    this.#ledgers.set(id, ledger);
    return ledger;
  }

  #known(id: string): Ledger {
    const found = this.#ledgers.get(id);
    if (found === undefined) throw new DrawdownError('account_not_found');
    return found;
  }

  #addressed(
    parsed: { account: number; no: number } | null,
    code: ProblemCode,
  ): { ledger: Ledger; no: number } {
    const ledger = [...this.#ledgers.values()].find((one) => one.account.number === parsed?.account);
    if (ledger === undefined || parsed === null) throw new DrawdownError(code);
    this.#settle(ledger);
    return { ledger, no: parsed.no };
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
    return this.#presenter.grant(ledger.account, grant, this.#now);
  }

  #hold(ledger: Ledger, no: number): wire.Hold {
    const hold = ledger.account.holds.get(no);
    if (hold === undefined) throw new DrawdownError('hold_not_found');
    return this.#presenter.hold(ledger.account, hold, classIn(ledger.account));
  }
}
