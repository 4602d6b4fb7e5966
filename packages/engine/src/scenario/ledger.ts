import type { Entry, Page } from '@drawdown/client';

/** Follows the pages of a ledger, newest first, to its beginning; answers it oldest first. */
export async function wholeLedger(page: (cursor: string | null) => Promise<Page<Entry>>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | null = null; ; ) {
    const { data, next_cursor }: Page<Entry> = await page(cursor);
    entries.push(...data);
    if (next_cursor === null) return entries.reverse();
    cursor = next_cursor;
  }
}
