import type * as wire from '@drawdown/client';
import type { Catalog } from '../catalog/catalog.ts';
import type { Call, Runner } from '../change.ts';
import { type Account, nextStamp } from '../core/account.ts';
import { parseRequestId } from '../core/id.ts';
import { standingOf } from '../core/team.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Presenter } from '../present.ts';
import type { Paging, Queries } from '../queries.ts';
import { readAccountId, readAmount, readText } from '../request.ts';
import type { SourceSetting } from '../sources/source.ts';
import type { Connection, Database } from '../store/database.ts';
import { type MemberRow, memberOf } from '../store/members.ts';
import type { Write } from '../store/task.ts';
import { actorIn, demandManager, demandManagerOrSelf, isManager } from './authority.ts';
import { demandTellable, keyless } from './members.ts';
import { presentRequest, stateAt } from './present.ts';
import {
  adding,
  closing,
  lastRequest,
  openRequest,
  pageOfRequests,
  type RequestRow,
  requestAt,
  withdrawing,
} from './request-rows.ts';
import { putting, readRoster } from './rows.ts';

export interface RequestsQuery extends Paging {
  /** Those that wait for an answer, unless all are asked for. */
  readonly state?: 'pending' | 'all';
  readonly member?: string;
}

interface Ground {
  readonly account: Account;
  readonly now: number;
}

interface Change {
  readonly after: RequestRow;
  readonly writes: readonly Write[];
}

/**
 * Members who ask for more than their limit. What is approved counts in the period in which it was asked for and in no
 * other; it is added under the lock of the team's account, so that two who approve at once allow it once.
 */
export class Requests {
  readonly #catalog: Catalog;
  readonly #presenter: Presenter;
  readonly #runner: Runner;
  readonly #queries: Queries;
  readonly #database: Database;

  constructor({ catalog, presenter, runner, queries, database }: SourceSetting) {
    this.#catalog = catalog;
    this.#presenter = presenter;
    this.#runner = runner;
    this.#queries = queries;
    this.#database = database;
  }

  /** Takes the place of what the member asked before and nobody has answered; the same again is the same request. */
  async ask(team: string, member: string, body: wire.MoreRequest, call: Call): Promise<wire.More> {
    const amount = readAmount(body.amount, this.#catalog.scale);
    const reason = body.reason === undefined ? null : readText(body.reason, 'reason');
    if (call.person !== undefined && call.person !== member) {
      throw new DrawdownError('forbidden', 'A person asks for more on their own behalf only.');
    }
    return this.#change('ask_for_more', { team, member, body, call }, async (on, { account, now }) => {
      const row = await presentMemberRow(on, account.number, { member, call });
      if (row.limit_per === null) throw new DrawdownError('member_without_limit');
      const { period, resetsAt } = standingOf(account, memberOf(row), now);
      const open = await openRequest(on, account.number, member, now);
      if (open !== null && open.period === period && open.amount === amount && open.reason === reason) {
        return { after: open, writes: [] };
      }
      const after: RequestRow = {
        account: row.account,
        no: BigInt(nextStamp(await lastRequest(on, account.number), now)),
        member,
        amount,
        reason,
        period,
        expires_at: BigInt(resetsAt),
        state: 'pending',
        created_at: BigInt(now),
        decided_at: null,
        decided_by: null,
      };
      return { after, writes: [withdrawing(account.number, member, by(call, now)), adding(after)] };
    });
  }

  /** Allows it, in the period that runs. Once: approving again answers with what was approved. */
  approve(team: string, member: string, request: string, call: Call): Promise<wire.More> {
    return this.#decide({ team, member, request, call, as: 'approved' });
  }

  deny(team: string, member: string, request: string, call: Call): Promise<wire.More> {
    return this.#decide({ team, member, request, call, as: 'denied' });
  }

  #decide(asked: {
    readonly team: string;
    readonly member: string;
    readonly request: string;
    readonly call: Call;
    readonly as: 'approved' | 'denied';
  }): Promise<wire.More> {
    const { member, request, call, as } = asked;
    const about = { ...asked, body: { request } };
    return this.#change(`${as}_more`, about, async (on, { account, now }) => {
      const { rows } = await readRoster(on, account.number, [member, call.person]);
      demandManager(actorIn({ rows }, call));
      const address = parseRequestId(request);
      const row =
        address?.account === account.number ? await requestAt(on, account.number, address.no) : null;
      if (row === null || row.member !== member) throw new DrawdownError('request_not_found');
      if (row.state === as) return { after: row, writes: [] };
      const asker = rows.get(member) as MemberRow;
      const standing = standingOf(account, memberOf(asker), now);
      // Another limit has other periods: what was asked for in one of the old ones has none to count in.
      const state = standing.period === row.period ? stateAt(row, now) : 'expired';
      if (state !== 'pending') throw new DrawdownError('request_closed', `It is ${state}.`, { state });
      const { decided_at, decided_by } = decidedBy(call, now);
      const after: RequestRow = { ...row, state: as, decided_at, decided_by };
      const allowed = { ...asker, extra: standing.extra + row.amount, extra_period: row.period };
      if (as === 'approved') demandTellable(allowed);
      return { after, writes: as === 'approved' ? [closing(after), putting(allowed)] : [closing(after)] };
    });
  }

  async #change(
    verb: 'ask_for_more' | 'approved_more' | 'denied_more',
    asked: { team: string; member: string; body: object; call: Call },
    decide: (on: Connection, ground: Ground) => Promise<Change>,
  ): Promise<wire.More> {
    const { team, member, body, call } = asked;
    readAccountId(member, 'member');
    const { number } = await this.#team(team);
    let after: RequestRow | undefined;
    return this.#runner.runPrepared({
      account: { id: team, number },
      verb,
      input: { member, ...body },
      call: keyless(call),
      prepare: async (on, ground) => {
        const change = await decide(on, ground);
        after = change.after;
        return { command: { verb: 'settle' }, writes: () => change.writes };
      },
      answer: ({ account, now }) =>
        presentRequest(this.#presenter, account, { row: after as RequestRow, now }),
    });
  }

  /** Newest first. A person who manages nothing sees their own. */
  async list(team: string, query: RequestsQuery, call: Call): Promise<wire.Page<wire.More>> {
    const limit = readLimit(query.limit);
    const state = query.state ?? 'pending';
    if (state !== 'pending' && state !== 'all') throw invalid('state', 'must be pending or all');
    const before =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('requests', query.cursor);
    const { number } = await this.#team(team);
    const actor = actorIn(await readRoster(this.#database, number, [call.person]), call);
    const member = query.member === undefined ? null : readAccountId(query.member, 'member');
    if (member !== null) demandManagerOrSelf(actor, member);
    const { account, now } = await this.#queries.settledByNumber(number);
    const wanted = {
      before,
      openAt: state === 'pending' ? now : null,
      member: isManager(actor) ? member : (call.person ?? null),
    };
    const rows = await pageOfRequests(this.#database, number, wanted, limit + 1);
    return pageOf(
      'requests',
      rows,
      limit,
      (row) => Number(row.no),
      (row) => presentRequest(this.#presenter, account, { row, now }),
    );
  }

  async #team(id: string): Promise<{ number: number }> {
    const profile = await this.#queries.profile(id);
    if (profile.kind !== 'team') throw invalid('account', 'must be a team');
    return profile;
  }
}

/** Whoever asks must be a member still; a key that names somebody else is told so. */
async function presentMemberRow(
  on: Connection,
  team: number,
  { member, call }: { member: string; call: Call },
): Promise<MemberRow> {
  const { rows } = await readRoster(on, team, [member, call.person]);
  actorIn({ rows }, call);
  const row = rows.get(member);
  if (row === undefined || row.left_at !== null) throw new DrawdownError('member_not_found');
  return row;
}

const by = (call: Call, now: number) => ({ now, actor: call.actor ?? 'library' });

const decidedBy = (call: Call, now: number) => ({
  decided_at: BigInt(now),
  decided_by: call.actor ?? 'library',
});
