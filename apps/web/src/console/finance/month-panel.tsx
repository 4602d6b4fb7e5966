/** A month of a report: under its heading, or, where there is little room for many, behind it. */
import { Icon } from '@drawdown/client/react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { Panel } from '../parts/head.tsx';

export function MonthPanel({
  title,
  summary,
  isFolded,
  children,
}: {
  title: string;
  /** What is said of it where it is folded. */
  summary: ReactNode;
  isFolded: boolean;
  children: ReactNode;
}): ReactNode {
  if (!isFolded) return <Panel title={title}>{children}</Panel>;
  return (
    <details className="panel month">
      <summary className="month__head">
        <h2 className="panel__title">{title}</h2>
        <span className="month__summary">{summary}</span>
        <Icon name="down" />
      </summary>
      {children}
    </details>
  );
}

/** As the tables have it, from which on each row is a list. */
const NARROW = '(width < 48rem)';

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}

function subscribe(changed: () => void): () => void {
  const narrow = matchMedia(NARROW);
  narrow.addEventListener('change', changed);
  return () => narrow.removeEventListener('change', changed);
}
