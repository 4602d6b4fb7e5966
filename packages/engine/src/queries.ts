import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import type { Call, Runner } from './change.ts';
import { type Account, type Grant, type GrantState, grantState } from './core/account.ts';
import { copyOf } from './core/balance.ts';
import { formatInstant } from './core/calendar.ts';
import { parseGrantId, parseHoldId, parseOperationId } from './core/id.ts';
import type { Rules } from './core/rules.ts';
import { settle } from './core/settle.ts';
import { DrawdownError, invalid } from './errors.ts';
import { pageOf, readCursor, readLimit } from './page.ts';
import type { ClassOf, Presenter } from './present.ts';
import { unavailable } from './reachable.ts';
import { readAccountId, readInstant } from './request.ts';
import type { Accounts, Profile } from './store/accounts.ts';
import type { History } from './store/history.ts';
import type { Reader } from './store/reader.ts';
import type { StoredEntry } from './store/rows.ts';
import type { SourceNames } from './store/source-names.ts';

export interface QueriesSetting {
  readonly catalog: Catalog;
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
  readonly presenter: Presenter;
  readonly accounts: Accounts;
  readonly reader: Reader;
  readonly history: History;
  readonly runner: Runner;
  readonly names: SourceNames;
}

/** An account settled up to `now`. The asker's own copy. */
export interface Settled {
  readonly account: Account;
  readonly now: number;
}

export interface Paging {
  readonly limit?: number;
  readonly cursor?: string;
}

const GRANT_STATES: readonly string[] = [
  'active',
  'scheduled',
  'depleted',
  'expired',
  'voided',
  'frozen',
  'transferred',
  'all',
] satisfies (GrantState | 'all')[];
const HOLD_STATES = ['open', 'captured', 'released', 'timed_out'];

/** The verbs that read. What time has brought is entered first, so that no answer is behind its own instant. */
export class Queries {
  /** Lots with what their sources are called. */
  readonly named: SourceNames['named'];
  readonly #setting: QueriesSetting;

  constructor(setting: QueriesSetting) {
    this.#setting = setting;
    this.named = setting.names.named.bind(setting.names);
  }

  async profile(id: string): Promise<Profile> {
    const number = await this.#number(id);
    const profile = await this.#setting.accounts.byNumber(number);
    if (profile?.id !== id) {
      this.#setting.accounts.forget(number);
      throw new DrawdownError('account_not_found');
    }
    return profile;
  }

  async getAccount(id: string): Promise<wire.Account> {
    return presentProfile(await this.profile(id));
  }

  /** The account with all that is due entered. Throws `account_not_found`. */
  async settled(id: string): Promise<Settled> {
    const number = await this.#number(id);
    const settled = await this.settledByNumber(number);
    if (settled.account.id === id) return settled;
    // Its person's data were removed, and with them this id, where another process did not tell.
    this.#setting.accounts.forget(number);
    throw new DrawdownError('account_not_found');
  }

  async settledByNumber(number: number): Promise<Settled> {
    const snapshot = await this.#setting.reader.snapshot(number).catch(unavailable);
    if (snapshot === null) throw new DrawdownError('account_not_found');
    if (snapshot.dueAt === null || snapshot.dueAt > snapshot.now) return snapshot;
    const answer = await this.#setting.runner
      .settle(number, ({ account, now }) => ({ account: copyOf(account), now }))
      .catch((error: unknown) => this.#settledAside(snapshot, error));
    if (answer === null) throw new DrawdownError('account_not_found');
    return answer;
  }

  /** What time will have entered once the database takes changes again: the same, told from a copy. */
  #settledAside({ account, now }: Settled, error: unknown): Settled {
    if (!(error instanceof DrawdownError) || error.code !== 'unavailable') throw error;
    const { rules, inOrder } = this.#setting;
    settle(account, { now, rules }, inOrder);
    return { account, now };
  }

  /** Now; as it stood at an instant in the past; or what time alone will leave at one in the future. */
  async balance(id: string, at?: string): Promise<wire.Balance> {
    const { presenter, rules, inOrder } = this.#setting;
    const { account, now } = await this.settled(id);
    if (at === undefined) return presenter.balance(account, now);
    const instant = readInstant(at, 'at');
    if (instant <= now) return presenter.balance(await this.#asOf(account, instant), instant);
    const ahead = copyOf(account);
    settle(ahead, { now: instant, rules }, inOrder);
    return { ...presenter.balance(ahead, instant), version: account.seq };
  }

  async #asOf(account: Account, instant: number): Promise<Account> {
    const { history, inOrder } = this.#setting;
    const version = await history.versionBefore(account.number, instant + 1, account.seq);
    return history.at(account, version, inOrder);
  }

  /** Lots in draw order, of one state or all. */
  async grants(id: string, query: Paging & { readonly state?: string }): Promise<wire.Page<wire.Grant>> {
    const { history, inOrder, presenter } = this.#setting;
    const state = query.state ?? 'all';
    if (!GRANT_STATES.includes(state)) throw invalid('state', `must be one of ${GRANT_STATES.join(', ')}`);
    const limit = readLimit(query.limit);
    const { account, now } = await this.settled(id);
    const lots = (await history.grants(account.number))
      .filter((grant) => state === 'all' || grantState(grant, now) === state)
      .sort(inOrder);
    // A lot's place in the order can change between pages, its number cannot: pages go on behind that lot.
    const after = query.cursor === undefined ? -1 : readCursor('grants', query.cursor);
    const start = after === -1 ? 0 : lots.findIndex((grant) => grant.no === after) + 1;
    const page = lots.slice(start, start + limit + 1);
    const { data, next_cursor } = pageOf(
      'grants',
      page,
      limit,
      (grant) => grant.no,
      (grant) => presenter.grant(account, grant, now),
    );
    return { data: await this.named(data), next_cursor };
  }

  async grantById(id: string, call: Call): Promise<wire.Grant> {
    const address = parseGrantId(id);
    const { account, now } = await this.#reach(address?.account, call, 'grant_not_found');
    const grant = await this.#setting.history.grant(account.number, address?.no as number);
    if (grant === null) throw new DrawdownError('grant_not_found');
    const [lot] = await this.named([this.#setting.presenter.grant(account, grant, now)]);
    return lot as wire.Grant;
  }

  async holdById(id: string, call: Call): Promise<wire.Hold> {
    const address = parseHoldId(id);
    const { account } = await this.#reach(address?.account, call, 'hold_not_found');
    const hold = await this.#setting.history.hold(account.number, address?.no as number);
    const isOpen =
      (call.ownHoldsOf === undefined || hold?.actor === call.ownHoldsOf) &&
      (call.sees === undefined || hold?.member === call.sees);
    if (hold === null || !isOpen) {
      throw new DrawdownError('hold_not_found');
    }
    const classOf = await this.#classes(account.number, hold.draws);
    return this.#setting.presenter.hold(account, hold, classOf);
  }

  /** Newest first; open ones only, unless asked for all; of a team, what the caller may see. */
  async holds(
    id: string,
    query: Paging & { readonly state?: 'open' | 'all' },
    { sees }: Call = {},
  ): Promise<wire.Page<wire.Hold>> {
    const { history, presenter } = this.#setting;
    const state = query.state ?? 'open';
    if (state !== 'open' && state !== 'all') throw invalid('state', 'must be open or all');
    const limit = readLimit(query.limit);
    const { account } = await this.settled(id);
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('holds', query.cursor);
    const states = state === 'open' ? ['open'] : HOLD_STATES;
    const rows = await history.holds(account.number, { states, member: sees ?? null, before }, limit + 1);
    const classOf = await this.#classes(
      account.number,
      rows.flatMap((hold) => hold.draws),
    );
    return pageOf(
      'holds',
      rows,
      limit,
      (hold) => hold.no,
      (hold) => presenter.hold(account, hold, classOf),
    );
  }

  async operation(id: string, call: Call): Promise<wire.Operation> {
    const { account, entry } = await this.operationEntry(id, call);
    const classOf = await this.#classes(account.number, entry.moves);
    return this.#setting.presenter.operation(account, entry, classOf);
  }

  /** The entry of an operation and the account it is of; refuses ids that lead elsewhere or to no operation. */
  async operationEntry(id: string, call: Call): Promise<{ account: Account; entry: StoredEntry }> {
    const address = parseOperationId(id);
    const { account } = await this.#reach(address?.account, call, 'operation_not_found');
    const entry = await this.#setting.history.entry(account.number, address?.seq as number);
    const isOpen = call.sees === undefined || entry?.detail?.member === call.sees;
    if (entry === null || entry.key === null || entry.at !== address?.at || !isOpen) {
      throw new DrawdownError('operation_not_found');
    }
    return { account, entry };
  }

  async #reach(
    number: number | undefined,
    call: Call,
    absent: 'grant_not_found' | 'hold_not_found' | 'operation_not_found',
  ): Promise<Settled> {
    const id = number === undefined ? null : await this.#setting.accounts.idOf(number);
    if (number === undefined || id === null || (call.accounts !== undefined && !call.accounts.includes(id))) {
      throw new DrawdownError(absent);
    }
    return this.settledByNumber(number);
  }

  async #number(id: string): Promise<number> {
    const number = await this.#setting.accounts.numberOf(readAccountId(id));
    if (number === null) throw new DrawdownError('account_not_found');
    return number;
  }

  async #classes(account: number, lots: readonly { grant: number }[]): Promise<ClassOf> {
    const classes = await this.#setting.history.classes(
      account,
      lots.map((lot) => lot.grant),
    );
    return (grant) => classes.get(grant) as string;
  }
}

export function presentProfile(profile: Profile): wire.Account {
  return {
    account: profile.id,
    kind: profile.kind,
    time_zone: profile.timeZone,
    metadata: profile.metadata,
    version: profile.seq,
    created_at: formatInstant(profile.createdAt),
    state: profile.closedAt === null ? 'active' : 'closed',
    closed_at: profile.closedAt === null ? null : formatInstant(profile.closedAt),
    merged_into: profile.mergedInto,
  };
}
