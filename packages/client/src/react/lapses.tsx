import { type ReactNode, useEffect, useState } from 'react';
import type { Forecast, ForecastLapse } from '../wire.ts';
import { Icon } from './icon.tsx';
import { whenOpened } from './lazily.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { saveFile } from './save-file.ts';

const UsesDialog = whenOpened(async () => (await import('./uses-dialog.tsx')).UsesDialog);

interface LapsesProps {
  open: boolean;
  lapses: readonly ForecastLapse[];
  rate: Forecast['rate'];
  useHref?: string;
  /** Seen only where this is; until then it only says, by `onThere`, that it could be. */
  shown: boolean;
  onThere(): void;
  onDismiss(): void;
}

/** Which credits will lapse and why, and what can be done about it. */
export function Lapses({ lapses, rate, useHref, shown, onThere, onDismiss }: LapsesProps): ReactNode {
  const { t, format, account, person } = useDrawdown();
  const [usesOpen, setUsesOpen] = useState(false);
  useEffect(onThere, [onThere]);
  if (!shown) return null;
  return (
    <aside className="dd-at-risk" aria-label={t('at_risk.label')}>
      <Icon name="clock" />
      <div className="dd-at-risk__text">
        <Sentences lapses={lapses} />
        <p className="dd-muted">
          {t(account === person ? 'at_risk.rate' : 'at_risk.rate_team', {
            rate: format.credits(Math.round((rate?.per_day ?? 0) * 7)),
            days: rate?.days ?? 0,
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
        <button type="button" className="dd-button" data-size="small" onClick={onDismiss}>
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
