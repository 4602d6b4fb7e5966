import type { Catalog } from '../catalog/catalog.ts';
import type { Runner } from '../change.ts';
import type { Rules } from '../core/rules.ts';
import type { Presenter } from '../present.ts';
import type { Queries } from '../queries.ts';
import type { Accounts } from '../store/accounts.ts';
import type { Clock } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import type { History } from '../store/history.ts';

/**
 * What a source of credits is built from. A source keeps rows of its own (a subscription, a campaign's budget, a
 * purchase) and changes accounts only through `runner.runPrepared`: it reads and claims its rows once the account is
 * locked, answers with the command that these come to, and its rows are written in the transaction of the entries.
 */
export interface SourceSetting {
  readonly catalog: Catalog;
  readonly rules: Rules;
  readonly presenter: Presenter;
  readonly accounts: Accounts;
  readonly runner: Runner;
  readonly queries: Queries;
  readonly history: History;
  readonly database: Database;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: (message: string, error?: unknown) => void;
}
