import { Failure } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { Loading } from './list.tsx';

/** What is read of an account at once: before it is there, where there is nothing, after an error, and its rows. */
export function Read<Row>({
  reading: { data, error, reload },
  empty,
  lines,
  children,
}: {
  reading: { readonly data: readonly Row[] | undefined; readonly error: unknown; reload(): void };
  empty: ReactNode;
  lines?: number;
  children(rows: readonly Row[]): ReactNode;
}): ReactNode {
  if (data === undefined) {
    return error === undefined ? (
      <Loading {...(lines === undefined ? {} : { lines })} />
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  return data.length === 0 ? <p className="dd-empty">{empty}</p> : children(data);
}
