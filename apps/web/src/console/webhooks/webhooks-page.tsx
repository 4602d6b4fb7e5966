import type { WebhookEndpoint } from '@drawdown/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Head } from '../parts/head.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useDeliveryError } from './delivery-error.ts';
import { EndpointState } from './endpoint-state.tsx';

const POLL_MS = 10_000;

/** Who is told what happened, and whether they hear it. */
export function WebhooksPage(): ReactNode {
  const { t, format } = useConsole();
  const errorText = useDeliveryError();
  const list = useList(['webhooks'], (_paging, options) => client.listWebhookEndpoints(options), {
    pollMs: POLL_MS,
  });
  const columns: Column<WebhookEndpoint>[] = [
    {
      key: 'url',
      head: t('webhooks.url'),
      isName: true,
      cell: ({ id, url, description }) => (
        <>
          <Link to="/webhooks/$endpoint" params={{ endpoint: id }} className="name url">
            {url}
          </Link>
          {description === null ? null : <span className="aside">{description}</span>}
        </>
      ),
    },
    { key: 'state', head: t('lots.state'), cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
    {
      key: 'types',
      head: t('webhooks.types'),
      cell: ({ types }) =>
        types === null ? t('webhooks.all_types') : format.list(types.map((one) => t(`notice.${one}`))),
    },
    {
      key: 'failing',
      head: t('webhooks.failing_since'),
      cell: ({ failing_since: at }) => <At at={at} />,
    },
    {
      key: 'error',
      head: t('webhooks.last_error'),
      cell: ({ last_error: error }) =>
        error === null ? <Nothing /> : <span className="reason">{errorText({ status: null, error })}</span>,
    },
  ];
  return (
    <>
      <Head name={t('section.webhooks')} lead={t('webhooks.lead')} />
      <Listed list={list} empty={t('webhooks.none')}>
        {(rows) => (
          <Table label={t('section.webhooks')} rows={rows} columns={columns} keyOf={({ id }) => id} />
        )}
      </Listed>
    </>
  );
}
