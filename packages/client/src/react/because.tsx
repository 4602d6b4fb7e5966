import type { ReactNode } from 'react';
import type { ExplainedGrant, Explanation } from '../wire.ts';
import { useDrawdown, useNames } from './provider.tsx';

/** The rule that decided, in the page's words: the server's own sentence is for those who read its answers. */
export function Because({ one, among }: { one: ExplainedGrant; among: Explanation['grants'] }): ReactNode {
  const { t } = useDrawdown();
  const names = useNames();
  const before = among.find(({ position }) => position !== null && position + 1 === one.position);
  const standing = t(`because.${one.rule}`, {
    class: names.class(one.class).short,
    before: before === undefined ? '' : names.class(before.class).short,
  });
  if (one.position === null) return standing;
  const end = one.drawn === 0 ? 'untouched' : one.drawn < one.available ? 'completed' : 'all';
  return `${standing} ${t(`because.${end}`)}`;
}
