import type * as wire from '@drawdown/client';
import type { Catalog } from '../catalog/catalog.ts';
import type { Call, Runner } from '../change.ts';
import type { Account } from '../core/account.ts';
import { MAX_ATOMS } from '../core/amount.ts';
import { type Per, type Role, standingOf } from '../core/team.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Presenter } from '../present.ts';
import type { Paging, Queries } from '../queries.ts';
import { accountClosed } from '../refusal.ts';
import { readAccountId, readAmount } from '../request.ts';
import type { SourceSetting } from '../sources/source.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Connection, Database } from '../store/database.ts';
import { type MemberRow, memberOf } from '../store/members.ts';
import type { Write } from '../store/task.ts';
import { actorIn, demandManager, demandManagerOrSelf, demandOwner, isManager } from './authority.ts';
import { presentMember } from './present.ts';
import { withdrawing } from './request-rows.ts';
import {
  isThere,
  joined,
  pageOfMembers,
  putting,
  type Roster,
  readRoster,
  readStanding,
  teamsWith,
} from './rows.ts';
import { readSeats } from './seats.ts';

const ROLES: readonly string[] = ['owner', 'admin', 'member'] satisfies Role[];
const PERIODS: readonly string[] = ['day', 'month'] satisfies Per[];

export interface MembersQuery extends Paging {
  /** `all`: also who has left. */
  readonly state?: 'active' | 'all';
}

interface Ground {
  readonly account: Account;
  readonly now: number;
}

/** What a change of a member comes to. */
interface Change {
  readonly after: MemberRow;
  readonly writes: readonly Write[];
}

/**
 * Who may spend from a team. Changes go through the lane of the team's account, as spending does, so that whoever
 * leaves has left for the next deduction. A team without members takes the word of the product's server, as ever.
 */
export class Members {
  readonly #catalog: Catalog;
  readonly #presenter: Presenter;
  readonly #accounts: Accounts;
  readonly #runner: Runner;
  readonly #queries: Queries;
  readonly #database: Database;

  constructor({ catalog, presenter, accounts, runner, queries, database }: SourceSetting) {
    this.#catalog = catalog;
    this.#presenter = presenter;
    this.#accounts = accounts;
    this.#runner = runner;
    this.#queries = queries;
    this.#database = database;
  }

  /** Makes a member, or changes role and limit; what was used stays counted. */
  async put(team: string, member: string, body: wire.MemberRequest, call: Call): Promise<wire.Member> {
    const wish = { member: readAccountId(member, 'member'), ...readWish(this.#catalog, body) };
    await this.#demandPerson(wish.member, { team, call });
    return this.#change('put_member', { team, member, body, call }, async (on, ground, roster) => {
      const before = roster.rows.get(member);
      const actor = actorIn(roster, call);
      demandManager(actor);
      const isPresent = before !== undefined && before.left_at === null;
      if (wish.role === 'owner' || (isPresent && before.role === 'owner')) demandOwner(actor);
      if (isPresent && wish.role !== 'owner') demandAnotherOwner(before, roster);
      if (!isPresent) await demandSeat(on, ground, roster);
      const known =
        before === undefined
          ? joined(ground.account, wish, { no: roster.last + 1, now: ground.now })
          : { ...before, ...wish };
      const { extra } = standingOf(ground.account, memberOf(known), ground.now);
      demandTellable({ ...known, extra });
      const after = isPresent ? known : { ...known, joined_at: BigInt(ground.now), left_at: null };
      return { after, writes: [putting(after)] };
    });
  }

  /** Ends a membership. Holds that are open stay the team's to capture or release. Twice is once. */
  remove(team: string, member: string, call: Call): Promise<wire.Member> {
    return this.#change('remove_member', { team, member, body: {}, call }, async (_, { now }, roster) => {
      const actor = actorIn(roster, call);
      demandManagerOrSelf(actor, member);
      const before = roster.rows.get(member);
      if (before === undefined) throw new DrawdownError('member_not_found');
      if (before.left_at !== null) return { after: before, writes: [] };
      if (before.role === 'owner') demandOwner(actor);
      demandAnotherOwner(before, roster);
      const after = { ...before, left_at: BigInt(now) };
      const by = { now, actor: call.actor ?? 'library' };
      return { after, writes: [putting(after), withdrawing(Number(before.account), member, by)] };
    });
  }

  async #change(
    verb: 'put_member' | 'remove_member',
    asked: { team: string; member: string; body: object; call: Call },
    decide: (on: Connection, ground: Ground, roster: Roster) => Promise<Change>,
  ): Promise<wire.Member> {
    const { team, member, body, call } = asked;
    const { number } = await this.#team(team);
    let after: MemberRow | undefined;
    return this.#runner.runPrepared({
      account: { id: team, number },
      verb,
      input: { member, ...body },
      call: keyless(call),
      prepare: async (on, ground) => {
        const roster = await readRoster(on, number, [member, call.person]);
        const change = await decide(on, ground, roster);
        after = change.after;
        return { command: { verb: 'settle' }, writes: () => change.writes };
      },
      answer: ({ account, now }) => presentMember(this.#presenter, account, { row: after as MemberRow, now }),
    });
  }

  /** In the order of joining. A person who manages nothing sees their own membership. */
  async list(team: string, query: MembersQuery, call: Call): Promise<wire.Page<wire.Member>> {
    const limit = readLimit(query.limit);
    const state = query.state ?? 'active';
    if (state !== 'active' && state !== 'all') throw invalid('state', 'must be active or all');
    const after = query.cursor === undefined ? 0 : readCursor('members', query.cursor);
    const { number } = await this.#team(team);
    const actor = actorIn(await readRoster(this.#database, number, [call.person]), call);
    const wanted = { after, all: state === 'all', member: isManager(actor) ? null : (call.person ?? null) };
    const rows = await pageOfMembers(this.#database, number, wanted, limit + 1);
    const { account, now } = await this.#queries.settledByNumber(number);
    return pageOf(
      'members',
      rows,
      limit,
      (row) => Number(row.no),
      (row) => presentMember(this.#presenter, account, { row, now }),
    );
  }

  async get(team: string, member: string, call: Call): Promise<wire.Member> {
    const { number } = await this.#team(team);
    const roster = await readRoster(this.#database, number, [readAccountId(member, 'member'), call.person]);
    demandManagerOrSelf(actorIn(roster, call), member);
    const row = roster.rows.get(member);
    if (row === undefined) throw new DrawdownError('member_not_found');
    const { account, now } = await this.#queries.settledByNumber(number);
    return presentMember(this.#presenter, account, { row, now });
  }

  /** The teams that an account is a member of, each with its own standing there; never a sum. */
  async teamsOf(id: string, query: Paging): Promise<wire.Page<wire.Member>> {
    const limit = readLimit(query.limit);
    const after = query.cursor === undefined ? -1 : readCursor('teams', query.cursor);
    const { id: member } = await this.#queries.profile(readAccountId(id));
    const rows = await teamsWith(this.#database, member, after, limit + 1);
    const settled = await Promise.all(rows.map((row) => this.#queries.settledByNumber(Number(row.account))));
    return pageOf(
      'teams',
      rows.map((row, i) => ({ row, ...(settled[i] as Ground) })),
      limit,
      ({ row }) => Number(row.account),
      ({ row, account, now }) => presentMember(this.#presenter, account, { row, now }),
    );
  }

  /**
   * Lets the person of a call to an account, with what they may see of it. What is not a team of theirs is no matter of
   * this: their own account is open, others answer like absent ones. A team without members takes the server's word.
   */
  async admit(place: string | number, { call, managers }: { call: Call; managers: boolean }): Promise<Call> {
    const id = typeof place === 'string' ? place : await this.#accounts.idOf(place);
    if (id === null || id === call.person || call.accounts?.includes(id) !== true) return call;
    const number = typeof place === 'number' ? place : await this.#accounts.numberOf(id);
    if (number === null) return call;
    const person = await this.#personOf(call);
    const { kept, there, rows } = await readStanding(this.#database, number, person);
    if (!there) throw this.#erased(person);
    if (!kept) return call;
    const actor = actorIn({ rows }, call);
    if (managers) demandManager(actor);
    return isManager(actor) ? call : { ...call, sees: call.person as string };
  }

  /** Where the team looks under its lock: whoever was erased is nobody, also where the team keeps no members. */
  async demandThere(place: string | number, call: Call): Promise<void> {
    if (place === call.person) return;
    const person = await this.#personOf(call);
    if (!(await isThere(this.#database, person))) throw this.#erased(person);
  }

  async #personOf({ person }: Call): Promise<{ id: string; number: number }> {
    const id = person as string;
    const number = await this.#accounts.numberOf(id);
    if (number === null) throw new DrawdownError('invalid_token');
    return { id, number };
  }

  /** Their id was known here from before another process erased them. */
  #erased({ number }: { number: number }): DrawdownError {
    this.#accounts.forget(number);
    return new DrawdownError('invalid_token');
  }

  /** Throws where the team keeps members and this account is none of them. */
  async demand(team: string, member: string, field: string): Promise<void> {
    const { number } = await this.#team(team);
    const { rows, last } = await readRoster(this.#database, number, [member]);
    if (last === 0 || rows.get(member)?.left_at === null) return;
    throw new DrawdownError('not_a_member', `${field}: ${member} is no member of ${team}.`, {
      field,
      member,
    });
  }

  async #team(id: string): Promise<{ number: number }> {
    const profile = await this.#queries.profile(id);
    if (profile.kind !== 'team') throw invalid('account', 'must be a team');
    return profile;
  }

  /**
   * A member is a person for good: whoever has no account yet is given one, as at a first session, since an account's
   * kind never changes. Who may not make members makes no accounts either.
   */
  async #demandPerson(id: string, { team, call }: { team: string; call: Call }): Promise<void> {
    if ((await this.#accounts.numberOf(id)) === null) {
      const { number } = await this.#team(team);
      demandManager(actorIn(await readRoster(this.#database, number, [call.person]), call));
    }
    const profile = await this.#accounts.byNumber(await this.#accounts.ensure(id));
    if (profile?.kind === 'team') throw invalid('member', 'must be a person, not a team');
    if (profile !== null && profile.closedAt !== null) {
      const { message, details } = accountClosed(profile.mergedInto);
      throw new DrawdownError('account_closed', `member: ${message}`, { field: 'member', ...details });
    }
  }
}

/** Rows of members are no entries, so no key is ever found again: doing it twice comes to the same. */
export function keyless({ idempotencyKey: _, ...call }: Call): Call {
  return call;
}

/** What is left of a limit, with what was allowed beyond it, is an amount like any other: no more than JSON can carry. */
export function demandTellable({ limit_amount, extra }: MemberRow): void {
  if ((limit_amount ?? 0n) + extra <= MAX_ATOMS) return;
  throw invalid('amount', 'makes more, with the limit, than an amount may be', 'invalid_amount');
}

function readWish(catalog: Catalog, body: wire.MemberRequest) {
  if (!ROLES.includes(body.role)) throw invalid('role', `must be one of ${ROLES.join(', ')}`);
  const { limit } = body;
  if (limit === undefined) return { role: body.role, limit_amount: null, limit_per: null };
  if (!PERIODS.includes(limit.per)) throw invalid('limit.per', `must be one of ${PERIODS.join(', ')}`);
  const amount = readAmount(limit.amount, catalog.scale, 'limit.amount');
  return { role: body.role, limit_amount: amount, limit_per: limit.per };
}

/** Somebody must stay who may decide everything about the team. */
function demandAnotherOwner(before: MemberRow, { owners }: Roster): void {
  if (before.role === 'owner' && owners === 1) throw new DrawdownError('last_owner');
}

async function demandSeat(on: Connection, { account, now }: Ground, { present }: Roster): Promise<void> {
  const seats = await readSeats(on, account.number, now);
  if (seats === null || present < seats) return;
  throw new DrawdownError('seats_exhausted', `All ${seats} seats are taken.`, { seats, members: present });
}
