import { type ReactNode, useEffect, useState } from 'react';
import type { Forecast, ForecastLapse } from '../wire.ts';
import { whenOpened } from './lazily.tsx';
import { useDrawdown } from './provider.tsx';
import { useForecast } from './use-account.ts';

/** What lapses later than this is no concern of today. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export interface AtRiskProps {
  /** Where one sees what credits are good for; absent: the features and their prices are shown here. */
  useHref?: string;
}

/** Mostly nothing lapses. */
const Lapses = whenOpened(async () => (await import('./lapses.tsx')).Lapses);

/**
 * Says that credits will lapse, only where they really will: by the draw order and the recent rate of use. No clock
 * ticks in it; whoever has read it sends it away for as long as nothing else lapses. It comes with the page or when one
 * returns to it, never while somebody looks: it would push away what they are about to press.
 */
export function AtRisk({ useHref }: AtRiskProps): ReactNode {
  const { account } = useDrawdown();
  const forecast = useForecast().data;
  const [dismissed, setDismissed] = useState(() => readDismissed(account));
  const lapses = useAsFound(forecast === undefined ? undefined : soonOf(forecast));
  const mark = lapses.map(({ grant }) => grant).join();
  if (forecast === undefined || lapses.length === 0 || dismissed === mark) return null;
  const dismiss = (): void => {
    keepDismissed(account, mark);
    setDismissed(mark);
  };
  return (
    <Lapses
      open
      lapses={lapses}
      rate={forecast.rate}
      {...(useHref === undefined ? {} : { useHref })}
      onDismiss={dismiss}
    />
  );
}

/** What there was when the page came to the front, without what is over since; undefined: nobody knows yet. */
function useAsFound(lapses: readonly ForecastLapse[] | undefined): readonly ForecastLapse[] {
  const [found, setFound] = useState<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (found === null && lapses !== undefined) setFound(new Set(lapses.map(({ grant }) => grant)));
  }, [found, lapses]);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') setFound(null);
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return lapses?.filter(({ grant }) => found?.has(grant)) ?? [];
}

function soonOf({ at_risk: lapses, as_of: now }: Forecast): readonly ForecastLapse[] {
  return lapses.filter(({ expires_at: at }) => Date.parse(at) - Date.parse(now) <= SOON_DAYS * DAY_MS);
}

const keyOf = (account: string): string => `drawdown.at-risk.${account}`;

function readDismissed(account: string): string | null {
  try {
    return localStorage.getItem(keyOf(account));
  } catch {
    return null;
  }
}

function keepDismissed(account: string, mark: string): void {
  try {
    localStorage.setItem(keyOf(account), mark);
  } catch {
    // Then it is gone for as long as the page is open.
  }
}
