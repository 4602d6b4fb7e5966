import type { ReactNode } from 'react';

/** Three levels, each a little lower: what is there, being drawn down from the start. */
export function Logo(): ReactNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="currentColor">
      <rect x="2" y="4" width="28" height="6" rx="2" />
      <rect x="10" y="13" width="20" height="6" rx="2" opacity=".7" />
      <rect x="19" y="22" width="11" height="6" rx="2" opacity=".42" />
    </svg>
  );
}
