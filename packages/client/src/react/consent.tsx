import { type ReactNode, useState } from 'react';
import { isProblem } from '../errors.ts';
import type { CheckoutTerms } from '../wire.ts';
import { useDrawdown } from './provider.tsx';

/** The buyer's word, where the law of a sale asks for it. */
export interface Consent {
  readonly isNeeded: boolean;
  readonly isGiven: boolean;
  give(given: boolean): void;
  /** What goes with the checkout. */
  readonly terms: Pick<CheckoutTerms, 'jurisdiction' | 'consent'>;
  /** Whether a checkout was refused for want of it; from then on it is asked for. */
  isWanted(error: unknown): boolean;
}

export function useConsent(): Consent {
  const { jurisdiction } = useDrawdown();
  const [isNeeded, setIsNeeded] = useState(false);
  const [isGiven, give] = useState(false);
  const isWanted = (error: unknown): boolean => {
    const wanted = isProblem(error, 'consent_required');
    if (wanted) setIsNeeded(true);
    return wanted;
  };
  const terms = {
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    ...(isGiven ? { consent: { immediate_use: true as const } } : {}),
  };
  return { isNeeded, isGiven, give, terms, isWanted };
}

/** Asks for it, once it was found to be needed. */
export function ConsentBox({ consent }: { consent: Consent }): ReactNode {
  const { t } = useDrawdown();
  if (!consent.isNeeded) return null;
  return (
    <div role="alert">
      <label className="dd-check">
        <input
          type="checkbox"
          checked={consent.isGiven}
          onChange={(event) => consent.give(event.target.checked)}
        />
        <span>{t('pack.consent')}</span>
      </label>
    </div>
  );
}
