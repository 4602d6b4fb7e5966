import { type ReactNode, useState } from 'react';
import type { Entry } from '../wire.ts';
import { Because } from './because.tsx';
import { ClassMark } from './class-mark.tsx';
import { Fact } from './fact.tsx';
import { Failure } from './failure.tsx';
import type { HistoryRow } from './history-rows.ts';
import { sourceOf } from './lots.ts';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { reasonText } from './reasons.ts';
import { ReceiptLink } from './receipt-link.tsx';
import { useAllLots } from './use-account.ts';

/** What an entry did to which lot, with which settings, why, and under which code to ask about it. */
export function HistoryDetails({ row }: { open: boolean; row: HistoryRow }): ReactNode {
  const { t, format } = useDrawdown();
  const { entry, related } = row;
  const settings = settingsOf(entry);
  return (
    <div className="dd-details">
      <Moves entry={entry} />
      <dl className="dd-facts">
        {related.length === 0 ? null : (
          <Fact name={t('details.related')}>
            {related.map(({ seq, type, at }) => (
              <a key={seq} className="dd-details__related" href={`#dd-entry-${seq}`}>
                {t('details.entry_at', { kind: t(`entry.${type}`), time: format.dateTime(at) })}
              </a>
            ))}
          </Fact>
        )}
        {settings.length === 0 ? null : (
          <Fact name={t('details.settings')}>
            {settings.map(([name, value]) => `${name}: ${value}`).join(', ')}
          </Fact>
        )}
        {entry.reason === null ? null : <Fact name={t('details.reason')}>{reasonText(entry.reason, t)}</Fact>}
        <Fact name={t('details.time')}>{format.utc(entry.at)}</Fact>
        <Fact name={t('details.price_version')}>
          <code>{entry.catalog_version.slice(0, 12)}</code>
        </Fact>
        <Fact name={t('details.reference')}>
          <code>{entry.operation ?? `${entry.seq}`}</code>
        </Fact>
      </dl>
      {entry.type === 'grant' ? <ReceiptLink grants={entry.moves.map(({ grant }) => grant)} /> : null}
      {entry.operation !== null && ['consume', 'hold', 'capture'].includes(entry.type) ? (
        <Why operation={entry.operation} />
      ) : null}
    </div>
  );
}

/** Metadata that says what was asked for: the page's own words stay out of it. */
function settingsOf({ metadata }: Entry): [string, string][] {
  return Object.entries(metadata).flatMap(([name, value]): [string, string][] =>
    name === 'project' || value === null || typeof value === 'object' ? [] : [[name, String(value)]],
  );
}

function Moves({ entry }: { entry: Entry }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const lots = new Map(useAllLots().data?.map((lot) => [lot.id, lot]));
  if (entry.moves.length === 0) return null;
  return (
    <ul className="dd-moves">
      {entry.moves.map((move) => {
        const shown = names.class(move.class);
        const lot = lots.get(move.grant);
        const amount = move.remaining === 0 ? -move.held : move.remaining;
        return (
          <li key={move.grant}>
            <ClassMark of={shown} />
            <span className="dd-moves__name">
              {lot === undefined ? shown.name : sourceOf(lot, { t, names })}
              {lot?.expires_at == null ? null : (
                <span className="dd-muted">
                  {' '}
                  · {t('lots.expires_on', { date: format.date(lot.expires_at) })}
                </span>
              )}
            </span>
            <span className="dd-moves__amount">{format.signed(amount)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Which rule decided for or against each lot: asked for, since it reads the past. */
function Why({ operation }: { operation: string }): ReactNode {
  const { t } = useDrawdown();
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Explained operation={operation} />;
  return (
    <button type="button" className="dd-link" onClick={() => setWanted(true)}>
      {t('details.explain')}
    </button>
  );
}

function Explained({ operation }: { operation: string }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { data, error, reload } = useReading(
    `explain:${operation}`,
    ({ client }) => client.explain(operation),
    { once: true },
  );
  if (data === undefined) {
    return error === undefined ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  return (
    <ol className="dd-explained" aria-label={t('details.explanation')}>
      {data.grants.map((one) => (
        <li key={one.grant} data-drawn={one.drawn > 0}>
          <ClassMark of={names.class(one.class)} />
          <span>
            <strong>
              {t('details.of', {
                drawn: format.credits(one.drawn),
                available: format.credits(one.available),
              })}
            </strong>{' '}
            <Because one={one} among={data.grants} />
          </span>
        </li>
      ))}
    </ol>
  );
}
