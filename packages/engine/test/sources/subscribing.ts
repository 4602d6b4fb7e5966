/** Subscriptions under test: engines on one database with a clock that is moved, and what their ledgers say. */
import type { Balance, Grant, SubscriptionReceipt } from '@drawdown/client';
import { parseInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { setTestClock } from '../../src/store/clock.ts';
import type { Database } from '../../src/store/database.ts';

const instant = (text: string): number => parseInstant(text) as number;

/** Moves the clock without looking for what is due: whoever comes next finds it. */
export const moveTo = (database: Database, text: string): Promise<boolean> =>
  setTestClock(database, instant(text));

/** What is available of each class, in draw order. */
export const available = ({ classes }: Balance): number[] => classes.map((one) => one.available);

/** Every lot that the account ever had, by the window it covers: what two ledgers must agree in. */
export async function lotsOf(engine: Engine, account: string): Promise<string[]> {
  const lots: Grant[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await engine.grants(account, { limit: 200, ...(cursor == null ? {} : { cursor }) });
    lots.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return lots
    .map((lot) =>
      [
        `${lot.effective_at} – ${lot.expires_at ?? 'never'}`,
        `${lot.class} ${lot.amount}, ${lot.state}, left ${lot.remaining}, used ${lot.consumed}`,
        `${lot.cost?.amount_minor ?? 'no'} ${lot.cost?.currency ?? 'cost'}`,
        JSON.stringify(lot.metadata),
      ].join(' | '),
    )
    .sort();
}

/** `2026-01-31 – 2026-02-28: 600`, of the lots that there are of a subscription, in order of time. */
export async function windowsOf(engine: Engine, account: string, state = 'all'): Promise<string[]> {
  const { data } = await engine.grants(account, { limit: 200, state });
  return data
    .filter(({ source }) => source.type === 'subscription')
    .map((lot) => `${lot.effective_at.slice(0, 16)} – ${lot.expires_at?.slice(0, 16)}: ${lot.amount}`)
    .sort();
}

export const idOf = ({ subscription }: SubscriptionReceipt): string => subscription.id;
