import { type ComponentType, type ReactNode, useEffect, useState } from 'react';

/**
 * A part of the page that is fetched when it is first opened: most visits need none of them. Until it is there, nothing
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
    useEffect(() => {
      if (!open || Part !== undefined) return;
      let left = false;
      load().then(
        (part) => {
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
    }, [open, Part, onClose]);
    return Part === undefined ? null : <Part {...props} />;
  };
}
