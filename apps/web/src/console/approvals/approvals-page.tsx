import type { Approval } from '@drawdown/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { Choice } from '../parts/choice.tsx';
import { Head } from '../parts/head.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { ApprovalAbout, ApprovalName } from './approval-about.tsx';
import { ApprovalState } from './approval-state.tsx';

const route = getRouteApi('/approvals');

/** Others of the staff act meanwhile. */
const POLL_MS = 10_000;

const STATES = ['pending', 'expired', 'all'] as const;
const NONE = {
  pending: 'approvals.none_waiting',
  expired: 'approvals.none_expired',
  all: 'approvals.none',
} as const;

/** What waits for a second person, and what became of what did. */
export function ApprovalsPage(): ReactNode {
  const { t, staff, format } = useConsole();
  const nameOf = useStaffName();
  const wanted = route.useSearch().state;
  const state = STATES.find((one) => one === wanted) ?? 'pending';
  const navigate = route.useNavigate();
  const list = useList(
    ['approvals', state],
    (paging, options) => client.listApprovals({ state, ...paging }, options),
    { pollMs: POLL_MS },
  );
  const columns: Column<Approval>[] = [
    {
      key: 'what',
      head: t('approvals.what'),
      isName: true,
      cell: (one) => (
        <Link to="/approvals/$approval" params={{ approval: one.id }} className="name">
          <ApprovalName approval={one} />
        </Link>
      ),
    },
    {
      key: 'account',
      head: t('approvals.about'),
      cell: (one) => <ApprovalAbout approval={one} />,
    },
    {
      key: 'by',
      head: t('approvals.by'),
      cell: ({ requested_by: by }) => (by.id === staff.staff.id ? t('approvals.you') : nameOf(by.name)),
    },
    {
      key: 'reason',
      head: t('reason'),
      cell: ({ reason }) => <span className="reason">{reason}</span>,
    },
    { key: 'state', head: t('lots.state'), cell: ({ state: one }) => <ApprovalState state={one} /> },
    { key: 'at', head: t('approvals.asked'), cell: ({ created_at: at }) => <At at={at} /> },
    {
      key: 'until',
      head: t('approvals.decision'),
      cell: ({ state: one, expires_at: until, decided_at: decided }) =>
        one === 'pending' ? (
          t('approvals.runs_out', { when: format.relative(until) })
        ) : (
          <At at={decided ?? until} />
        ),
    },
  ];
  return (
    <>
      <Head name={t('section.approvals')} lead={t('approvals.lead')} />
      <div className="filters">
        <Choice
          label={t('lots.which')}
          value={state}
          options={[
            ['pending', t('approvals.pending')],
            ['expired', t('approvals.expired')],
            ['all', t('filter.all')],
          ]}
          onChange={(value) => void navigate({ search: value === 'pending' ? {} : { state: value } })}
        />
      </div>
      <Listed list={list} empty={t(NONE[state])}>
        {(rows) => (
          <Table label={t('section.approvals')} rows={rows} columns={columns} keyOf={({ id }) => id} />
        )}
      </Listed>
    </>
  );
}
