import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { Failure } from './failure.tsx';
import { useDrawdown } from './provider.tsx';
import { useBalance } from './use-balance.ts';

type Load<Props> = () => Promise<ComponentType<Props>>;

/**
 * A part of the page that is fetched when it is first opened, with its words: most visits need none of them. Until it is
 * there, nothing is shown in its place; where it cannot be had, that is said there.
 */
export function whenOpened<Props extends { open: boolean }>(load: Load<Props>): (props: Props) => ReactNode {
  const usePart = partOf(load);
  // biome-ignore lint/correctness/noComponentHookFactories: made once, where a module is read, and never while rendering
  return function WhenOpened(props) {
    const { Part, failed } = usePart(props.open);
    if (Part !== null) return <Part {...props} />;
    return failed && props.open ? <Unfetched /> : null;
  };
}

/**
 * A part of the page below what is seen first: fetched once that is there and the browser has a moment, with its place
 * kept meanwhile. Where it cannot be had, that is said in its place.
 */
export function afterwards<Props extends object>(load: Load<Props>): (props: Props) => ReactNode {
  const usePart = partOf(load);
  // biome-ignore lint/correctness/noComponentHookFactories: made once, where a module is read, and never while rendering
  return function Afterwards(props) {
    const [isIdle, setIsIdle] = useState(false);
    const { balance, error } = useBalance();
    const isReady = balance !== null || error !== null;
    useEffect(() => (isReady ? whenIdle(() => setIsIdle(true)) : undefined), [isReady]);
    const { Part, failed } = usePart(isIdle);
    if (Part !== null) return <Part {...props} />;
    return failed ? <Unfetched /> : <div className="dd-later" aria-busy="true" />;
  };
}

/** A hook that fetches the part with its words once it is wanted. */
function partOf<Props>(
  load: Load<Props>,
): (wanted: boolean) => { Part: ComponentType<Props> | null; failed: boolean } {
  let known: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: made once, where a module is read, and never while rendering
  return function usePart(wanted) {
    const [Part, setPart] = useState(() => known);
    const [failed, setFailed] = useState(false);
    const { fetchWords } = useDrawdown();
    const isThere = Part !== undefined && fetchWords === null;
    const isMissing = wanted && !isThere && !failed;
    useEffect(() => {
      if (!isMissing) return;
      let left = false;
      Promise.all([load(), fetchWords?.()]).then(
        ([part]) => {
          known = part;
          if (!left) setPart(() => part);
        },
        () => {
          if (!left) setFailed(true);
        },
      );
      return () => {
        left = true;
      };
    }, [isMissing, fetchWords]);
    return { Part: Part !== undefined && isThere ? Part : null, failed };
  };
}

/** Browsers remember that a part could not be fetched and never ask for it again: only the page anew does. */
function Unfetched(): ReactNode {
  const { t } = useDrawdown();
  const retry = async (): Promise<void> => {
    const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    if (answer?.ok === true) location.reload();
  };
  return <Failure error={null} text={t('failure.unfetched')} onRetry={() => void retry()} />;
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
