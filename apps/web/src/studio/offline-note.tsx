import { Icon } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useStudioWords } from './bench.tsx';

/** That there is no connection; `text`: what that means here for what one writes and for what is charged. */
export function OfflineNote({ text }: { text: string }): ReactNode {
  const words = useStudioWords();
  return (
    <div className="st-offline" role="status">
      <Icon name="offline" />
      <p>
        <strong>{words.offline}.</strong> {text}
      </p>
    </div>
  );
}
