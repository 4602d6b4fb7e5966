import type { Scope } from '@drawdown/client';
import type { Ask } from './support.ts';
import type { Wanted } from './team-rows.ts';

/** What the contract promises of a route, in the matrix of callers. */
export interface Row {
  /** What a secret key needs; 'admin': only staff; null: anybody. */
  scope: Scope | null;
  /** Whether a session may, for what is its own. */
  session: boolean;
  /** A request that succeeds for the account, made afresh for each caller, who asks with `as`. */
  request(account: string, by: Ask, as?: string | null): Promise<Wanted> | Wanted;
  /** Where a foreign resource and an absent one must answer alike: the same request for one that was never there. */
  absent?(account: string): Wanted;
}
