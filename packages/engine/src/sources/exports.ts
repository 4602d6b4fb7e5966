import type * as wire from '@drawdown/client';
import { formatInstant } from '../core/calendar.ts';
import { grantId } from '../core/id.ts';
import { type Paging, presentProfile } from '../queries.ts';
import { type Database, statement } from '../store/database.ts';
import { GRANT_COLUMNS, type GrantRow, grantOf } from '../store/rows.ts';
import { presentPurchase } from './purchase-present.ts';
import { purchasesBefore } from './purchase-rows.ts';
import type { SourceSetting } from './source.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Rows in memory at a time, however much there is. */
const PAGE = 500;
const HOLD_STATES = ['open', 'captured', 'released', 'timed_out'];

const LOTS = statement<[number, number, number], GrantRow>(
  'export_lots',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and no > $2 order by no limit $3`,
);
const AWARDS = statement<
  [number, number, number],
  { no: bigint; campaign: string; role: string; amount: bigint; day: string; at: bigint; grant_no: bigint }
>(
  'export_awards',
  `select no, campaign, role, amount, day, at, grant_no from drawdown.campaign_awards
    where account = $1 and no > $2 order by no limit $3`,
);
const CODES = statement<[number], { campaign: string; code: string; created_at: bigint }>(
  'export_codes',
  'select campaign, code, created_at from drawdown.referral_codes where account = $1 order by campaign',
);
const REFERRED = statement<[number], { campaign: string; created_at: bigint }>(
  'export_referred',
  'select campaign, created_at from drawdown.referrals where account = $1',
);
const MEMBERSHIPS = statement<
  [string],
  { team: string; role: string; joined_at: bigint; left_at: bigint | null }
>(
  'export_memberships',
  `select a.id as team, m.role, m.joined_at, m.left_at from drawdown.members m
     join drawdown.accounts a on a.number = m.account where m.member = $1 order by a.id`,
);
const NOTICES = statement<[number, number, number], { no: bigint; type: string; at: bigint; data: string }>(
  'export_notices',
  'select no, type, at, data from drawdown.notices where account = $1 and no > $2 order by no limit $3',
);

export interface ExportsSetting extends SourceSetting {
  readonly subscriptions: Pick<Subscriptions, 'list'>;
}

type Section = AsyncGenerator<object, void, undefined>;

/** Everything that is kept about an account, line by line: what it is, has, did, bought, earned and agreed to. */
export class Exports {
  readonly #setting: ExportsSetting;

  constructor(setting: ExportsSetting) {
    this.#setting = setting;
  }

  /**
   * The last line is `end` with how many there were of each kind: an export without it was cut off. The ledger is that
   * of the first line's version; whatever changes while it is read may show in other lines. Throws `account_not_found`.
   */
  async export(id: string): Promise<AsyncGenerator<wire.ExportLine, void, undefined>> {
    const { queries } = this.#setting;
    const profile = await queries.profile(id);
    await queries.settledByNumber(profile.number);
    return this.#lines(id, (await queries.profile(id)).number);
  }

  async *#lines(id: string, number: number): AsyncGenerator<wire.ExportLine, void, undefined> {
    const { database, presenter, queries } = this.#setting;
    const profile = await queries.profile(id);
    const { account, now } = await queries.settledByNumber(number);
    yield { type: 'account', data: presentProfile(profile) };
    yield { type: 'balance', data: presenter.balance(account, now) };
    const sections: Record<string, Section> = {
      grant: this.#lots(database, { number, id }, now),
      entry: this.#entries({ number, id }, account.seq),
      hold: this.#holds({ number, id }),
      subscription: this.#subscriptions(id),
      purchase: this.#purchases({ number, id }, profile.timeZone),
      redemption: this.#awards({ number, id }),
      referral_code: this.#codes(number),
      referral: this.#referred(number),
      membership: this.#memberships(id),
      notice: this.#notices(number),
    };
    const counts: Record<string, number> = {};
    for (const [type, section] of Object.entries(sections)) {
      counts[type] = 0;
      for await (const data of section) {
        counts[type] += 1;
        yield { type, data } as wire.ExportLine;
      }
    }
    yield { type: 'end', data: { version: account.seq, at: formatInstant(now), counts } };
  }

  async *#lots(database: Database, account: { number: number; id: string }, now: number): Section {
    for await (const row of everyRow((after) => database.query(LOTS, [account.number, after, PAGE]))) {
      yield this.#setting.presenter.grant(account, grantOf(row), now);
    }
  }

  async *#entries(account: { number: number; id: string }, upTo: number): Section {
    const { history, presenter } = this.#setting;
    for (let after = 0; after < upTo; ) {
      const entries = await history.forward(account.number, after, upTo, PAGE);
      const lots = entries.flatMap(({ moves }) => moves.map(({ grant }) => grant));
      const classes = await history.classes(account.number, lots);
      for (const entry of entries) yield presenter.entry(account, entry, (no) => classes.get(no) as string);
      const last = entries.at(-1);
      if (last === undefined) throw new Error(`entry ${after + 1} of account ${account.number} is missing`);
      after = last.seq;
    }
  }

  async *#holds(account: { number: number; id: string }): Section {
    const { history, presenter } = this.#setting;
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const holds = await history.holds(account.number, { states: HOLD_STATES, member: null, before }, PAGE);
      const lots = holds.flatMap(({ draws }) => draws.map(({ grant }) => grant));
      const classes = await history.classes(account.number, lots);
      for (const hold of holds) yield presenter.hold(account, hold, (no) => classes.get(no) as string);
      const last = holds.at(-1);
      if (last === undefined) return;
      before = last.no;
    }
  }

  async *#subscriptions(id: string): Section {
    for (let paging: Paging = { limit: 200 }; ; ) {
      const page = await this.#setting.subscriptions.list(id, paging);
      yield* page.data;
      if (page.next_cursor === null) return;
      paging = { limit: 200, cursor: page.next_cursor };
    }
  }

  async *#purchases({ number, id }: { number: number; id: string }, timeZone: string): Section {
    const { database, presenter } = this.#setting;
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const purchases = await purchasesBefore(database, number, { before, limit: PAGE });
      for (const one of purchases) yield presentPurchase(one, { account: id, timeZone, presenter });
      const last = purchases.at(-1);
      if (last === undefined) return;
      before = last.no;
    }
  }

  async *#awards({ number, id }: { number: number; id: string }): Section {
    const { database, presenter } = this.#setting;
    for await (const row of everyRow((after) => database.query(AWARDS, [number, after, PAGE]))) {
      const { campaign, role, day } = row;
      const [amount, at] = [presenter.credits(row.amount), formatInstant(Number(row.at))];
      yield { campaign, account: id, role, grant: grantId(number, Number(row.grant_no)), amount, day, at };
    }
  }

  async *#codes(number: number): Section {
    const { rows } = await this.#setting.database.query(CODES, [number]);
    for (const { created_at, ...code } of rows)
      yield { ...code, created_at: formatInstant(Number(created_at)) };
  }

  /** That it was invited, and when; by whom is somebody else's to tell. */
  async *#referred(number: number): Section {
    const { rows } = await this.#setting.database.query(REFERRED, [number]);
    for (const { campaign, created_at } of rows) yield { campaign, at: formatInstant(Number(created_at)) };
  }

  async *#memberships(id: string): Section {
    const { rows } = await this.#setting.database.query(MEMBERSHIPS, [id]);
    for (const { team, role, joined_at, left_at } of rows) {
      const left = left_at === null ? null : formatInstant(Number(left_at));
      yield { team, role, joined_at: formatInstant(Number(joined_at)), left_at: left };
    }
  }

  async *#notices(number: number): Section {
    const { database } = this.#setting;
    for await (const row of everyRow((after) => database.query(NOTICES, [number, after, PAGE]))) {
      yield { type: row.type, at: formatInstant(Number(row.at)), data: JSON.parse(row.data) };
    }
  }
}

/** Pages of rows in the order of their numbers, to the last. */
async function* everyRow<Row extends { no: bigint }>(
  page: (after: number) => Promise<{ rows: Row[] }>,
): AsyncGenerator<Row, void, undefined> {
  for (let after = -1; ; ) {
    const { rows } = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = Number(last.no);
  }
}
