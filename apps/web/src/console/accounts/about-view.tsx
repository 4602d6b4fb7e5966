import type { Account, Notice } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Actor } from '../parts/actor.tsx';
import { attributesOf } from '../parts/attributes.tsx';
import { Facts } from '../parts/facts.tsx';
import { Panel } from '../parts/head.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, Json, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

/** What is known of an account, and what was told about it. */
export function AboutView({ account }: { account: Account }): ReactNode {
  const { t, format } = useConsole();
  return (
    <>
      <Panel title={t('about.account')}>
        <div className="details details--plain">
          <Facts
            items={[
              [t('about.kind'), t(`kind.${account.kind}`)],
              [t('about.time_zone'), account.time_zone],
              [t('about.since'), <At key="since" at={account.created_at} />],
              [t('about.entries'), format.credits(account.version)],
              [t('about.closed'), account.closed_at === null ? null : <At key="c" at={account.closed_at} />],
              [
                t('about.merged_into'),
                account.merged_into === null ? null : <Actor key="m" id={`user:${account.merged_into}`} />,
              ],
              [t('metadata'), attributesOf(account.metadata)],
            ]}
          />
        </div>
      </Panel>
      <Panel title={t('about.notices')}>
        <Notices account={account.account} />
      </Panel>
    </>
  );
}

function Notices({ account }: { account: string }): ReactNode {
  const { t, format } = useConsole();
  const list = useList(['notices', account], (paging, options) =>
    client.listNotices(account, paging, options),
  );
  const columns: Column<Notice>[] = [
    {
      key: 'type',
      head: t('notices.type'),
      isName: true,
      cell: ({ type }) => (
        <span className="name" title={type}>
          {t(`notice.${type}`)}
        </span>
      ),
    },
    { key: 'at', head: t('ledger.at'), cell: ({ at }) => <At at={at} /> },
    {
      key: 'amount',
      head: t('ledger.amount'),
      isNumber: true,
      cell: ({ data }) => (typeof data.amount === 'number' ? format.credits(data.amount) : <Nothing />),
    },
  ];
  return (
    <Listed list={list} empty={t('notices.none')}>
      {(rows) => (
        <Table
          label={t('about.notices')}
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          details={({ data }) => <Json value={data} />}
        />
      )}
    </Listed>
  );
}
