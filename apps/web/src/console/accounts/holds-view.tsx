import type { Hold } from '@drawdown/client';
import { useReading } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Read } from '../parts/read.tsx';
import { At, Copyable, State, type Tone } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

const TONES: Readonly<Record<Hold['state'], Tone>> = {
  open: 'warning',
  captured: 'good',
  released: 'plain',
  timed_out: 'plain',
};

const MANY = 200;

/** What running jobs have reserved, and what became of it. */
export function HoldsView(): ReactNode {
  const { t, format, names } = useConsole();
  const reading = useReading(
    'holds:all',
    async ({ client, account }) => (await client.listHolds(account, { state: 'all', limit: MANY })).data,
  );
  const columns: Column<Hold>[] = [
    {
      key: 'feature',
      head: t('holds.feature'),
      isName: true,
      cell: ({ feature }) => <span className="name">{names.feature(feature) ?? t('holds.amount_only')}</span>,
    },
    { key: 'id', head: t('holds.id'), cell: ({ id }) => <Copyable text={id} /> },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => <State tone={TONES[state]}>{t(`hold_state.${state}`)}</State>,
    },
    { key: 'amount', head: t('holds.amount'), isNumber: true, cell: ({ amount }) => format.credits(amount) },
    {
      key: 'captured',
      head: t('holds.captured'),
      isNumber: true,
      cell: ({ captured }) => format.credits(captured),
    },
    { key: 'since', head: t('holds.since'), cell: ({ created_at: at }) => <At at={at} /> },
    { key: 'until', head: t('holds.until'), cell: ({ expires_at: at }) => <At at={at} /> },
  ];
  return (
    <Read reading={reading} empty={t('holds.none')}>
      {(rows) => <Table label={t('view.holds')} rows={rows} columns={columns} keyOf={({ id }) => id} />}
    </Read>
  );
}
