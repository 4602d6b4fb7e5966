import type { Account, Member } from '@drawdown/client';
import { Failure, useReading } from '@drawdown/client/react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Loading } from '../parts/list.tsx';
import { At, Nothing, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

const MANY = 200;

/** Of a team its members, of a person the teams. */
export function TeamView({ account }: { account: Account }): ReactNode {
  const { t, format } = useConsole();
  const isTeam = account.kind === 'team';
  const { data, error, reload } = useReading('members', async ({ client, account: id }) =>
    isTeam
      ? (await client.listMembers(id, { state: 'all', limit: MANY })).data
      : (await client.listTeams(id, { limit: MANY })).data,
  );
  if (data === undefined) {
    return error === undefined ? <Loading /> : <Failure error={error} onRetry={reload} />;
  }
  if (data.length === 0) return <p className="dd-empty">{t(isTeam ? 'team.no_member' : 'team.none')}</p>;
  const columns: Column<Member>[] = [
    {
      key: 'who',
      head: t(isTeam ? 'team.member' : 'team.team'),
      isName: true,
      cell: (member) => {
        const other = isTeam ? member.account : member.team;
        return (
          <Link to="/accounts/$account" params={{ account: other }} className="name">
            {other}
          </Link>
        );
      },
    },
    { key: 'role', head: t('team.role'), cell: ({ role }) => t(`member_role.${role}`) },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ left_at: left }) =>
        left === null ? (
          <State tone="good">{t('team.active')}</State>
        ) : (
          <State tone="plain">{t('team.left')}</State>
        ),
    },
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
      key: 'used',
      head: t('team.used'),
      isNumber: true,
      cell: ({ period }) => format.credits(period.used),
    },
    {
      key: 'held',
      head: t('lots.held'),
      isNumber: true,
      cell: ({ period }) => format.credits(period.held),
    },
    {
      key: 'rest',
      head: t('lots.left'),
      isNumber: true,
      cell: ({ period }) => (period.remaining === null ? <Nothing /> : format.credits(period.remaining)),
    },
    { key: 'joined', head: t('team.joined'), cell: ({ joined_at: at }) => <At at={at} /> },
  ];
  return (
    <Table
      label={t(`view.team.${account.kind}`)}
      rows={data}
      columns={columns}
      keyOf={(member) => `${member.team} ${member.account} ${member.joined_at}`}
    />
  );
}
