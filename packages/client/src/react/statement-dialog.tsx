import { type ReactNode, useState } from 'react';
import type { Statement } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { SaveButton } from './save-button.tsx';

/** A month: opening + in − out = closing, for each class. */
export function StatementDialog({ open, onClose }: { open: boolean; onClose(): void }): ReactNode {
  const { t, format } = useDrawdown();
  const [back, setBack] = useState(0);
  const month = monthBefore(new Date(), back);
  return (
    <Dialog open={open} onClose={onClose} title={t('statement.title')}>
      <div className="dd-statement__month">
        <button type="button" className="dd-icon-button" onClick={() => setBack(back + 1)}>
          <Icon name="back" />
          <span className="dd-visually-hidden">{t('statement.earlier')}</span>
        </button>
        <strong aria-live="polite">{format.month(month.from)}</strong>
        <button
          type="button"
          className="dd-icon-button"
          disabled={back === 0}
          onClick={() => setBack(back - 1)}
        >
          <Icon name="chevron" />
          <span className="dd-visually-hidden">{t('statement.later')}</span>
        </button>
      </div>
      <Month {...month} />
    </Dialog>
  );
}

/** Months are counted in UTC, as the ledger's instants are shown beside them. */
function monthBefore(now: Date, back: number): { from: string; to: string } {
  const start = (months: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString();
  return { from: start(-back), to: start(1 - back) };
}

function Month({ from, to }: { from: string; to: string }): ReactNode {
  const { client, account } = useDrawdown();
  const { data, error, reload } = useReading(`statement:${from}`, (drawdown) =>
    drawdown.client.statement(drawdown.account, { from, to }),
  );
  if (data === undefined) {
    return error === undefined ? (
      <div className="dd-skeleton dd-statement__skeleton" />
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  const csv = async () => ({
    name: `statement-${from.slice(0, 7)}.csv`,
    text: await client.statementCsv(account, { from, to }),
  });
  return (
    <>
      <Sums statement={data} />
      <SaveButton load={csv} />
    </>
  );
}

const COLUMNS = ['opening', 'in', 'out', 'closing'] as const;

function Sums({ statement }: { statement: Statement }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const shown = (column: (typeof COLUMNS)[number], value: number): string =>
    column === 'in' || column === 'out'
      ? format.signed(column === 'in' ? value : -value)
      : format.credits(value);
  return (
    <table className="dd-sums">
      <thead>
        <tr>
          <th scope="col">{t('statement.class')}</th>
          {COLUMNS.map((column) => (
            <th key={column} scope="col">
              {t(`statement.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {statement.classes.map((one) => (
          <tr key={one.class}>
            <th scope="row">
              <span className="dd-with-mark">
                <ClassMark of={names.class(one.class)} />
                {names.class(one.class).short}
              </span>
            </th>
            {COLUMNS.map((column) => (
              <td key={column}>{shown(column, one[column])}</td>
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('statement.total')}</th>
          {COLUMNS.map((column) => (
            <td key={column}>{shown(column, statement[column])}</td>
          ))}
        </tr>
      </tfoot>
    </table>
  );
}
