import { type ReactNode, useState } from 'react';
import type { Statement } from '../wire.ts';
import { type Month, monthBefore } from './calendar.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { SaveButton } from './save-button.tsx';
import { useBalance } from './use-balance.ts';

/** A month of the page's zone: opening + in − out = closing, for each class. */
export function StatementDialog({ open, onClose }: { open: boolean; onClose(): void }): ReactNode {
  const { t, format, live } = useDrawdown();
  const [back, setBack] = useState(0);
  const month = monthBefore(live.now(), back, format.timeZone);
  return (
    <Dialog open={open} onClose={onClose} title={t('statement.title')}>
      <div className="dd-statement__month">
        <button type="button" className="dd-icon-button" onClick={() => setBack(back + 1)}>
          <Icon name="back" />
          <span className="dd-visually-hidden">{t('statement.earlier')}</span>
        </button>
        <strong aria-live="polite">
          {back === 0 ? t('statement.so_far', { month: format.month(month.from) }) : format.month(month.from)}
        </strong>
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
      <Sheet key={month.id} month={month} isRunning={back === 0} />
    </Dialog>
  );
}

function Sheet({ month, isRunning }: { month: Month; isRunning: boolean }): ReactNode {
  const { id, from, to } = month;
  const { client, account } = useDrawdown();
  const { data, error, reload } = useReading(`statement:${id}`, (drawdown) =>
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
    name: `statement-${id}.csv`,
    text: await client.statementCsv(account, { from, to }),
  });
  return (
    <>
      <Sums statement={data} />
      {isRunning ? <HeldNow /> : <HeldAt instant={to} />}
      <SaveButton load={csv} />
    </>
  );
}

/** What is reserved is still there, so it is in the closing sum and cannot be spent. */
function Held({ credits }: { credits: number }): ReactNode {
  const { t } = useDrawdown();
  return credits > 0 ? <p className="dd-muted">{t('statement.reserved', { count: credits })}</p> : null;
}

function HeldNow(): ReactNode {
  return <Held credits={useBalance().balance?.held ?? 0} />;
}

function HeldAt({ instant }: { instant: string }): ReactNode {
  const { data } = useReading(
    `held:${instant}`,
    ({ client, account }) => client.balance(account, { at: instant }),
    { once: true },
  );
  return <Held credits={data?.held ?? 0} />;
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
