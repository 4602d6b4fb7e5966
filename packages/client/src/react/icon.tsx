import type { ReactNode } from 'react';

/** Drawn on a grid of 16 with one stroke, so that they sit on the line of the text beside them. */
const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  back: 'M10 3.5 5.5 8 10 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  arrow: 'M2.5 8h11M9.5 4l4 4-4 4',
  plus: 'M8 3v10M3 8h10',
  clock: 'M8 4.5V8l2.5 1.5M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5z',
  calendar: 'M2.5 3.75h11v9.75h-11zM2.5 6.75h11M5.25 2v3M10.75 2v3',
  receipt: 'M3.5 1.75h9v12.5l-2.25-1.5L8 14.25l-2.25-1.5-2.25 1.5zM6 5.25h4M6 8.25h4',
  people:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.7a2.5 2.5 0 0 1 0 4.6M12 9.8c1.6.6 2.5 1.9 2.5 3.7',
  warning: 'M8 6v3.25M8 11.5v.01M8 1.9 14.6 13.4H1.4z',
  check: 'M3 8.5 6.5 12 13 4.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  delete: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.75 9h6.5l.75-9M6.75 7v4M9.25 7v4',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11',
  gift: 'M2.5 7.5h11v6h-11zM1.75 4.75h12.5v2.75H1.75zM8 4.75v8.75M8 4.75S7.2 2 5.4 2a1.4 1.4 0 0 0 0 2.75zM8 4.75S8.8 2 10.6 2a1.4 1.4 0 0 1 0 2.75z',
  external: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4',
  offline:
    'M2 2l12 12M5.2 9.2a4 4 0 0 1 3.3-1.1M3 6.8a7.2 7.2 0 0 1 2.6-1.6M8.2 4.6A7.2 7.2 0 0 1 13 6.8M8 12.3v.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="dd-icon" data-icon={name} viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
