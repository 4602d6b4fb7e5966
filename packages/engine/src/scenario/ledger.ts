import type { Entry, Grant, Page } from '@drawdown/client';

type PageOf<T> = (cursor: string | null) => Promise<Page<T>>;

/** Follows the pages of a list to its end. */
async function whole<T>(page: PageOf<T>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const { data, next_cursor }: Page<T> = await page(cursor);
    items.push(...data);
    if (next_cursor === null) return items;
    cursor = next_cursor;
  }
}

/** A ledger, which is paged newest first, from its beginning. */
export async function wholeLedger(page: PageOf<Entry>): Promise<Entry[]> {
  return (await whole(page)).reverse();
}

/** Every lot of an account, by when it starts, then by when it ends. */
export async function everyLot(page: PageOf<Grant>): Promise<Grant[]> {
  return inOrderOfTime(await whole(page));
}

export function inOrderOfTime(lots: readonly Grant[]): Grant[] {
  // Later than every instant that is written in digits.
  const end = (lot: Grant): string => lot.expires_at ?? 'never';
  const key = (lot: Grant): string => `${lot.effective_at} ${end(lot)} ${lot.id}`;
  return [...lots].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
