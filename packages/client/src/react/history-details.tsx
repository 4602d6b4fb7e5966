import { type ReactNode, useState } from 'react';
import type { Entry, EntryMove, EntryType } from '../wire.ts';
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
  // What it gives back may be further down than what is shown: it is named as one asks about it.
  const missing = related.some(({ operation }) => operation === entry.reverses) ? null : entry.reverses;
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
        {missing === null ? null : (
          <Fact name={t('details.related')}>
            <code>{missing}</code>
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
      {OF_LOTS.includes(entry.type) ? <ReceiptLink grants={lotsOf(entry)} /> : null}
      {entry.operation !== null && ['consume', 'hold', 'capture'].includes(entry.type) ? (
        <Why operation={entry.operation} />
      ) : null}
    </div>
  );
}

/** What is done to lots as such: whoever bought one finds its receipt there. */
const OF_LOTS: readonly EntryType[] = ['grant', 'void', 'freeze', 'unfreeze', 'extend', 'expire'];

function lotsOf({ moves, about }: Entry): string[] {
  return [...moves.map(({ grant }) => grant), ...(about === undefined ? [] : [about.grant])];
}

/** Units and metadata that say what was asked for: the page's own words stay out of it. */
function settingsOf({ metadata, units }: Entry): [string, string][] {
  return Object.entries({ ...(typeof units === 'object' ? units : {}), ...metadata }).flatMap(
    ([name, value]): [string, string][] =>
      name === 'project' || value === null || typeof value === 'object' ? [] : [[name, String(value)]],
  );
}

function Moves({ entry }: { entry: Entry }): ReactNode {
  const { t, format } = useDrawdown();
  const { moves, about } = entry;
  // A lot that was changed and moved no credits is named as those are that did.
  const lots: (Pick<EntryMove, 'grant' | 'class'> & { shown: string })[] = moves.map((move) => ({
    ...move,
    shown: format.signed(move.remaining === 0 ? -move.held : move.remaining),
  }));
  if (moves.length === 0 && about !== undefined) lots.push({ ...about, shown: '' });
  if (lots.length === 0) return null;
  return (
    <ul className="dd-moves">
      {lots.map((lot) => (
        <li key={lot.grant}>
          <LotName of={lot} />
          <span className="dd-moves__amount">{lot.shown}</span>
        </li>
      ))}
      {about?.expires_before == null ? null : (
        <li className="dd-muted">{t('details.before', { date: format.date(about.expires_before) })}</li>
      )}
    </ul>
  );
}

/** Where a lot came from and how long it is valid, as far as that is known here; else its class. */
function LotName({ of: { grant, class: id } }: { of: { grant: string; class: string } }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const lot = useAllLots().data?.find((one) => one.id === grant);
  const shown = names.class(id);
  return (
    <>
      <ClassMark of={shown} />
      <span className="dd-moves__name">
        {lot === undefined ? shown.name : sourceOf(lot, { t, names })}
        {lot?.expires_at == null ? null : (
          <span className="dd-muted"> · {t('lots.expires_on', { date: format.date(lot.expires_at) })}</span>
        )}
      </span>
    </>
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
          <LotName of={one} />
          <span className="dd-explained__why">
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
