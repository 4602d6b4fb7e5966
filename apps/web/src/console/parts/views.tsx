import { type ReactNode, useEffect, useRef } from 'react';
import { useConsole } from '../console-context.ts';

/** Links to the parts of a page. On a phone they are a strip, and where one is must be in sight. */
export function Views({ current, children }: { current: string; children: ReactNode }): ReactNode {
  const { t } = useConsole();
  const strip = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves with what is current
  useEffect(() => {
    const link = strip.current?.querySelector('[aria-current]');
    link?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={strip} className="views" aria-label={t('views')}>
      {children}
    </nav>
  );
}
