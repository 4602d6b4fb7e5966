import type { Account, Member } from '@drawdown/client';
import { useReading } from '@drawdown/client/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Panel } from '../parts/head.tsx';
import { Read } from '../parts/read.tsx';
import { At, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { TeamRequests } from './team-requests.tsx';

const MANY = 200;

/** Of a team its members and what they asked for, of a person the teams. */
export function TeamView({ account }: { account: Account }): ReactNode {
  const { t } = useConsole();
  if (account.kind === 'user') return <Members account={account} />;
  return (
    <>
      <Panel title={t('view.team.team')}>
        <Members account={account} />
      </Panel>
      <TeamRequests />
    </>
  );
}

function Members({ account }: { account: Account }): ReactNode {
  const { t } = useConsole();
  const isTeam = account.kind === 'team';
  const reading = useReading('members', async ({ client, account: id }) =>
    isTeam
      ? (await client.listMembers(id, { state: 'all', limit: MANY })).data
      : (await client.listTeams(id, { limit: MANY })).data,
  );
  const columns = useColumns(isTeam);
  return (
    <Read reading={reading} empty={t(isTeam ? 'team.no_member' : 'team.none')}>
      {(rows) => (
        <Table
          label={t(`view.team.${account.kind}`)}
          rows={rows}
          columns={columns}
          keyOf={(member) => `${member.team} ${member.account} ${member.joined_at}`}
        />
      )}
    </Read>
  );
}

/** Limit + extra − used − reserved = left, from left to right. */
function useColumns(isTeam: boolean): Column<Member>[] {
  const { t, format } = useConsole();
  const less = (credits: number): ReactNode => (credits === 0 ? <Nothing /> : format.signed(-credits));
  return [
    {
      key: 'who',
      head: t(isTeam ? 'team.member' : 'team.team'),
      isName: true,
      cell: (member) => {
        const other = isTeam ? member.account : member.team;
        return (
          <>
            <Link to="/accounts/$account" params={{ account: other }} className="name">
              {other}
            </Link>
            {member.left_at === null ? null : (
              <span className="aside">
                {t('team.left')} <At at={member.left_at} />
              </span>
            )}
          </>
        );
      },
    },
    { key: 'role', head: t('team.role'), cell: ({ role }) => t(`member_role.${role}`) },
    {
      key: 'limit',
      head: t('team.limit'),
      isNumber: true,
      cell: ({ limit }) =>
        limit === null
          ? t('team.no_limit')
          : t(`team.per_${limit.per}`, { amount: format.credits(limit.amount) }),
    },
    {
      key: 'extra',
      head: t('team.extra'),
      isNumber: true,
      cell: ({ period }) => (period.extra === 0 ? <Nothing /> : format.signed(period.extra)),
    },
    {
      key: 'used',
      head: t('team.used'),
      isNumber: true,
      cell: ({ period }) => less(period.used),
    },
    {
      key: 'held',
      head: t('lots.held'),
      isNumber: true,
      cell: ({ period }) => less(period.held),
    },
    {
      key: 'rest',
      head: t('lots.left'),
      isNumber: true,
      cell: ({ period }) =>
        period.remaining === null ? (
          <span className="dd-muted">{t('team.unlimited')}</span>
        ) : (
          <strong>{format.credits(period.remaining)}</strong>
        ),
    },
    {
      key: 'resets',
      head: t('team.resets'),
      cell: ({ period, left_at: left }) => (left === null ? <At at={period.resets_at} /> : <Nothing />),
    },
    { key: 'joined', head: t('team.joined'), cell: ({ joined_at: at }) => <At at={at} /> },
  ];
}
