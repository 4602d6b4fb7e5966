import { type ReactNode, useState } from 'react';
import type { Forecast, ForecastLapse } from '../wire.ts';
import { Icon } from './icon.tsx';
import { whenOpened } from './lazily.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { saveFile } from './save-file.ts';
import { useForecast } from './use-account.ts';

/** What lapses later than this is no concern of today. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

export interface AtRiskProps {
  /** Where one sees what credits are good for; absent: the features and their prices are shown here. */
  useHref?: string;
}

const UsesDialog = whenOpened(async () => (await import('./uses-dialog.tsx')).UsesDialog);

/**
 * Says that credits will lapse, only where they really will: by the draw order and the recent rate of use. No clock
 * ticks in it; whoever has read it sends it away for as long as nothing else lapses.
 */
export function AtRisk({ useHref }: AtRiskProps): ReactNode {
  const { t, format, account } = useDrawdown();
  const forecast = useForecast().data;
  const [dismissed, setDismissed] = useState(() => readDismissed(account));
  const [usesOpen, setUsesOpen] = useState(false);
  if (forecast === undefined) return null;
  const lapses = soonOf(forecast);
  const mark = lapses.map(({ grant }) => grant).join();
  if (lapses.length === 0 || dismissed === mark) return null;
  return (
    <aside className="dd-at-risk" aria-label={t('at_risk.label')}>
      <Icon name="clock" />
      <div className="dd-at-risk__text">
        <Sentences lapses={lapses} />
        <p className="dd-muted">
          {t('at_risk.rate', {
            rate: format.credits(Math.round((forecast.rate?.per_day ?? 0) * 7)),
            days: forecast.rate?.days ?? 0,
          })}
        </p>
      </div>
      <div className="dd-at-risk__actions">
        {useHref === undefined ? (
          <button type="button" className="dd-button" data-size="small" onClick={() => setUsesOpen(true)}>
            {t('at_risk.use')}
          </button>
        ) : (
          <a className="dd-button" data-size="small" href={useHref}>
            {t('at_risk.use')}
          </a>
        )}
        <Remind lapses={lapses} />
        <button
          type="button"
          className="dd-button"
          data-size="small"
          onClick={() => {
            keepDismissed(account, mark);
            setDismissed(mark);
          }}
        >
          {t('at_risk.dismiss')}
        </button>
      </div>
      <UsesDialog
        open={usesOpen}
        onClose={() => setUsesOpen(false)}
        classes={lapses.map((lapse) => lapse.class)}
      />
    </aside>
  );
}

function soonOf({ at_risk: lapses, as_of: now }: Forecast): readonly ForecastLapse[] {
  return lapses.filter(({ expires_at: at }) => Date.parse(at) - Date.parse(now) <= SOON_DAYS * DAY_MS);
}

/** One lot in a sentence; several as their sum, and each by itself. */
function Sentences({ lapses }: { lapses: readonly ForecastLapse[] }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const [first] = lapses;
  if (first === undefined) return null;
  const valuesOf = ({ amount, class: id, expires_at: at }: ForecastLapse) => ({
    count: amount,
    class: names.class(id).short,
    date: format.date(at),
  });
  if (lapses.length === 1) {
    return (
      <p>
        <strong>{t('at_risk.lapse', valuesOf(first))}</strong> <Before lapse={first} />
      </p>
    );
  }
  return (
    <>
      <p>
        <strong>
          {t('at_risk.lapse_all', {
            count: lapses.reduce((sum, { amount }) => sum + amount, 0),
            date: format.date(lapses.at(-1)?.expires_at ?? first.expires_at),
          })}
        </strong>
      </p>
      <ul className="dd-at-risk__lots">
        {lapses.map((lapse) => (
          <li key={lapse.grant}>
            {t('at_risk.lot', valuesOf(lapse))} <Before lapse={lapse} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** What is spent before it, since that is why it lapses. */
function Before({ lapse }: { lapse: ForecastLapse }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const parts = lapse.used_first
    .filter(({ class: id }) => id !== lapse.class)
    .map(({ class: id, amount }) => `${format.credits(amount)} ${names.class(id).short}`);
  return parts.length === 0 ? null : t('at_risk.before', { parts: format.list(parts) });
}

/** The dates for one's own calendar, which reminds also where this page is closed: nobody has to be asked or told. */
function Remind({ lapses }: { lapses: readonly ForecastLapse[] }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const [isSaved, setIsSaved] = useState(false);
  const save = async (): Promise<void> => {
    const { calendarFile } = await import('./calendar-file.ts');
    const dates = lapses.map(({ grant, class: id, amount, expires_at: at }) => ({
      id: grant,
      at,
      title: t('at_risk.calendar', { count: amount, class: names.class(id).short }),
      text: t('at_risk.calendar_text', { date: format.utc(at) }),
    }));
    const url = `${location.origin}${location.pathname}`;
    saveFile('credits.ics', calendarFile(dates, { url, now: Date.now() }), 'text/calendar');
    setIsSaved(true);
  };
  return (
    <button
      type="button"
      className="dd-button"
      data-size="small"
      onClick={() => void save().catch(() => setIsSaved(false))}
    >
      <Icon name={isSaved ? 'check' : 'calendar'} />
      {t(isSaved ? 'at_risk.reminded' : 'at_risk.remind')}
    </button>
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

function keepDismissed(account: string, mark: string): void {
  try {
    localStorage.setItem(keyOf(account), mark);
  } catch {
    // Then it is gone for as long as the page is open.
  }
}
