import type * as wire from '@drawdown/client';
import { because } from './because.ts';
import type { Call } from './change.ts';
import { ENTRY_TYPES, type EntryType } from './core/account.ts';
import { formatAmount } from './core/amount.ts';
import { formatInstant } from './core/calendar.ts';
import { explain } from './core/explain.ts';
import { grantId } from './core/id.ts';
import { comparator } from './core/order.ts';
import { csvOf } from './csv.ts';
import { DrawdownError, invalid } from './errors.ts';
import { pageOf, readCursor, readLimit } from './page.ts';
import { type ClassOf, lotsOf } from './present.ts';
import type { Paging, Queries, QueriesSetting } from './queries.ts';
import { readAccountId, readClass, readFeature, readInstant } from './request.ts';
import type { Catalogs } from './store/catalogs.ts';
import type { StoredEntry } from './store/rows.ts';
import { readUsage, USAGE_ROWS, usageOf } from './usage.ts';

export interface EntryQuery extends Paging {
  readonly type?: string;
  readonly class?: string;
  readonly feature?: string;
  readonly member?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** What the ledger tells: its entries, statements, and why an operation drew what it drew. */
export class Records {
  readonly #setting: QueriesSetting;
  readonly #queries: Queries;
  readonly #catalogs: Catalogs;

  constructor(setting: QueriesSetting, queries: Queries, catalogs: Catalogs) {
    this.#setting = setting;
    this.#queries = queries;
    this.#catalogs = catalogs;
  }

  /** Newest first; `from` is included, `to` is not. Of a team, what the caller may see. */
  async entries(id: string, query: EntryQuery, { sees }: Call = {}): Promise<wire.Page<wire.Entry>> {
    const { history, presenter } = this.#setting;
    const limit = readLimit(query.limit);
    const type = query.type ?? null;
    if (type !== null && !ENTRY_TYPES.includes(type as EntryType)) {
      throw invalid('type', `must be one of ${ENTRY_TYPES.join(', ')}`);
    }
    const wantedClass = query.class ?? null;
    await this.#demandKnown(query);
    const member = query.member === undefined ? (sees ?? null) : readAccountId(query.member, 'member');
    if (sees !== undefined && member !== sees) {
      throw new DrawdownError('forbidden', 'Only an owner or an admin of the team may.');
    }
    const before = query.cursor === undefined ? null : readCursor('entries', query.cursor);
    const from = query.from === undefined ? null : readInstant(query.from, 'from');
    const to = query.to === undefined ? null : readInstant(query.to, 'to');
    const { account } = await this.#queries.settled(id);
    const { number } = account;
    const after = from === null ? 0 : await history.versionBefore(number, from, account.seq);
    const upTo = to === null ? account.seq : await history.versionBefore(number, to, account.seq);
    const rows = await history.backward(
      number,
      {
        type: type as EntryType | null,
        feature: query.feature ?? null,
        class: wantedClass,
        member,
        after,
        upTo: before === null ? upTo : Math.min(upTo, before - 1),
      },
      limit + 1,
    );
    const classOf = await this.classesOf(number, rows);
    return pageOf(
      'entries',
      rows,
      limit,
      (row) => row.seq,
      (row) => presenter.entry(account, row, classOf),
    );
  }

  /** A filter may name what an earlier catalog had; what none ever had is a mistake, not an empty page. */
  async #demandKnown({ class: className, feature }: EntryQuery): Promise<void> {
    const { catalog } = this.#setting;
    if (className !== undefined && !catalog.classes.some((one) => one.id === className)) {
      if (!(await this.#catalogs.know({ className }))) readClass(catalog, className);
    }
    if (feature !== undefined && catalog.features[feature] === undefined) {
      if (!(await this.#catalogs.know({ feature }))) readFeature(catalog, feature);
    }
  }

  /** The classes of all lots that the entries move. */
  async classesOf(account: number, entries: readonly StoredEntry[]): Promise<ClassOf> {
    const lots = entries.flatMap(lotsOf);
    const classes = await this.#setting.history.classes(account, lots);
    return (grant) => classes.get(grant) as string;
  }

  /** Opening + in − out = closing, per class, in [from, to). */
  async statement(id: string, range: Range): Promise<wire.Statement> {
    const { history, presenter, rules } = this.#setting;
    const from = readInstant(range.from, 'from');
    const to = readInstant(range.to, 'to');
    if (to < from) throw invalid('to', 'must not be before from');
    const { account } = await this.#queries.settled(id);
    const first = await history.versionBefore(account.number, from, account.seq);
    const last = await history.versionBefore(account.number, to, account.seq);
    const [opening, within] = await Promise.all([
      history.sums(account.number, 0, first),
      history.sums(account.number, first, last),
    ]);
    const known = rules.classes.map((one) => one.id);
    const ids = [...new Set([...known, ...[...opening, ...within].map((sum) => sum.class)])];
    const classes = ids.map((className) => classStatement(className, opening, within));
    const credits = (atoms: bigint): number => presenter.credits(atoms);
    const total = (pick: (one: ClassSums) => bigint): number => {
      return credits(classes.reduce((sum, one) => sum + pick(one), 0n));
    };
    return {
      account: account.id,
      from: formatInstant(from),
      to: formatInstant(to),
      opening: total((one) => one.opening),
      in: total((one) => one.in),
      out: total((one) => one.out),
      closing: total((one) => one.opening + one.in - one.out),
      classes: classes.map((one) => ({
        class: one.class,
        opening: credits(one.opening),
        in: credits(one.in),
        out: credits(one.out),
        closing: credits(one.opening + one.in - one.out),
        by_type: one.byType.map((sum) => ({
          type: sum.type,
          in: credits(sum.gained),
          out: credits(sum.lost),
        })),
      })),
    };
  }

  /** What was spent in [from, to) and what for; of a team, what the caller may see. */
  async usage(id: string, query: wire.UsageQuery, { sees }: Call = {}): Promise<wire.Usage> {
    const { history, presenter, rules } = this.#setting;
    const { account } = await this.#queries.settled(id);
    const asked = readUsage(query, account.timeZone, sees);
    const used = await history.used(
      account.number,
      {
        after: await history.versionBefore(account.number, asked.from, account.seq),
        upTo: await history.versionBefore(account.number, asked.to, account.seq),
        bounds: asked.bounds,
        byFeature: asked.groups.includes('feature'),
        byMember: asked.groups.includes('member'),
        member: asked.member,
      },
      USAGE_ROWS,
    );
    const classes = rules.classes.map((one) => one.id);
    return usageOf(account.id, asked, used, { classes, credits: (atoms) => presenter.credits(atoms) });
  }

  /** For each lot that stood there, why it was drawn on or not; under the catalog in force then. */
  async explain(id: string, call: Call): Promise<wire.Explanation> {
    const { account, entry } = await this.#queries.operationEntry(id, call);
    const { history, presenter } = this.#setting;
    const classOf = await this.classesOf(account.number, [entry]);
    const operation = presenter.operation(account, entry, classOf);
    // A capture spends what its hold had chosen, so the choice to explain is the hold's.
    const chosen =
      entry.type === 'capture' ? await history.entry(account.number, entry.reverses as number) : entry;
    if (chosen === null || (chosen.type !== 'consume' && chosen.type !== 'hold'))
      return { operation, grants: [] };
    const { rules, catalog } = await this.#catalogs.version(chosen.catalog);
    const before = await history.at(account, chosen.seq - 1, comparator(rules));
    const classes = chosen.feature === null ? null : (catalog.features[chosen.feature]?.classes ?? null);
    const explained = explain(before.grants, chosen, { feature: chosen.feature, classes }, rules);
    return {
      operation,
      grants: explained.map((one) => ({
        grant: grantId(account.number, one.grant.no),
        class: one.grant.class,
        position: one.position,
        available: presenter.credits(one.available),
        drawn: presenter.credits(one.drawn),
        rule: one.reason,
        because: because(one, (atoms) => formatAmount(atoms, rules.scale)),
      })),
    };
  }
}

interface Sum {
  readonly class: string;
  readonly type: EntryType;
  readonly gained: bigint;
  readonly lost: bigint;
}

interface ClassSums {
  readonly class: string;
  readonly opening: bigint;
  readonly in: bigint;
  readonly out: bigint;
  readonly byType: readonly Sum[];
}

function classStatement(className: string, before: readonly Sum[], within: readonly Sum[]): ClassSums {
  const own = (sums: readonly Sum[]): Sum[] => sums.filter((sum) => sum.class === className);
  const add = (sums: readonly Sum[], pick: (sum: Sum) => bigint): bigint =>
    sums.reduce((total, sum) => total + pick(sum), 0n);
  const byType = own(within)
    .filter((sum) => sum.gained > 0n || sum.lost > 0n)
    .sort((a, b) => ENTRY_TYPES.indexOf(a.type) - ENTRY_TYPES.indexOf(b.type));
  return {
    class: className,
    opening: add(own(before), (sum) => sum.gained - sum.lost),
    in: add(byType, (sum) => sum.gained),
    out: add(byType, (sum) => sum.lost),
    byType,
  };
}

/** RFC 4180: a row per class and type of entry, and a row `total` per class. */
export function statementCsv(statement: wire.Statement): string {
  const lines: (string | number)[][] = [
    ['account', 'from', 'to', 'class', 'type', 'opening', 'in', 'out', 'closing'],
  ];
  const lead = [statement.account, statement.from, statement.to];
  for (const one of statement.classes) {
    for (const type of one.by_type) {
      lines.push([...lead, one.class, type.type, '', type.in, type.out, '']);
    }
    lines.push([...lead, one.class, 'total', one.opening, one.in, one.out, one.closing]);
  }
  return csvOf(lines);
}
