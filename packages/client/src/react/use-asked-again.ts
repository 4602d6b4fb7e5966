import { useEffect, useRef, useState } from 'react';
import type { Purchase } from '../wire.ts';
import { forgetAsked, readAsked } from './asked.ts';
import { useDrawdown, useReading } from './provider.tsx';

export interface AskedAgain {
  /** Goes where the person left off: the button that they wanted to press. */
  readonly ref: React.RefObject<HTMLButtonElement | null>;
  /** What became of the purchase that they went away for; null: they did not, or it is not known yet. */
  readonly outcome: 'arrived' | 'not_bought' | null;
  /** They have gone on. */
  done(): void;
}

/**
 * Brings a person who went to buy credits back to the button that they wanted them for. Nothing runs by itself: they
 * are asked again, at the price of now.
 */
export function useAskedAgain(feature: string): AskedAgain {
  const { account } = useDrawdown();
  const ref = useRef<HTMLButtonElement>(null);
  const [purchase, setPurchase] = useState(() => readAsked({ account, feature }));
  const state = useReading(`asked:${purchase ?? ''}`, async ({ client }) =>
    purchase === null ? null : (await client.getPurchase(purchase)).state,
  ).data;
  const outcome = purchase === null ? null : outcomeOf(state ?? null);
  useEffect(() => {
    if (outcome === null) return;
    forgetAsked();
    ref.current?.scrollIntoView({ block: 'center' });
    ref.current?.focus({ preventScroll: true });
  }, [outcome]);
  return { ref, outcome, done: () => setPurchase(null) };
}

function outcomeOf(state: Purchase['state'] | null): AskedAgain['outcome'] {
  if (state === null) return null;
  return state === 'completed' ? 'arrived' : 'not_bought';
}
