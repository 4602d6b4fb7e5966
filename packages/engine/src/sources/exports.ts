import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { formatInstant } from '../core/calendar.ts';
import { lotsOf } from '../present.ts';
import { type Paging, presentProfile } from '../queries.ts';
import { recorded } from '../store/audit.ts';
import { type Database, statement } from '../store/database.ts';
import { GRANT_COLUMNS, type GrantRow, grantOf } from '../store/rows.ts';
import { everyRow, PAGE, ROW_SECTIONS } from './export-rows.ts';
import { presentPurchase } from './purchase-present.ts';
import { purchasesBefore } from './purchase-rows.ts';
import { settlementsOf } from './settlement-rows.ts';
import { presentSettlement } from './settlements.ts';
import type { SourceSetting } from './source.ts';
import type { Subscriptions } from './subscriptions.ts';

const HOLD_STATES = ['open', 'captured', 'released', 'timed_out'];

const LOTS = statement<[number, number, number], GrantRow>(
  'export_lots',
  `select ${GRANT_COLUMNS} from drawdown.grants where account = $1 and no > $2 order by no limit $3`,
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
  async export(id: string, { staff }: Call = {}): Promise<AsyncGenerator<wire.ExportLine, void, undefined>> {
    const { database, queries } = this.#setting;
    const profile = await queries.profile(id);
    const { now: at } = await queries.settledByNumber(profile.number);
    await recorded(database, staff, async () => ({
      done: undefined,
      told: { act: 'export_account', at, account: profile.number, input: {} },
    }));
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
      settlement: this.#settlements(number),
      ...Object.fromEntries(
        Object.entries(ROW_SECTIONS).map(([type, of]) => [type, of(database, { number, id, presenter })]),
      ),
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
    const { presenter, queries } = this.#setting;
    for await (const row of everyRow((after) => database.query(LOTS, [account.number, after, PAGE]))) {
      yield* await queries.named([presenter.grant(account, grantOf(row), now)]);
    }
  }

  async *#entries(account: { number: number; id: string }, upTo: number): Section {
    const { history, presenter } = this.#setting;
    for (let after = 0; after < upTo; ) {
      const entries = await history.forward(account.number, after, upTo, PAGE);
      const classes = await history.classes(account.number, entries.flatMap(lotsOf));
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

  async *#settlements(number: number): Section {
    const { database, presenter } = this.#setting;
    for (const one of await settlementsOf(database, number)) {
      const created_at = formatInstant(one.createdAt);
      yield { ...(await presentSettlement(database, presenter, one)), created_at };
    }
  }
}
