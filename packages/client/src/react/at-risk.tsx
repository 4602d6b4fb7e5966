import { type ReactNode, useState } from 'react';
import { Icon } from './icon.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { useForecast } from './use-account.ts';

/** What lapses later than this is no concern of today. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export interface AtRiskProps {
  /** Where one sees what credits are good for; absent: not offered. */
  useHref?: string;
}

/**
 * Says that credits will lapse, only where they really will: by the draw order and the recent rate of use. No clock
 * ticks in it; whoever has read it sends it away for as long as nothing else lapses.
 */
export function AtRisk({ useHref }: AtRiskProps): ReactNode {
  const { t, format, account } = useDrawdown();
  const names = useNames();
  const forecast = useForecast().data;
  const first = forecast?.at_risk.find(
    ({ expires_at }) => Date.parse(expires_at) - Date.parse(forecast.as_of) <= SOON_DAYS * DAY_MS,
  );
  const [dismissed, setDismissed] = useState(() => readDismissed(account));
  if (first === undefined || forecast === undefined || dismissed === first.grant) return null;
  const before = first.used_first
    .filter(({ class: id }) => id !== first.class)
    .map(({ class: id, amount }) => `${format.credits(amount)} ${names.class(id).short}`);
  const values = {
    count: first.amount,
    class: names.class(first.class).short,
    date: format.date(first.expires_at),
  };
  return (
    <aside className="dd-at-risk" aria-label={t('at_risk.label')}>
      <Icon name="clock" />
      <div className="dd-at-risk__text">
        <p>
          <strong>{t('at_risk.lapse', values)}</strong>{' '}
          {before.length === 0 ? null : t('at_risk.before', { parts: format.list(before) })}
        </p>
        <p className="dd-muted">
          {t('at_risk.rate', {
            rate: format.credits(Math.round((forecast.rate?.per_day ?? 0) * 7)),
            days: forecast.rate?.days ?? 0,
          })}
        </p>
      </div>
      <div className="dd-at-risk__actions">
        {useHref === undefined ? null : (
          <a className="dd-button" data-size="small" href={useHref}>
            {t('at_risk.use')}
          </a>
        )}
        <button
          type="button"
          className="dd-button"
          data-size="small"
          onClick={() => {
            keepDismissed(account, first.grant);
            setDismissed(first.grant);
          }}
        >
          {t('at_risk.dismiss')}
        </button>
      </div>
    </aside>
  );
}

const keyOf = (account: string): string => `drawdown.at-risk.${account}`;

function readDismissed(account: string): string | null {
  try {
    return localStorage.getItem(keyOf(account));
  } catch {
    return null;
  }
}

function keepDismissed(account: string, grant: string): void {
  try {
    localStorage.setItem(keyOf(account), grant);
  } catch {
    // Then it is gone for as long as the page is open.
  }
}
