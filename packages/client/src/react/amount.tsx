import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useDrawdown } from './provider.tsx';

const DURATION_MS = 480;

/** A number of credits that moves to its next value; still for people who asked for less motion. */
export function Amount({ value, className }: { value: number; className?: string }): ReactNode {
  const { format } = useDrawdown();
  const shown = useGradual(value);
  return (
    <bdi className={className === undefined ? 'dd-amount' : `dd-amount ${className}`}>
      {format.credits(shown)}
    </bdi>
  );
}

/** Follows `target` in whole steps; ends exactly on it. */
function useGradual(target: number): number {
  const [shown, setShown] = useState(target);
  const from = useRef(target);
  useEffect(() => {
    const start = from.current;
    if (start === target) return;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (isStill || document.visibilityState !== 'visible') {
      from.current = target;
      setShown(target);
      return;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const part = Math.min(1, Math.max(0, (now - began) / DURATION_MS));
      const eased = 1 - (1 - part) ** 3;
      const value = part === 1 ? target : Math.round(start + (target - start) * eased);
      from.current = value;
      setShown(value);
      if (part < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [target]);
  return shown;
}
