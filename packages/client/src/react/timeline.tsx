import type { ReactNode } from 'react';
import type { Forecast, ForecastEvent } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { useForecast } from './use-account.ts';
import { useBalance } from './use-balance.ts';

/** What comes and what goes over the next 90 days, as a line and as text with the same numbers. */
export function Timeline(): ReactNode {
  const { t } = useDrawdown();
  const { balance } = useBalance();
  const { data } = useForecast();
  return (
    <section className="dd-section" aria-labelledby="dd-timeline-title">
      <h2 className="dd-section__title" id="dd-timeline-title">
        {t('timeline.title')}
      </h2>
      {data === undefined || balance === null ? (
        <div className="dd-skeleton dd-timeline__skeleton" />
      ) : data.events.length === 0 ? (
        <p className="dd-muted">{t('timeline.empty')}</p>
      ) : (
        <div className="dd-timeline">
          <Chart forecast={data} start={balance.available} />
          <ol className="dd-timeline__events">
            {data.events.map((event) => (
              <li key={`${event.type}:${event.at}:${event.grant ?? event.class}`}>
                <Event event={event} />
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
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
        {format.day(event.at)}
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
      <span className="dd-timeline__amount" data-sign={event.type === 'start' ? 1 : -1}>
        {format.signed(event.type === 'start' ? event.amount : -event.amount)}
      </span>
    </>
  );
}

const WIDTH = 600;
const HEIGHT = 120;

/**
 * The balance as time alone would change it, each step where something starts or expires. The list beside it says the
 * same, so it is a picture to whoever cannot see it.
 */
function Chart({ forecast, start }: { forecast: Forecast; start: number }): ReactNode {
  const { t, format } = useDrawdown();
  const from = Date.parse(forecast.as_of);
  const span = Date.parse(forecast.until) - from;
  const steps = stepsOf(forecast.events, start);
  const highest = Math.max(1, ...steps.map(({ balance }) => balance));
  const x = (at: number): number => ((at - from) / span) * WIDTH;
  const y = (balance: number): number => HEIGHT - (balance / highest) * HEIGHT;
  const line = steps
    .map(({ at, balance }, nth) => (nth === 0 ? `M0 ${y(balance)}` : `H${x(at)}V${y(balance)}`))
    .join('');
  const last = steps.at(-1)?.balance ?? start;
  return (
    <figure className="dd-timeline__figure">
      <svg
        className="dd-timeline__chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('timeline.chart', { from: start, to: last, date: format.day(forecast.until) })}
      >
        <path className="dd-timeline__area" d={`${line}H${WIDTH}V${HEIGHT}H0Z`} />
        <path className="dd-timeline__line" d={`${line}H${WIDTH}`} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="dd-timeline__axis">
        <span>{t('timeline.today', { count: start })}</span>
        <span>{t('timeline.at', { date: format.day(forecast.until), count: last })}</span>
      </figcaption>
    </figure>
  );
}

interface Step {
  readonly at: number;
  readonly balance: number;
}

/** What ends and what starts at one instant is one step: nobody is ever without the credits in between. */
function stepsOf(events: readonly ForecastEvent[], start: number): Step[] {
  const steps = new Map<number, Step>([[0, { at: 0, balance: start }]]);
  let balance = start;
  for (const event of events) {
    balance += event.type === 'start' ? event.amount : -event.amount;
    const at = Date.parse(event.at);
    steps.set(at, { at, balance });
  }
  return [...steps.values()];
}
