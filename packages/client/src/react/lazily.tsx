import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { Failure } from './failure.tsx';
import { useDrawdown } from './provider.tsx';
import { useBalance } from './use-balance.ts';

/**
 * A part of the page that is fetched when it is first opened, with its words: most visits need none of them. Until it is there, nothing
 * is shown in its place; where it cannot be had, it stays closed and is asked for again the next time.
 */
export function whenOpened<Props extends { open: boolean; onClose?(): void }>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => ReactNode {
  let known: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: made once, where a module is read, and never while rendering
  return function WhenOpened(props) {
    const [Part, setPart] = useState(() => known);
    const { open, onClose } = props;
    const { fetchWords } = useDrawdown();
    const isThere = Part !== undefined && fetchWords === null;
    useEffect(() => {
      if (!open || isThere) return;
      let left = false;
      Promise.all([load(), fetchWords?.()]).then(
        ([part]) => {
          known = part;
          if (!left) setPart(() => part);
        },
        () => {
          if (!left) onClose?.();
        },
      );
      return () => {
        left = true;
      };
    }, [open, isThere, fetchWords, onClose]);
    return Part === undefined || fetchWords !== null ? null : <Part {...props} />;
  };
}

/**
 * A part of the page below what is seen first: fetched once that is there and the browser has a moment, with its place
 * kept meanwhile. Where it cannot be had, that is said in its place, with a way to ask again.
 */
export function afterwards<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => ReactNode {
  let known: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: made once, where a module is read, and never while rendering
  return function Afterwards(props) {
    const [Part, setPart] = useState(() => known);
    const [tries, setTries] = useState(0);
    const [error, setError] = useState<unknown>(null);
    const { balance, error: refused } = useBalance();
    const { fetchWords } = useDrawdown();
    const isReady = balance !== null || refused !== null;
    const isThere = Part !== undefined && fetchWords === null;
    // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when somebody presses the button
    useEffect(() => {
      if (!isReady || isThere) return;
      let left = false;
      const cancel = whenIdle(() => {
        Promise.all([load(), fetchWords?.()]).then(
          ([part]) => {
            known = part;
            if (!left) setPart(() => part);
          },
          (caught: unknown) => {
            if (!left) setError(caught);
          },
        );
      });
      return () => {
        left = true;
        cancel();
      };
    }, [isReady, isThere, fetchWords, tries]);
    if (Part !== undefined && fetchWords === null) return <Part {...props} />;
    if (error === null) return <div className="dd-later" aria-busy="true" />;
    const retry = (): void => {
      setError(null);
      setTries(tries + 1);
    };
    return <Unfetched onRetry={retry} />;
  };
}

function Unfetched({ onRetry }: { onRetry(): void }): ReactNode {
  const { t } = useDrawdown();
  return <Failure error={null} text={t('failure.offline')} onRetry={onRetry} />;
}

/** Not every browser says when it has a moment. */
const MOMENT_MS = 200;

function whenIdle(act: () => void): () => void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(act, MOMENT_MS);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(act, { timeout: MOMENT_MS });
  return () => cancelIdleCallback(idle);
}
