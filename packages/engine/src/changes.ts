import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import type { Acting, Call, Instead, Replayed, Runner } from './change.ts';
import type { Command } from './core/command.ts';
import { parseGrantId, parseHoldId, parseOperationId } from './core/id.ts';
import { DrawdownError, invalid, type ProblemCode } from './errors.ts';
import { classIn, type Presenter } from './present.ts';
import { unavailable } from './reachable.ts';
import { lotReceiptOf, namedReceipt, receiptOf } from './receipt.ts';
import {
  readAccountId,
  readAmount,
  readClass,
  readGrant,
  readHoldTtl,
  readInstant,
  readMetadata,
  readText,
} from './request.ts';
import { freezeAsWell } from './sources/purchase-freeze.ts';
import type { Spending } from './spending.ts';
import type { Accounts } from './store/accounts.ts';
import { OWN_REASONS } from './store/flows.ts';
import type { SourceNames } from './store/source-names.ts';
import type { Outcome } from './store/task.ts';

const FREE_ON_DEVICE: wire.FreeOnDevice = {
  operation: null,
  charged: 0,
  mode: 'free_on_device',
  balance: null,
};

export interface ChangesSetting {
  readonly catalog: Catalog;
  readonly presenter: Presenter;
  readonly accounts: Accounts;
  readonly runner: Runner;
  readonly spending: Spending;
  readonly names: SourceNames;
  /** What was bought follows what happens to its lots. */
  readonly sold: () => Sold;
  /** The way to the write path that a caller has: what staff do is written down in the transaction in which it is done. */
  readonly through: (call: Call) => Acting;
}

export interface Sold {
  /** Told where credits may have fallen back into lots of an account, or a hold of them was spent. */
  fellBack(account: number): Promise<void>;
}

/** The verbs that write. Each goes through the one write path and answers with a receipt. */
export class Changes {
  readonly #setting: ChangesSetting;

  constructor(setting: ChangesSetting) {
    this.#setting = setting;
  }

  /** Issues a lot. The account is made, as a user in UTC, where there is none. */
  async grant(id: string, body: wire.GrantRequest, call: Call): Promise<wire.GrantReceipt & Replayed> {
    const { catalog, accounts } = this.#setting;
    const command = () => readGrant(catalog, body);
    // A first grant that is refused leaves no account behind.
    const known = await accounts.numberOf(readAccountId(id));
    if (known === null) command();
    const account = { id, number: known ?? (await accounts.ensure(id).catch(unavailable)) };
    const asked = { account, input: body, command, call, answer: this.#lotReceipt };
    return namedReceipt(
      this.#setting.names,
      await this.#setting.through(call).run({ ...asked, verb: 'grant' }),
    );
  }

  /** Takes back what is unspent and unheld of a lot. */
  voidGrant(grant: string, body: wire.ReasonRequest, call: Call): Promise<wire.GrantReceipt & Replayed> {
    return this.#changeLot('void', grant, body, call);
  }

  freezeGrant(grant: string, body: wire.ReasonRequest, call: Call): Promise<wire.GrantReceipt & Replayed> {
    return this.#changeLot('freeze', grant, body, call);
  }

  unfreezeGrant(grant: string, body: wire.ReasonRequest, call: Call): Promise<wire.GrantReceipt & Replayed> {
    return this.#changeLot('unfreeze', grant, body, call);
  }

  async #changeLot(verb: 'void' | 'freeze' | 'unfreeze', id: string, body: wire.ReasonRequest, call: Call) {
    const { account, no } = await this.#addressed(parseGrantId(id), call, 'grant_not_found');
    const input = { grant: id, ...body };
    const command = (): Command => {
      const reason = readText(body.reason, 'reason');
      if (verb === 'void' && OWN_REASONS.includes(reason))
        throw invalid('reason', 'is one that the engine gives itself: reports tell by it where money went');
      return { verb, grant: no, reason };
    };
    const { sold } = this.#setting;
    const through = this.#setting.through(call);
    const asked = { account, verb, input, call, answer: this.#lotReceipt };
    const receipt = await through.run({ ...asked, command }).catch((error: unknown) => {
      const isFrozen = error instanceof DrawdownError && error.code === 'grant_frozen';
      if (verb === 'freeze' && isFrozen) return freezeAsWell(through, asked, { no, reason: body.reason });
      throw error;
    });
    // What is disputed stays frozen, whoever else had frozen it.
    if (verb === 'unfreeze') await sold().fellBack(account.number);
    return namedReceipt(this.#setting.names, receipt);
  }

  /** Moves a lot's end later, or away. */
  async extendGrant(
    id: string,
    body: wire.ExtendGrantRequest,
    call: Call,
  ): Promise<wire.GrantReceipt & Replayed> {
    const { account, no } = await this.#addressed(parseGrantId(id), call, 'grant_not_found');
    const command = (): Command => ({
      verb: 'extend',
      grant: no,
      expiresAt: body.expires_at === null ? null : readInstant(body.expires_at, 'expires_at'),
      ...(body.reason === undefined ? {} : { reason: readText(body.reason, 'reason') }),
    });
    const input = { grant: id, ...body };
    const asked = { account, input, command, call, answer: this.#lotReceipt };
    return namedReceipt(
      this.#setting.names,
      await this.#setting.through(call).run({ ...asked, verb: 'extend' }),
    );
  }

  /** A signed correction by staff. */
  async adjust(id: string, body: wire.AdjustRequest, call: Call): Promise<wire.Receipt & Replayed> {
    const account = await this.#account(id);
    const command = () => this.#adjustment(body);
    return this.#setting.through(call).run({
      account,
      verb: 'adjust',
      input: body,
      command,
      call,
      answer: this.#receipt,
    });
  }

  #adjustment(body: wire.AdjustRequest): Command {
    const { catalog } = this.#setting;
    const text = String(body.amount);
    const negative = text.startsWith('-');
    const size =
      typeof body.amount === 'number' ? Math.abs(body.amount) : negative ? text.slice(1) : body.amount;
    const amount = readAmount(size, catalog.scale);
    const metadata = readMetadata(body.metadata);
    return {
      verb: 'adjust',
      amount: negative ? -amount : amount,
      class: body.class === undefined ? null : readClass(catalog, body.class).id,
      reason: readText(body.reason, 'reason'),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  /** Spends in draw order, all or nothing. */
  async consume(
    id: string,
    body: wire.ConsumeRequest,
    call: Call,
  ): Promise<(wire.Receipt & Replayed) | wire.FreeOnDevice> {
    const account = await this.#account(id);
    const { runner, spending } = this.#setting;
    const command = (): Command | Instead<wire.FreeOnDevice> =>
      spending.isFree(account.id, body, call.surface)
        ? { instead: FREE_ON_DEVICE }
        : { verb: 'consume', overdraft: body.overdraft === true, ...spending.read(account.id, body) };
    return runner.run<(wire.Receipt & Replayed) | wire.FreeOnDevice>({
      account,
      verb: 'consume',
      input: body,
      command,
      call,
      answer: this.#receipt,
    });
  }

  /** Reserves in draw order until captured, released or timed out. */
  async hold(
    id: string,
    body: wire.HoldRequest,
    call: Call,
  ): Promise<(wire.HoldReceipt & Replayed) | wire.FreeOnDevice> {
    const { runner, spending, catalog } = this.#setting;
    const account = await this.#account(id);
    const command = (): Command | Instead<wire.FreeOnDevice> =>
      spending.isFree(account.id, body, call.surface)
        ? { instead: FREE_ON_DEVICE }
        : { verb: 'hold', ttlMs: readHoldTtl(catalog, body.ttl_seconds), ...spending.read(account.id, body) };
    return runner.run<(wire.HoldReceipt & Replayed) | wire.FreeOnDevice>({
      account,
      verb: 'hold',
      input: body,
      command,
      call,
      answer: this.#holdReceipt,
    });
  }

  /** Spends a hold, or part of it: the rest goes back to its lots. */
  capture(hold: string, body: wire.CaptureRequest, call: Call): Promise<wire.HoldReceipt & Replayed> {
    const { catalog } = this.#setting;
    return this.#changeHold('capture', hold, body, call, (no, owner) => {
      const metadata = readMetadata(body.metadata);
      const amount = body.amount === undefined ? null : readAmount(body.amount, catalog.scale);
      return { verb: 'capture', hold: no, owner, amount, ...(metadata === undefined ? {} : { metadata }) };
    });
  }

  release(hold: string, body: wire.ReleaseRequest, call: Call): Promise<wire.HoldReceipt & Replayed> {
    return this.#changeHold('release', hold, body, call, (no, owner) => {
      const reason = body.reason === undefined ? {} : { reason: readText(body.reason, 'reason') };
      return { verb: 'release', hold: no, owner, ...reason };
    });
  }

  /** Moves a hold's time-out to so many seconds from now. */
  extendHold(hold: string, body: wire.ExtendHoldRequest, call: Call): Promise<wire.HoldReceipt & Replayed> {
    return this.#changeHold('extend_hold', hold, body, call, (no, owner) => ({
      verb: 'extend_hold',
      hold: no,
      owner,
      ttlMs: readHoldTtl(this.#setting.catalog, body.ttl_seconds),
    }));
  }

  async #changeHold(
    verb: 'capture' | 'release' | 'extend_hold',
    id: string,
    body: object,
    call: Call,
    command: (no: number, owner: string | null) => Command,
  ): Promise<wire.HoldReceipt & Replayed> {
    const { account, no } = await this.#addressed(parseHoldId(id), call, 'hold_not_found');
    const asked = { account, verb, input: { hold: id, ...body }, call, answer: this.#holdReceipt };
    const { runner, sold } = this.#setting;
    const receipt = await runner.run({ ...asked, command: () => command(no, call.ownHoldsOf ?? null) });
    if (verb !== 'extend_hold') await sold().fellBack(account.number);
    return receipt;
  }

  /** Puts back what an operation spent, into the very lots. */
  async refund(id: string, body: wire.RefundRequest, call: Call): Promise<wire.Receipt & Replayed> {
    const address = parseOperationId(id);
    const { account } = await this.#addressed(address, call, 'operation_not_found');
    const command = (): Command => {
      const metadata = readMetadata(body.metadata);
      return {
        verb: 'refund',
        operation: address?.seq as number,
        operationAt: address?.at as number,
        amount: body.amount === undefined ? null : readAmount(body.amount, this.#setting.catalog.scale),
        reason: readText(body.reason, 'reason'),
        ...(metadata === undefined ? {} : { metadata }),
      };
    };
    const input = { operation: id, ...body };
    const { sold } = this.#setting;
    const receipt = await this.#setting.through(call).run({
      account,
      verb: 'refund',
      input,
      command,
      call,
      answer: this.#receipt,
    });
    await sold().fellBack(account.number);
    return receipt;
  }

  async #account(id: string): Promise<{ number: number; id: string }> {
    const number =
      this.#setting.accounts.known(id) ?? (await this.#setting.accounts.numberOf(readAccountId(id)));
    if (number === null) throw new DrawdownError('account_not_found');
    return { number, id };
  }

  async #addressed<A extends { account: number }>(address: A | null, call: Call, absent: ProblemCode) {
    const id = address === null ? null : await this.#setting.accounts.idOf(address.account);
    if (address === null || id === null || (call.accounts !== undefined && !call.accounts.includes(id))) {
      throw new DrawdownError(absent);
    }
    return { ...address, account: { number: address.account, id } };
  }

  readonly #receipt = (outcome: Outcome): wire.Receipt & Replayed =>
    receiptOf(this.#setting.presenter, outcome);

  readonly #lotReceipt = (outcome: Outcome): wire.GrantReceipt & Replayed =>
    lotReceiptOf(this.#setting.presenter, outcome);

  readonly #holdReceipt = (outcome: Outcome): wire.HoldReceipt & Replayed => {
    const { account, entry } = outcome;
    const hold = account.holds.get(entry?.hold as number);
    if (hold === undefined) throw new Error('the hold of an operation is at hand');
    return { ...this.#receipt(outcome), hold: this.#setting.presenter.hold(account, hold, classIn(account)) };
  };
}
