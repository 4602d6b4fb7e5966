/** A list that the server gives page by page, with what is shown before it is there, where there is nothing, and after an error. */
import type { CallOptions, Page } from '@drawdown/client';
import { Failure } from '@drawdown/client/react';
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';

export interface List<Row> {
  /** As far as pages were asked for; undefined before the first answer. */
  readonly rows: readonly Row[] | undefined;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  loadMore(): void;
  reload(): void;
}

export interface Paging {
  limit: number;
  cursor?: string;
}

const ROWS = 50;

/** `pollMs`: what changes by itself is read again that often. */
export function useList<Row>(
  key: QueryKey,
  read: (paging: Paging, options: CallOptions) => Promise<Page<Row>>,
  { pollMs }: { pollMs?: number } = {},
): List<Row> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      read({ limit: ROWS, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Row>) => page.next_cursor,
    refetchInterval: pollMs ?? false,
  });
  return {
    rows: query.data?.pages.flatMap(({ data }) => data),
    error: query.error,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
  };
}

/** `children` shows the rows, of which there is at least one. */
export function Listed<Row>({
  list,
  empty,
  children,
}: {
  list: List<Row>;
  empty: ReactNode;
  children(rows: readonly Row[]): ReactNode;
}): ReactNode {
  const { t } = useConsole();
  const { rows, error, hasMore, loadingMore } = list;
  if (rows === undefined) {
    return error === null || error === undefined ? (
      <Loading />
    ) : (
      <Failure error={error} onRetry={() => list.reload()} />
    );
  }
  return (
    <div className="listed">
      {rows.length === 0 ? <div className="dd-empty">{empty}</div> : children(rows)}
      {error === null || error === undefined ? null : <Failure error={error} onRetry={() => list.reload()} />}
      {hasMore ? (
        <button
          type="button"
          className="dd-button listed__more"
          disabled={loadingMore}
          onClick={() => list.loadMore()}
        >
          {t('list.more')}
        </button>
      ) : null}
    </div>
  );
}

/** Lines where rows will be. */
export function Loading({ lines = 5 }: { lines?: number }): ReactNode {
  const { t } = useConsole();
  return (
    <div className="loading" aria-busy="true">
      <p className="dd-visually-hidden" role="status">
        {t('loading')}
      </p>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={line} className="dd-skeleton loading__line" />
      ))}
    </div>
  );
}
