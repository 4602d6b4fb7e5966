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

interface BannerProps extends AtRiskProps {
  /** Whether it may be seen: a page shows it together with what stands below it. */
  shown: boolean;
  /** Called once it is known that nothing lapses, or all is there to say what does. */
  onKnown(): void;
}

/** Mostly nothing lapses. */
const Lapses = whenOpened(async () => (await import('./lapses.tsx')).Lapses);

/**
 * Says that credits will lapse, only where they really will: by the draw order and the recent rate of use. No clock
 * ticks in it, and whoever has read it sends it away: of those lots it speaks no more. It comes with the page or when
 * one returns to it, never while somebody looks: it would push away what they are about to press.
 */
export function AtRisk(props: AtRiskProps): ReactNode {
  const { account } = useDrawdown();
  return <Banner key={account} {...props} shown onKnown={nobodyWaits} />;
}

const nobodyWaits = (): void => undefined;

export function Banner({ useHref, shown, onKnown }: BannerProps): ReactNode {
  const { account } = useDrawdown();
  const { data: forecast, error } = useForecast();
  const [read, setRead] = useState(() => readLots(account));
  const found = useAsFound(forecast === undefined ? undefined : soonOf(forecast));
  const lapses = found.filter(({ grant }) => !read.includes(grant));
  const isNothing = (forecast !== undefined || error !== undefined) && lapses.length === 0;
  useEffect(() => {
    if (isNothing) onKnown();
  }, [isNothing, onKnown]);
  if (forecast === undefined || lapses.length === 0) return null;
  const dismiss = (): void => {
    const all = found.map(({ grant }) => grant);
    keepLots(account, all);
    setRead(all);
  };
  return (
    <Lapses
      open
      shown={shown}
      onThere={onKnown}
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
  return lapses?.filter(({ grant }) => found === null || found.has(grant)) ?? [];
}

function soonOf({ at_risk: lapses, as_of: now }: Forecast): readonly ForecastLapse[] {
  return lapses.filter(({ expires_at: at }) => Date.parse(at) - Date.parse(now) <= SOON_DAYS * DAY_MS);
}

const keyOf = (account: string): string => `drawdown.at-risk.${account}`;

/** Lots whose lapse was read of and sent away. */
function readLots(account: string): readonly string[] {
  try {
    return localStorage.getItem(keyOf(account))?.split(',') ?? [];
  } catch {
    return [];
  }
}

function keepLots(account: string, lots: readonly string[]): void {
  try {
    localStorage.setItem(keyOf(account), lots.join());
  } catch {
    // Then they are for as long as the page is open.
  }
}
