/** What every page of the console has at hand. */
import type { Catalog, Scope, StaffSession } from '@drawdown/client';
import type { CatalogNames, Format, Translate } from '@drawdown/client/react';
import { createContext, useContext } from 'react';
import type { Word } from './words/english.ts';

export interface Console {
  readonly staff: StaffSession;
  readonly t: Translate<Word>;
  readonly format: Format;
  readonly names: CatalogNames;
  /** Null until it has arrived. */
  readonly catalog: Catalog | null;
  /** Whether who has signed in may do what needs the scope. */
  may(scope: Scope): boolean;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (value === null) throw new Error('Nobody has signed in here');
  return value;
}

/** Where no act is too large for one person, there is nothing to approve. */
export function useApproves(): boolean {
  const { account_limit, staff_limit } = useConsole().staff.approval;
  return account_limit !== null || staff_limit !== null;
}
