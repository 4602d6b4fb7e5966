import type { ReactNode } from 'react';
import type { Forecast, ForecastEvent } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { Section } from './section.tsx';
import { TimelineChart } from './timeline-chart.tsx';
import { type Step, stepsOf } from './timeline-steps.ts';
import { useForecast } from './use-account.ts';
import { useBalance } from './use-balance.ts';

/** What comes and what goes over the next 90 days, as a chart, as text, and as a table with the same numbers. */
export function Timeline(): ReactNode {
  const { t } = useDrawdown();
  const { balance } = useBalance();
  const { data } = useForecast();
  const steps =
    data === undefined || balance === null
      ? null
      : stepsOf(data.events, { at: Date.parse(data.as_of), classes: balance.classes });
  return (
    <Section title={t('timeline.title')}>
      {data === undefined || steps === null ? (
        <div className="dd-timeline">
          <div className="dd-skeleton dd-timeline__skeleton" />
        </div>
      ) : (
        <>
          <div className="dd-timeline">
            <TimelineChart forecast={data} steps={steps} />
            {data.events.length === 0 ? (
              <p className="dd-muted">{t('timeline.empty')}</p>
            ) : (
              <ol className="dd-timeline__events">
                {data.events.map((event) => (
                  <li key={`${event.type}:${event.at}:${event.grant ?? event.class}`}>
                    <Event event={event} />
                  </li>
                ))}
              </ol>
            )}
          </div>
          <Table until={data.until} steps={steps} />
        </>
      )}
    </Section>
  );
}

function Event({ event }: { event: ForecastEvent }): ReactNode {
  const { t, format, account, person } = useDrawdown();
  const names = useNames();
  const shown = names.class(event.class);
  const what =
    event.type === 'start' ? (event.expected ? 'timeline.expected' : 'timeline.start') : 'timeline.expiry';
  return (
    <>
      <time className="dd-timeline__date" dateTime={event.at} title={format.utc(event.at)}>
        <bdi>{format.day(event.at)}</bdi>
      </time>
      <ClassMark of={shown} />
      <span className="dd-timeline__what">
        {t(what, { class: shown.short })}
        {event.type === 'expiry' && event.lapses > 0 && event.lapses < event.amount ? (
          <span className="dd-timeline__lapses">
            {t(account === person ? 'timeline.lapses' : 'timeline.lapses_team', { count: event.lapses })}
          </span>
        ) : null}
      </span>
      <bdi className="dd-timeline__amount" data-sign={event.type === 'start' ? 1 : -1}>
        {format.signed(event.type === 'start' ? event.amount : -event.amount)}
      </bdi>
    </>
  );
}

/** What the chart draws, in numbers: from which day on how much there is, if nothing is used. */
function Table({ until, steps }: { until: Forecast['until']; steps: readonly Step[] }): ReactNode {
  const { t, format } = useDrawdown();
  const { classes } = useNames();
  const last = steps.at(-1);
  if (last === undefined) return null;
  const end = Date.parse(until);
  const rows = last.at < end ? [...steps, { ...last, at: end }] : steps;
  return (
    <details className="dd-disclosure">
      <summary>{t('timeline.table')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is reached by keyboard */}
      <section className="dd-scroll" aria-label={t('timeline.table')} tabIndex={0}>
        <table className="dd-sums">
          <thead>
            <tr>
              <th scope="col">{t('timeline.from')}</th>
              {classes.map(({ id, short }) => (
                <th key={id} scope="col">
                  {short}
                </th>
              ))}
              <th scope="col">{t('timeline.total')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ at, amounts, total }, nth) => (
              <tr key={at}>
                <th scope="row">{nth === 0 ? t('timeline.today') : format.day(new Date(at))}</th>
                {classes.map(({ id }) => (
                  <td key={id}>{format.credits(amounts.get(id) ?? 0)}</td>
                ))}
                <td>{format.credits(total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
