import type { Campaign } from '@drawdown/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Head } from '../parts/head.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, ClassName, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Budget } from './budget.tsx';
import { CAMPAIGN_TONES, POLL_MS } from './campaign-words.ts';

/** What gives credits away, and how much of it so far. */
export function CampaignsPage(): ReactNode {
  const { t, format } = useConsole();
  const list = useList(['campaigns'], (paging, options) => client.listCampaigns(paging, options), {
    pollMs: POLL_MS,
  });
  const columns: Column<Campaign>[] = [
    {
      key: 'name',
      head: t('campaigns.name'),
      isName: true,
      cell: ({ id, name }) => (
        <>
          <Link to="/campaigns/$campaign" params={{ campaign: id }} className="name">
            {name}
          </Link>
          <span className="aside">
            <code>{id}</code>
          </span>
        </>
      ),
    },
    { key: 'kind', head: t('campaigns.kind'), cell: ({ kind }) => t(`campaign_kind.${kind}`) },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => <State tone={CAMPAIGN_TONES[state]}>{t(`campaign_state.${state}`)}</State>,
    },
    { key: 'class', head: t('lots.class'), cell: (one) => <ClassName id={one.class} /> },
    {
      key: 'credits',
      head: t('campaigns.each'),
      isNumber: true,
      cell: ({ credits }) => format.credits(credits),
    },
    {
      key: 'redemptions',
      head: t('campaigns.redemptions'),
      isNumber: true,
      cell: ({ metrics }) => format.credits(metrics.redemptions),
    },
    { key: 'budget', head: t('campaigns.budget'), cell: (one) => <Budget campaign={one} /> },
    {
      key: 'ends',
      head: t('campaigns.ends'),
      cell: ({ ends_at: ends, stopped_at: stopped }) =>
        stopped === null && ends === null ? (
          <span className="dd-muted">{t('campaigns.open_end')}</span>
        ) : (
          <At at={stopped ?? ends} />
        ),
    },
  ];
  return (
    <>
      <Head name={t('section.campaigns')} lead={t('campaigns.lead')}>
        <Link to="/campaigns/new" className="dd-button" data-kind="primary">
          {t('campaigns.new')}
        </Link>
      </Head>
      <Listed list={list} empty={t('campaigns.none')}>
        {(rows) => (
          <Table label={t('section.campaigns')} rows={rows} columns={columns} keyOf={({ id }) => id} />
        )}
      </Listed>
    </>
  );
}
