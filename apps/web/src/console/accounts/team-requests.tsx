import type { More } from '@drawdown/client';
import { useReading } from '@drawdown/client/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Actor } from '../parts/actor.tsx';
import { Panel } from '../parts/head.tsx';
import { Read } from '../parts/read.tsx';
import { At, Nothing, State, type Tone } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

const MANY = 200;

const TONES: Readonly<Record<More['state'], Tone>> = {
  pending: 'warning',
  approved: 'good',
  denied: 'plain',
  withdrawn: 'plain',
  expired: 'plain',
};

/** What members asked for beyond their limits, and what became of it: the team's own people decide. */
export function TeamRequests(): ReactNode {
  const { t, format } = useConsole();
  const reading = useReading(
    'requests:all',
    async ({ client, account }) => (await client.listRequests(account, { state: 'all', limit: MANY })).data,
  );
  const columns: Column<More>[] = [
    {
      key: 'who',
      head: t('team.member'),
      isName: true,
      cell: ({ account }) => (
        <Link to="/accounts/$account" params={{ account }} className="name">
          {account}
        </Link>
      ),
    },
    {
      key: 'amount',
      head: t('team.asks'),
      isNumber: true,
      cell: ({ amount }) => <strong>{format.credits(amount)}</strong>,
    },
    {
      key: 'reason',
      head: t('reason'),
      cell: ({ reason }) => (reason === null ? <Nothing /> : <span className="reason">{reason}</span>),
    },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => <State tone={TONES[state]}>{t(`team_request.${state}`)}</State>,
    },
    { key: 'at', head: t('approvals.asked'), cell: ({ created_at: at }) => <At at={at} /> },
    {
      key: 'decided',
      head: t('approvals.decision'),
      cell: ({ state, expires_at: until, decided_at: at, decided_by: by }) =>
        state === 'pending' ? (
          t('approvals.runs_out', { when: format.relative(until) })
        ) : (
          <>
            <At at={at ?? until} />
            {by === null ? null : (
              <span className="aside">
                <Actor id={by} />
              </span>
            )}
          </>
        ),
    },
  ];
  return (
    <Panel title={t('team.requests')}>
      <Read reading={reading} empty={t('team.no_request')} lines={2}>
        {(rows) => <Table label={t('team.requests')} rows={rows} columns={columns} keyOf={({ id }) => id} />}
      </Read>
    </Panel>
  );
}
