import type * as wire from '@drawdown/client';
import { breakageLines, breakageRows, cohorts } from './breakage.ts';
import type { Catalog } from './catalog/catalog.ts';
import { formatInstant, MAX_INSTANT } from './core/calendar.ts';
import { csvOf } from './csv.ts';
import { DrawdownError, invalid } from './errors.ts';
import { exactCredits } from './exact.ts';
import { outstandingLines, outstandingRows } from './outstanding.ts';
import { unavailable } from './reachable.ts';
import { headOf, type MonthsAsked, readMonths, standing } from './report-range.ts';
import { readClass, readGroups, readInstant } from './request.ts';
import { rollForward, rollForwardLines } from './roll-forward.ts';
import type { Accounts } from './store/accounts.ts';
import type { Catalogs } from './store/catalogs.ts';
import { type ClosingSetting, closed, NotSettled, type Position } from './store/closing.ts';
import type { Connection } from './store/database.ts';
import { flowsSince, stockNow } from './store/flows.ts';
import { outstandingAt } from './store/outstanding.ts';
import { stretchesSince } from './store/stretches.ts';

const GROUPS: readonly wire.ReportGroup[] = ['currency', 'channel'];

export interface RollForwardQuery extends MonthsAsked {
  readonly class?: string;
  /** `currency`, `channel`, or both with a comma. */
  readonly group_by?: string;
}

export interface OutstandingQuery {
  /** Absent: now. */
  readonly at?: string;
  readonly class?: string;
}

export interface BreakageQuery extends MonthsAsked {
  readonly class?: string;
}

export interface ReportsSetting extends ClosingSetting {
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly catalogs: Catalogs;
}

/**
 * Money truth: what was sold, used, given back and lapsed, over all accounts. Each report is of one snapshot, added up
 * by the database from the ledger itself; a month that is over reads the same for good.
 */
export class Reports {
  readonly #setting: ReportsSetting;
  readonly #credits = (atoms: bigint): number => exactCredits(atoms, this.#setting.catalog.scale);

  constructor(setting: ReportsSetting) {
    this.#setting = setting;
  }

  /** Opening, sold, granted, used, … closing, for each month, class and currency. */
  async rollForward(query: RollForwardQuery): Promise<wire.RollForward> {
    const { catalog } = this.#setting;
    const months = readMonths(query);
    const groups = readGroups(query.group_by, GROUPS);
    const wanted = await this.#wanted(query.class);
    const { bounds } = months;
    return this.#closed(bounds.at(-1) as number, async (on, position) => {
      const stretches = await stretchesSince(on, bounds[0] as number, position);
      const flows = await flowsSince(on, bounds, { by: 'time', wanted, stretches });
      const stock = await stockNow(on, wanted);
      const classes = wanted === null ? catalog.classes.map(({ id }) => id) : [wanted];
      return {
        ...headOf(months, position),
        group_by: [...groups],
        periods: rollForward({ flows, stock }, { bounds, groups, classes, credits: this.#credits }),
      };
    });
  }

  /** The same as RFC 4180 CSV, a line for each month, row and unit. */
  async rollForwardCsv(query: RollForwardQuery): Promise<string> {
    return csvOf(rollForwardLines(await this.rollForward(query)));
  }

  /** Paid credits that were not used yet, with their money, just before an instant; not in the future. */
  async outstanding(query: OutstandingQuery): Promise<wire.OutstandingReport> {
    const wanted = await this.#wanted(query.class);
    const asked = query.at === undefined ? null : readInstant(query.at, 'at');
    return this.#closed(asked ?? MAX_INSTANT, async (on, position) => {
      if (asked !== null && asked > position.asOf) throw invalid('at', 'must not be in the future');
      // What happened in this very instant is part of the present.
      const before = asked ?? position.asOf + 1;
      const stretches = await stretchesSince(on, before, position);
      const lots = await outstandingAt(on, before, { wanted, stretches });
      return {
        at: formatInstant(asked ?? position.asOf),
        ...standing(position),
        rows: outstandingRows(lots, this.#credits),
      };
    });
  }

  async outstandingCsv(query: OutstandingQuery): Promise<string> {
    return csvOf(outstandingLines(await this.outstanding(query)));
  }

  /** Paid credits that lapsed in a range of months; and of what was sold in each of them, what has become of it. */
  async breakage(query: BreakageQuery): Promise<wire.Breakage> {
    const months = readMonths(query);
    const wanted = await this.#wanted(query.class);
    const { bounds } = months;
    const [from, to] = [bounds[0] as number, bounds.at(-1) as number];
    // Cohorts are told up to now, so all that is due now is entered, not only what was due by the end.
    return this.#closed(to, async (on, position) => {
      const stretches = await stretchesSince(on, from, position);
      const lapsed = await flowsSince(on, [from, to], { by: 'time', wanted, stretches });
      const since = await flowsSince(on, bounds, { by: 'start', wanted, stretches });
      return {
        ...headOf(months, position),
        rows: breakageRows(lapsed, this.#credits),
        cohorts: cohorts(since, { bounds, credits: this.#credits }),
      };
    });
  }

  async breakageCsv(query: BreakageQuery): Promise<string> {
    return csvOf(breakageLines(await this.breakage(query)));
  }

  #closed<T>(end: number, read: (on: Connection, position: Position) => Promise<T>): Promise<T> {
    return closed(this.#setting, end, read).catch((error: unknown) => this.#fail(error));
  }

  /** A report without some account would be wrong, so there is none; whoever can mend the account is told which it is. */
  async #fail(error: unknown): Promise<never> {
    if (!(error instanceof NotSettled)) return unavailable(error);
    if (error.cause instanceof DrawdownError && error.cause.code === 'unavailable') throw error.cause;
    const account = await this.#setting.accounts.idOf(error.account);
    throw new DrawdownError(
      'internal',
      `What is due for the account ${account} cannot be entered, and no report is right without it.`,
      { account },
      error,
    );
  }

  /** A class that some catalog has or had; what none ever had is a mistake, not an empty report. */
  async #wanted(className: string | undefined): Promise<string | null> {
    if (className === undefined) return null;
    if (!(await this.#setting.catalogs.know({ className }))) readClass(this.#setting.catalog, className);
    return className;
  }
}
