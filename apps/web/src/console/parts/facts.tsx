import type { ReactNode } from 'react';

/** Names and values, one under the other; what is null is left out. */
export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className="facts">
      {items.map(([name, value]) =>
        value === null || value === undefined ? null : (
          <div key={name} className="facts__item">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
