// biome-ignore-all lint/a11y/noRedundantRoles: on a phone the cells are laid out anew, and some browsers then forget that this is a table
import { type ReactNode, useId, useState } from 'react';
import type { Entry } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Failure } from './failure.tsx';
import { type HistoryRow, historyRows } from './history-rows.ts';
import { Icon } from './icon.tsx';
import { whenOpened } from './lazily.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { type HistoryFilter, useHistory } from './use-history.ts';

const HistoryDetails = whenOpened(async () => (await import('./history-details.tsx')).HistoryDetails);

const COLUMNS = ['what', 'split', 'status', 'amount', 'after'] as const;

/** The ledger as people read it. New entries appear by themselves; nothing that was there ever goes. */
export function HistoryTable({ filter = {} }: { filter?: HistoryFilter }): ReactNode {
  const { t } = useDrawdown();
  const { entries, hasMore, loading, error, loadMore, reload } = useHistory(filter);
  if (entries === undefined) {
    return error === undefined ? <TableSkeleton /> : <Failure error={error} onRetry={reload} />;
  }
  if (entries.length === 0) {
    const isFiltered = Object.values(filter).some((value) => value !== undefined);
    return <p className="dd-empty">{t(isFiltered ? 'history.none_match' : 'history.empty')}</p>;
  }
  return (
    <div className="dd-history">
      <table className="dd-table" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((column) => (
              <th key={column} role="columnheader" scope="col" data-column={column}>
                {t(`history.column.${column}`)}
              </th>
            ))}
            <th role="columnheader" scope="col" data-column="more">
              <span className="dd-visually-hidden">{t('history.column.more')}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {historyRows(entries).map((row) => (
            <Row key={row.entry.seq} row={row} />
          ))}
        </tbody>
      </table>
      {error === undefined ? null : <Failure error={error} onRetry={reload} />}
      {hasMore ? (
        <button type="button" className="dd-button" disabled={loading} onClick={loadMore}>
          {t('history.more')}
        </button>
      ) : null}
    </div>
  );
}

function Row({ row }: { row: HistoryRow }): ReactNode {
  const { t, format } = useDrawdown();
  const [open, setOpen] = useState(false);
  const detailsId = useId();
  const { entry, status } = row;
  return (
    <>
      <tr role="row" data-type={entry.type} id={`dd-entry-${entry.seq}`}>
        <td role="cell" data-column="what">
          <span className="dd-history__what" id={`${detailsId}-what`}>
            {useWhat(row)}
          </span>
          <time
            className="dd-history__when"
            id={`${detailsId}-when`}
            dateTime={entry.at}
            title={format.utc(entry.at)}
          >
            {format.dateTime(entry.at)}
          </time>
        </td>
        <td role="cell" data-column="split">
          <Split row={row} />
        </td>
        <td role="cell" data-column="status">
          {status === null ? null : (
            <span className="dd-chip" data-status={status}>
              {t(`status.${status}`)}
            </span>
          )}
        </td>
        <td role="cell" data-column="amount" data-sign={Math.sign(entry.amount)}>
          {useChange(entry)}
        </td>
        <td role="cell" data-column="after">
          <span className="dd-history__after-label">{t('history.column.after')} </span>
          {format.credits(entry.balance_after)}
        </td>
        <td role="cell" data-column="more">
          <button
            type="button"
            className="dd-icon-button"
            aria-expanded={open}
            aria-controls={detailsId}
            aria-labelledby={`${detailsId}-details ${detailsId}-what ${detailsId}-when`}
            onClick={() => setOpen(!open)}
          >
            <Icon name="down" />
            <span className="dd-visually-hidden" id={`${detailsId}-details`}>
              {t('history.details')}
            </span>
          </button>
        </td>
      </tr>
      {open ? (
        <tr role="row" className="dd-history__details" id={detailsId}>
          <td role="cell" colSpan={COLUMNS.length + 1}>
            <HistoryDetails open={open} row={row} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** What came or went; of what moved no credits, what it changed instead. */
function useChange({ amount, held, hold, moves, about }: Entry): string {
  const { t, format } = useDrawdown();
  if (amount !== 0) return format.signed(amount);
  if (held !== 0) return t(held > 0 ? 'history.set_apart' : 'history.given_back', { count: Math.abs(held) });
  if (hold === null && (about === undefined || moves.length > 0)) return format.signed(0);
  if (about?.expires_at === undefined) return '';
  return about.expires_at === null
    ? t('history.no_end')
    : t('lots.expires_on', { date: format.date(about.expires_at) });
}

/** The feature, its project and whose wish it was where there are any, else what kind of entry it is. */
function useWhat({ entry, project }: HistoryRow): ReactNode {
  const { t, person } = useDrawdown();
  const names = useNames();
  const feature = names.feature(entry.feature);
  const kind = t(`entry.${entry.type}`);
  return (
    <>
      {feature === null ? kind : feature}
      {project === null ? null : (
        <span className="dd-muted">
          {' '}
          · <bdi>{project}</bdi>
        </span>
      )}
      {feature !== null && !['consume', 'hold'].includes(entry.type) ? (
        <span className="dd-muted"> · {kind}</span>
      ) : null}
      {entry.member === undefined || entry.member === person ? null : (
        <span className="dd-muted">
          {' '}
          · <bdi>{entry.member}</bdi>
        </span>
      )}
    </>
  );
}

function Split({ row }: { row: HistoryRow }): ReactNode {
  const { format } = useDrawdown();
  const names = useNames();
  return (
    <ul className="dd-split">
      {row.split.map(({ class: id, amount }) => {
        const shown = names.class(id);
        return (
          <li key={id}>
            <ClassMark of={shown} />
            {amount === null ? null : <span>{format.credits(Math.abs(amount))}</span>}
            <span className="dd-split__name">{shown.short}</span>
          </li>
        );
      })}
    </ul>
  );
}

function TableSkeleton(): ReactNode {
  const { t } = useDrawdown();
  return (
    <div className="dd-history" aria-busy="true">
      <p className="dd-visually-hidden">{t('loading')}</p>
      {[1, 2, 3, 4].map((line) => (
        <div key={line} className="dd-skeleton dd-skeleton--row" />
      ))}
    </div>
  );
}
