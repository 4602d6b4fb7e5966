/** What a server that was just started has to show. */
import type { ReactNode } from 'react';
import { Shell, useFrame } from '../shell/shell.tsx';

export function HomeDocument(): ReactNode {
  return (
    <Shell>
      <Content />
    </Shell>
  );
}

function Content(): ReactNode {
  const { words } = useFrame();
  return (
    <ul>
      <li>
        <a href="/credits">{words.credits}</a>
      </li>
      <li>
        <a href="/docs">{words.docs}</a>
      </li>
    </ul>
  );
}
