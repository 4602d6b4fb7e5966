import type { ReactNode } from 'react';
import type { ShownClass } from './catalog-names.ts';

/** Each class has a shape beside its colour, so that the two are never told apart by colour alone. */
const SHAPES: readonly ReactNode[] = [
  <circle key="ring" cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="2.5" />,
  <path key="diamond" d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor" />,
  <rect key="square" x="1" y="1" width="10" height="10" rx="2" fill="currentColor" />,
  <path key="triangle" d="M6 1 11.5 11H.5z" fill="currentColor" />,
];

/** The class's shape in its colour; the name beside it says what it means. */
export function ClassMark({ of }: { of: ShownClass }): ReactNode {
  return (
    <svg className="dd-mark" data-slot={of.slot} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[of.slot - 1]}
    </svg>
  );
}
