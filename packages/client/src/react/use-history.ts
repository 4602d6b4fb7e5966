import { useCallback, useMemo, useState } from 'react';
import type { EntriesQuery } from '../client.ts';
import type { Entry } from '../wire.ts';
import { useDrawdown, useReading } from './provider.tsx';

export type HistoryFilter = Pick<EntriesQuery, 'type' | 'class' | 'feature' | 'from' | 'to'>;

export interface History {
  /** Newest first, as far as pages were asked for; undefined before the first answer. */
  readonly entries: readonly Entry[] | undefined;
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly error: unknown;
  loadMore(): void;
  reload(): void;
}

const PAGE = 25;

interface Older {
  readonly entries: readonly Entry[];
  readonly cursor: string | null;
  readonly loading: boolean;
  readonly error: unknown;
}

/** The ledger, newest first; new entries appear by themselves, older ones when they are asked for. */
export function useHistory(filter: HistoryFilter = {}): History {
  const { client, account } = useDrawdown();
  const key = JSON.stringify(filter);
  const newest = useReading(`entries:${key}`, (drawdown) =>
    drawdown.client.entries(drawdown.account, { ...filter, limit: PAGE }),
  );
  const [older, setOlder] = useState<{ key: string } & Older>();
  // What was read earlier is shown below what is new as long as the two overlap: no gap may look like a whole.
  const joins = newest.data?.data.some(({ seq }) => seq === older?.entries[0]?.seq) === true;
  const more = older?.key === `${account}:${key}` && joins ? older : undefined;
  const cursor = more === undefined ? newest.data?.next_cursor : more.cursor;

  const loadMore = useCallback(() => {
    if (cursor === null || cursor === undefined || more?.loading === true) return;
    const before: Older = more ?? { entries: newest.data?.data ?? [], cursor, loading: false, error: null };
    const set = (next: Older): void => setOlder({ key: `${account}:${key}`, ...next });
    set({ ...before, loading: true, error: null });
    client.entries(account, { ...(JSON.parse(key) as HistoryFilter), limit: PAGE, cursor }).then(
      (page) =>
        set({
          entries: [...before.entries, ...page.data],
          cursor: page.next_cursor,
          loading: false,
          error: null,
        }),
      (error: unknown) => set({ ...before, loading: false, error }),
    );
  }, [client, account, key, cursor, more, newest.data]);

  const entries = useMemo(() => {
    if (newest.data === undefined) return undefined;
    const fresh = newest.data.data;
    const oldest = fresh.at(-1)?.seq ?? 0;
    return [...fresh, ...(more?.entries ?? []).filter(({ seq }) => seq < oldest)];
  }, [newest.data, more?.entries]);

  return {
    entries,
    hasMore: cursor !== null && cursor !== undefined,
    loading: newest.loading || more?.loading === true,
    error: newest.error ?? more?.error,
    loadMore,
    reload: newest.reload,
  };
}
