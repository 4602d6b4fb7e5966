// biome-ignore-all lint/a11y/noRedundantRoles: on a phone the cells are laid out anew, and some browsers then forget that this is a table
import { Icon } from '@drawdown/client/react';
import { Fragment, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { useConsole } from '../console-context.ts';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  cell(row: Row): ReactNode;
  /** Numbers: to the end, with figures of one width. */
  readonly isNumber?: boolean;
  /** The row's name: on a phone it heads the row instead of being one of its lines. */
  readonly isName?: boolean;
}

interface TableProps<Row> {
  /** What the table holds, for who cannot see it. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf(row: Row): string | number;
  /** What a row says when it is opened. */
  details?(row: Row): ReactNode;
  /** So narrow that it stays a table on a phone. */
  isCompact?: boolean;
  /** Sums, in the order of the columns. */
  foot?: readonly ReactNode[];
}

/** Rows and columns; on a phone each row is a list of its own. */
export function Table<Row>({
  label,
  rows,
  columns,
  keyOf,
  details,
  isCompact = false,
  foot,
}: TableProps<Row>): ReactNode {
  const { t } = useConsole();
  const [frame, isWider] = useWider();
  return (
    <div
      ref={frame}
      className="table"
      data-compact={isCompact ? '' : undefined}
      {...(isWider ? { role: 'group', 'aria-label': label, tabIndex: 0 } : {})}
    >
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ key, head, isNumber }) => (
              <th key={key} role="columnheader" scope="col" className="table__head" data-number={isNumber}>
                {head}
              </th>
            ))}
            {details === undefined ? null : (
              <th role="columnheader" scope="col" className="table__head" data-more="true">
                <span className="dd-visually-hidden">{t('table.details')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Line key={keyOf(row)} row={row} columns={columns} details={details} />
          ))}
        </tbody>
        {foot === undefined ? null : (
          <tfoot role="rowgroup">
            <tr role="row" className="table__row table__row--sum">
              {columns.map(({ key, head, isNumber, isName }, nth) => (
                <Cell key={key} {...{ head, isNumber, isName }}>
                  {foot[nth]}
                </Cell>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

/** Whether what is in the frame is wider than it: then it can be scrolled, by keyboard too. */
function useWider(): [RefObject<HTMLDivElement | null>, boolean] {
  const frame = useRef<HTMLDivElement>(null);
  const [isWider, setWider] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWider(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return [frame, isWider];
}

function Cell({
  head,
  isNumber,
  isName,
  children,
}: {
  head: string;
  isNumber: boolean | undefined;
  isName: boolean | undefined;
  children: ReactNode;
}): ReactNode {
  return (
    <td role="cell" className="table__cell" data-label={head} data-number={isNumber} data-name={isName}>
      <div className="table__value">{children}</div>
    </td>
  );
}

function Line<Row>({
  row,
  columns,
  details,
}: {
  row: Row;
  columns: readonly Column<Row>[];
  details: ((row: Row) => ReactNode) | undefined;
}): ReactNode {
  const { t } = useConsole();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <Fragment>
      <tr role="row" className="table__row" data-open={open}>
        {columns.map(({ key, head, cell, isNumber, isName }) => (
          <Cell key={key} {...{ head, isNumber, isName }}>
            {cell(row)}
          </Cell>
        ))}
        {details === undefined ? null : (
          <td role="cell" className="table__cell" data-more="true">
            <button
              type="button"
              className="dd-icon-button"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen(!open)}
            >
              <Icon name="down" />
              <span className="dd-visually-hidden">{t('table.details')}</span>
            </button>
          </td>
        )}
      </tr>
      {open && details !== undefined ? (
        <tr role="row" id={id} className="table__details">
          <td role="cell" colSpan={columns.length + 1}>
            {details(row)}
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}
