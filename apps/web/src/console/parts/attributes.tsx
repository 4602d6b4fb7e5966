import type { Metadata } from '@drawdown/client';
import type { ReactNode } from 'react';

/** What a product has written to something, one under the other: its words are its own. Null where it wrote nothing. */
export function attributesOf(metadata: Metadata): ReactNode {
  const pairs = Object.entries(metadata);
  if (pairs.length === 0) return null;
  return (
    <ul className="attributes">
      {pairs.map(([name, value]) => (
        <li key={name}>
          <span className="dd-muted">{name}</span>{' '}
          {typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)}
        </li>
      ))}
    </ul>
  );
}
