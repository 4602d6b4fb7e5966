import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import { TIME } from './core/apply.ts';
import type { Command } from './core/command.ts';
import { DrawdownError, invalid } from './errors.ts';
import { unavailable } from './reachable.ts';
import { accountClosed, errorOf } from './refusal.ts';
import { type StaffCaller, toldOf } from './store/audit.ts';
import { fingerprintOf, keyHash } from './store/chain.ts';
import type { Outcome, Task, Verdict } from './store/task.ts';
import type { Writer } from './store/transact.ts';

/** Who asks. */
export interface Call {
  /** 1–255 characters. The same key with the same input is one effect and one answer, forever. */
  readonly idempotencyKey?: string;
  /** Recorded on the entry. */
  readonly actor?: string;
  /** Whose keys these are: principals never meet each other's. */
  readonly principal?: string;
  /** Where a person acts from; a server's own calls may state it in the body instead. */
  readonly surface?: wire.Surface;
  /** The holds of this actor only; others answer like absent ones. */
  readonly ownHoldsOf?: string;
  /** Whose session this is; absent where a key asks. Of a team, what its roles allow this person. */
  readonly person?: string;
  /** The accounts that ids may lead to; others answer like absent ones. */
  readonly accounts?: readonly string[];
  /** Which of the staff asks; absent: none of them. What they change is in the audit log. */
  readonly staff?: StaffCaller;
  /** A server's key that one of the staff made: what staff's acts are, it counts as theirs. */
  readonly counted?: StaffCaller;
  /** Through what a change of theirs goes on its way to the write path. */
  readonly acting?: Acting;
  /** Of a team's ledger only what is in this member's name; absent: all of it. */
  readonly sees?: string;
}

export type { StaffCaller } from './store/audit.ts';

/** Who of the staff asks, for a change that is made in another one's name. */
export const staffOf = ({ staff }: Call): Pick<Call, 'staff'> => (staff === undefined ? {} : { staff });

/** What takes a change to the write path: the runner, or who writes down beside it that staff did it. */
export type Acting = Pick<Runner, 'run' | 'runPrepared'>;

export type Replayed = { replayed: boolean };

export interface RunnerSetting {
  readonly catalog: Catalog;
  readonly writer: Writer;
  /** A quote that says what holds now, for a refusal that says the old one does not. */
  readonly requote: (account: string, command: Command) => Promise<wire.Quote>;
  readonly count: (verb: string, outcome: string) => void;
  /** A key for a change that came without one, so that it too is entered once. */
  readonly makeKey: () => string;
  /** The id behind an account's number. */
  readonly idOf: (account: number) => Promise<string | null>;
}

/** An answer that takes no change at all. */
export interface Instead<T> {
  readonly instead: T;
}

/** What the engine asks of itself: of these the audit log tells under another name, or never. */
type OwnVerb = 'purchase' | 'sale' | 'referral' | 'remind' | 'top_up' | 'top_up_end';

/** What is asked of an account. What staff may ask, the audit log has a name for: a new one is in the contract first. */
export type Verb = wire.AuditedAct | OwnVerb;

/** One change on its way: what is asked of which account. */
export interface Asked<T> {
  readonly account: { readonly number: number; readonly id: string };
  /** What is counted, and hashed with the input. */
  readonly verb: Verb;
  /** What the audit log calls it, where that is not the verb. */
  readonly act?: wire.AuditedAct;
  /** The id of what it is done to, where that is no account, for the audit log. */
  readonly subject?: string;
  /** What was asked, as it was asked: the key is bound to this, not to what it resolves to. */
  readonly input: unknown;
  /** May refuse; a repetition of a key is answered all the same, since catalogs change and first answers do not. */
  readonly command: () => Command | Instead<T>;
  readonly call: Call;
  readonly answer: (outcome: Outcome) => T;
}

/** As `Asked`, where a source finds out the command once the account is locked. */
export interface AskedPrepared<T> extends Omit<Asked<T>, 'command'>, Required<Pick<Task<T>, 'prepare'>> {
  /** Closed accounts are refused before `prepare`, except where a source says that it deals with them itself. */
  readonly alsoClosed?: boolean;
  /** The caller's key is bound to the change even where it enters nothing in the ledger. */
  readonly keepsKey?: boolean;
}

/** Takes a change to the write path and turns its verdict into an answer or a typed error. */
export class Runner {
  readonly #setting: RunnerSetting;

  constructor(setting: RunnerSetting) {
    this.#setting = setting;
  }

  /** Resolves once it is durable; rejects with a `DrawdownError` where nothing happened, or nobody knows yet. */
  run<T>(asked: Asked<T>): Promise<T> {
    const { account, verb } = asked;
    const task = this.#recalling(asked);
    let command: Command | Instead<T>;
    try {
      command = asked.command();
    } catch (refusal) {
      return this.#recall(task, () => {
        throw refusal;
      });
    }
    if ('instead' in command) {
      const { instead } = command;
      return this.#recall(task, () => instead);
    }
    const decided = command;
    task.command = command;
    return this.#setting.writer.submit(task).then((verdict) => {
      this.#setting.count(verb, verdict.kind === 'refused' ? verdict.refusal.code : verdict.kind);
      if (verdict.kind === 'done') return verdict.value;
      return this.#refuse(verdict, account.id, decided);
    }, unavailable);
  }

  /**
   * What the key did before, answered as it was then; null where it did nothing, or where none came. For what has to happen
   * elsewhere before a change is made here. Throws `idempotency_key_reused`.
   */
  async known<T>(asked: Omit<Asked<T>, 'command'>): Promise<T | null> {
    if (asked.call.idempotencyKey === undefined) return null;
    return this.#recall<T | null>(this.#recalling(asked), () => null);
  }

  #recalling<T>(asked: Omit<Asked<T>, 'command'>): Task<T> {
    const { account, verb, input, call, answer } = asked;
    return {
      account: account.number,
      command: { verb: 'recall' },
      actor: readActor(call.actor ?? 'library'),
      key: keyHash(
        call.principal ?? 'server',
        account.id,
        readKey(call.idempotencyKey ?? this.#setting.makeKey()),
      ),
      fingerprint: fingerprintOf(verb, input),
      ...told(asked),
      answer,
    };
  }

  /** What is refused or free today may have been charged before: then its key gives the first answer again. */
  async #recall<T>(task: Task<T>, otherwise: () => T): Promise<T> {
    const verdict = await this.#setting.writer.submit(task).catch(unavailable);
    if (verdict.kind === 'done') return verdict.value;
    if (verdict.kind === 'reused') throw new DrawdownError('idempotency_key_reused');
    return otherwise();
  }

  async #refuse(
    verdict: Exclude<Verdict<unknown>, { kind: 'done' }>,
    account: string,
    command: Command,
  ): Promise<never> {
    throw await this.#errorOf(verdict, account, command);
  }

  /** A change whose command a source finds out once the account is locked. */
  async runPrepared<T>(asked: AskedPrepared<T>): Promise<T> {
    const { account, verb, call } = asked;
    const prepare: AskedPrepared<T>['prepare'] = async (on, locked) => {
      const { closed } = locked.account;
      if (closed !== null && asked.alsoClosed !== true) throw await this.#closed(closed.into);
      return asked.prepare(on, locked);
    };
    const verdict = await this.#setting.writer
      .submit<T>({
        ...this.#recalling(asked),
        // A key that was made up here nobody can send again.
        keepsKey: asked.keepsKey === true && call.idempotencyKey !== undefined,
        prepare,
      })
      .catch(unavailable);
    this.#setting.count(verb, verdict.kind === 'refused' ? verdict.refusal.code : verdict.kind);
    if (verdict.kind === 'done') return verdict.value;
    return this.#refuse(verdict, account.id, { verb: 'recall' });
  }

  async #closed(into: number | null): Promise<DrawdownError> {
    return accountClosed(into === null ? null : await this.#setting.idOf(into));
  }

  async #errorOf(verdict: Exclude<Verdict<unknown>, { kind: 'done' }>, account: string, command: Command) {
    switch (verdict.kind) {
      case 'reused':
        return new DrawdownError('idempotency_key_reused');
      case 'absent':
        return new DrawdownError('account_not_found');
      case 'broken':
        return new DrawdownError('internal', undefined, {}, verdict.cause);
      case 'declined':
        return verdict.error instanceof DrawdownError
          ? verdict.error
          : new DrawdownError('internal', undefined, {}, verdict.error);
      case 'refused': {
        if (verdict.refusal.code === 'account_closed') return this.#closed(verdict.refusal.into);
        const error = errorOf(verdict.refusal, this.#setting.catalog);
        if (verdict.refusal.code !== 'quote_changed') return error;
        const quote = await this.#setting.requote(account, command);
        return new DrawdownError('quote_changed', error.message, { quote });
      }
    }
  }

  /** Enters what time brought; answers from the settled state, or null where there is no such account. */
  async settle<T>(account: number, answer: (outcome: Outcome) => T): Promise<T | null> {
    const command = { verb: 'settle' } as const;
    const task = { account, command, actor: TIME, key: null, fingerprint: null, answer };
    const verdict = await this.#setting.writer.submit<T>(task).catch(unavailable);
    if (verdict.kind === 'done') return verdict.value;
    if (verdict.kind === 'broken') throw new DrawdownError('internal', undefined, {}, verdict.cause);
    return null;
  }
}

/** For the audit log, where one of the staff asks. */
function told<T>({
  call,
  verb,
  act,
  input,
  subject,
}: Pick<Asked<T>, 'call' | 'verb' | 'act' | 'input' | 'subject'>): Pick<Task<T>, 'told'> {
  // What the engine asks of itself, nobody of the staff does.
  if (call.staff === undefined) return {};
  const one = toldOf(call.staff, act ?? (verb as wire.AuditedAct), input);
  return { told: subject === undefined ? one : { ...one, subject } };
}

const MAX_KEY = 255;

/** What is hashed must be what is stored, and PostgreSQL stores neither NUL nor half a character. */
function readActor(actor: string): string {
  if (actor.length > 0 && actor.isWellFormed() && !actor.includes('\0')) return actor;
  throw invalid('actor', 'must be well-formed text without NUL');
}

function readKey(key: unknown): string {
  if (typeof key === 'string' && key.length >= 1 && key.length <= MAX_KEY && key.isWellFormed()) return key;
  throw invalid('Idempotency-Key', `must be text of 1 to ${MAX_KEY} characters`);
}
