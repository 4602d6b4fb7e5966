import { DrawdownApiError, type WebhookDelivery, type WebhookEndpoint } from '@drawdown/client';
import { Failure } from '@drawdown/client/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Choice } from '../parts/choice.tsx';
import { Facts } from '../parts/facts.tsx';
import { Head, Panel } from '../parts/head.tsx';
import { Listed, Loading, useList } from '../parts/list.tsx';
import { At, Copyable, Nothing, State, type Tone } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { milliseconds } from '../parts/units.ts';
import { useRefusal } from '../refusal.ts';
import { useDeliveryError } from './delivery-error.ts';
import { EndpointState } from './endpoint-state.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

const route = getRouteApi('/webhooks/$endpoint');
const POLL_MS = 5_000;

/** One receiver: what was sent to it, what it could not take, and sending that again. */
export function WebhookPage(): ReactNode {
  const { t } = useConsole();
  const { endpoint: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['webhooks', 'one', id],
    queryFn: ({ signal }) => client.getWebhookEndpoint(id, { signal }),
    refetchInterval: POLL_MS,
  });
  const trail = <Link to="/webhooks">{t('section.webhooks')}</Link>;
  if (data === undefined) {
    const isMissing = error instanceof DrawdownApiError && error.status === 404;
    return (
      <>
        <Head trail={trail} name={id} />
        {error === null ? (
          <Loading />
        ) : isMissing ? (
          <p className="dd-empty">{t('webhooks.missing')}</p>
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </>
    );
  }
  return <Shown endpoint={data} trail={trail} />;
}

function Shown({ endpoint, trail }: { endpoint: WebhookEndpoint; trail: ReactNode }): ReactNode {
  const { t, format } = useConsole();
  const refusal = useRefusal();
  const errorText = useDeliveryError();
  const cache = useQueryClient();
  const [isReplaying, setReplaying] = useState(false);
  const isOn = endpoint.state === 'enabled';
  const refresh = (): void => void cache.invalidateQueries({ queryKey: ['webhooks'] });
  const test = useMutation({ mutationFn: () => client.testWebhookEndpoint(endpoint.id), onSuccess: refresh });
  const toggle = useMutation({
    mutationFn: () => {
      const { url, types, description } = endpoint;
      return client.updateWebhookEndpoint(endpoint.id, { url, types, description, enabled: !isOn });
    },
    onSuccess: refresh,
  });
  const said =
    test.data === undefined
      ? null
      : test.data.delivered
        ? t('webhooks.test_good', { time: milliseconds(test.data.duration_ms, format.locale) })
        : t('webhooks.test_bad', { error: errorText(test.data) });
  const error = test.error ?? toggle.error;
  return (
    <>
      <Head
        trail={trail}
        name={endpoint.url}
        title={
          <>
            <span className="url">{endpoint.url}</span> <EndpointState endpoint={endpoint} />
          </>
        }
      >
        <button type="button" className="dd-button" disabled={test.isPending} onClick={() => test.mutate()}>
          {t('webhooks.test')}
        </button>
        <button
          type="button"
          className="dd-button"
          disabled={toggle.isPending}
          onClick={() => toggle.mutate()}
        >
          {t(isOn ? 'webhooks.switch_off' : 'webhooks.switch_on')}
        </button>
        <button type="button" className="dd-button" onClick={() => setReplaying(true)}>
          {t('webhooks.replay')}
        </button>
      </Head>
      <p
        className="said"
        role="status"
        data-tone={error !== null || test.data?.delivered === false ? 'bad' : 'good'}
      >
        {error === null ? said : refusal(error)}
      </p>
      <Panel title={t('webhooks.about')}>
        <div className="details details--plain">
          <Facts
            items={[
              [t('webhooks.id'), <Copyable key="id" text={endpoint.id} />],
              [t('webhooks.description'), endpoint.description],
              [
                t('webhooks.types'),
                endpoint.types === null
                  ? t('webhooks.all_types')
                  : format.list(endpoint.types.map((one) => t(`notice.${one}`))),
              ],
              [
                t('webhooks.failing_since'),
                endpoint.failing_since === null ? null : <At key="f" at={endpoint.failing_since} />,
              ],
              [
                t('webhooks.last_error'),
                endpoint.last_error === null ? null : errorText({ status: null, error: endpoint.last_error }),
              ],
              [
                t('webhooks.off_since'),
                endpoint.disabled_at === null ? null : <At key="d" at={endpoint.disabled_at} />,
              ],
              [t('about.since'), <At key="s" at={endpoint.created_at} />],
            ]}
          />
        </div>
      </Panel>
      <Deliveries endpoint={endpoint} />
      <ReplayDialog endpoint={endpoint} open={isReplaying} onClose={() => setReplaying(false)} />
    </>
  );
}

const STATES = ['all', 'pending', 'delivered', 'dead'] as const;
const TONES: Readonly<Record<WebhookDelivery['state'], Tone>> = {
  pending: 'warning',
  delivered: 'good',
  dead: 'bad',
};

function Deliveries({ endpoint }: { endpoint: WebhookEndpoint }): ReactNode {
  const { t, format } = useConsole();
  const errorText = useDeliveryError();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = STATES.find((one) => one === search.state) ?? 'all';
  const list = useList(
    ['webhooks', 'deliveries', endpoint.id, state],
    (paging, options) => client.listWebhookDeliveries(endpoint.id, { state, ...paging }, options),
    { pollMs: POLL_MS },
  );
  const columns: Column<WebhookDelivery>[] = [
    {
      key: 'type',
      head: t('notices.type'),
      isName: true,
      cell: ({ type, id }) => (
        <>
          <span className="name" title={type}>
            {t(`notice.${type}`)}
          </span>
          <span className="aside">
            <code>{id}</code>
          </span>
        </>
      ),
    },
    {
      key: 'account',
      head: t('accounts.account'),
      cell: ({ account }) => (
        <Link to="/accounts/$account" params={{ account }}>
          {account}
        </Link>
      ),
    },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state: one }) => <State tone={TONES[one]}>{t(`delivery.${one}`)}</State>,
    },
    {
      key: 'attempts',
      head: t('delivery.attempts'),
      isNumber: true,
      cell: ({ attempts }) => format.credits(attempts),
    },
    {
      key: 'answer',
      head: t('delivery.answer'),
      cell: ({ status, error }) =>
        status === null && error === null ? (
          <Nothing />
        ) : (
          <span className="reason">{errorText({ status, error })}</span>
        ),
    },
    {
      key: 'at',
      head: t('delivery.attempted'),
      cell: ({ attempted_at, queued_at }) => <At at={attempted_at ?? queued_at} />,
    },
    { key: 'again', head: t('delivery.again'), cell: (delivery) => <Redeliver delivery={delivery} /> },
  ];
  return (
    <Panel
      title={t('webhooks.deliveries')}
      tools={
        <Choice
          label={t('lots.state')}
          value={state}
          options={STATES.map((one) => [one, t(one === 'all' ? 'filter.all' : `delivery.${one}`)] as const)}
          onChange={(value) => void navigate({ search: value === 'all' ? {} : { state: value } })}
        />
      }
    >
      <Listed list={list} empty={t(state === 'dead' ? 'delivery.no_dead' : 'delivery.none')}>
        {(rows) => (
          <Table label={t('webhooks.deliveries')} rows={rows} columns={columns} keyOf={({ id }) => id} />
        )}
      </Listed>
    </Panel>
  );
}

function Redeliver({ delivery }: { delivery: WebhookDelivery }): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const again = useMutation({
    mutationFn: () => client.redeliverWebhook(delivery.endpoint, delivery.id),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['webhooks', 'deliveries'] }),
  });
  return (
    <>
      <button
        type="button"
        className="dd-button"
        data-size="small"
        disabled={again.isPending || delivery.state === 'pending'}
        onClick={() => again.mutate()}
      >
        {t('delivery.send_again')}
      </button>
      {again.error === null ? null : (
        <span className="aside" role="alert">
          {refusal(again.error)}
        </span>
      )}
    </>
  );
}
