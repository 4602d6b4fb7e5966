import { type Account, type Entry, emptyAccount, type Grant } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { canonicalJson } from '../../src/core/canonical.ts';
import type { Command, Refusal } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { accountNumber } from '../../src/core/id.ts';
import { comparator } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { settle } from '../../src/core/settle.ts';
import { DrawdownError } from '../../src/errors.ts';

/** An account in memory: its state, from which no lot or hold ever leaves, and every entry there was. */
export interface Ledger {
  account: Account;
  readonly entries: Entry[];
  /** Sequence numbers of entries that a command made: the others are time's doing. */
  readonly operations: Set<number>;
  readonly keys: Map<string, { fingerprint: string; seq: number }>;
}

export interface Task {
  readonly command: Command;
  readonly key: string;
  /** What was asked, to which the key is bound. */
  readonly input: unknown;
}

/** The least that a host of the core must do: settle, decide, apply, and remember keys. */
export class MemoryLedgers {
  readonly inOrder: (a: Grant, b: Grant) => number;
  now = 0;
  readonly #rules: Rules;
  readonly #ledgers = new Map<string, Ledger>();

  constructor(rules: Rules) {
    this.#rules = rules;
    this.inOrder = comparator(rules);
  }

  /** The account, made where it is not there. */
  of(id: string): Ledger {
    const found = this.#ledgers.get(id);
    if (found !== undefined) return found;
    const number = accountNumber(0, this.#ledgers.size + 1);
    const account = emptyAccount({ number, id, kind: 'user', timeZone: 'UTC' });
    const ledger: Ledger = { account, entries: [], operations: new Set(), keys: new Map() };
    this.#ledgers.set(id, ledger);
    return ledger;
  }

  known(id: string): Ledger {
    const found = this.#ledgers.get(id);
    if (found === undefined) throw new DrawdownError('account_not_found');
    return found;
  }

  /** Where an id leads, settled. */
  numbered(number: number): Ledger | undefined {
    const found = [...this.#ledgers.values()].find((ledger) => ledger.account.number === number);
    if (found !== undefined) this.settle(found);
    return found;
  }

  settle(ledger: Ledger): void {
    const entered = settle(ledger.account, { now: this.now, rules: this.#rules }, this.inOrder);
    for (const entry of entered) this.#note(ledger, entry);
  }

  /** The whole path of a change, in the order in which every layer goes it. Throws what `errorOf` makes of a refusal. */
  change(
    ledger: Ledger,
    { command, key, input }: Task,
    errorOf: (refusal: Refusal) => Error,
  ): { seq: number; replayed: boolean } {
    this.settle(ledger);
    const fingerprint = `${command.verb} ${canonicalJson(input)}`;
    const stored = ledger.keys.get(key);
    if (stored !== undefined) {
      if (stored.fingerprint !== fingerprint) throw new DrawdownError('idempotency_key_reused');
      return { seq: stored.seq, replayed: true };
    }
    const context = { now: this.now, rules: this.#rules, actor: 'scenario' };
    const decision = decide(ledger.account, command, context);
    if ('refusal' in decision) throw errorOf(decision.refusal);
    const seq = ledger.account.seq + 1;
    for (const entry of decision.entries) {
      apply(ledger.account, entry, this.inOrder);
      this.#note(ledger, entry);
    }
    ledger.operations.add(seq);
    ledger.keys.set(key, { fingerprint, seq });
    return { seq, replayed: false };
  }

  /** The account as the entries that are taken make it. */
  replay(ledger: Ledger, take: (entry: Entry) => boolean): Account {
    const account = emptyAccount(ledger.account);
    for (const entry of ledger.entries.filter(take)) apply(account, entry, this.inOrder);
    return account;
  }

  #note(ledger: Ledger, entry: Entry): void {
    ledger.entries.push(entry);
    ledger.account.spendings.set(entry.seq, { entry, refunded: 0n });
  }
}
