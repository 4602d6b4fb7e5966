import { type Campaign, DrawdownApiError, type Redemption } from '@drawdown/client';
import { Amount, Failure } from '@drawdown/client/react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Actor } from '../parts/actor.tsx';
import { Facts } from '../parts/facts.tsx';
import { Head, Panel } from '../parts/head.tsx';
import { Listed, Loading, useList } from '../parts/list.tsx';
import { At, ClassName, Copyable, Figures, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Budget } from './budget.tsx';
import { CAMPAIGN_TONES, POLL_MS } from './campaign-words.ts';
import { CodesPanel } from './codes-panel.tsx';
import { StopDialog } from './stop-dialog.tsx';

const route = getRouteApi('/campaigns/$campaign');

/** One campaign: its terms, and what becomes of them, as it happens. */
export function CampaignPage(): ReactNode {
  const { t } = useConsole();
  const { campaign: id } = route.useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['campaigns', 'one', id],
    queryFn: ({ signal }) => client.getCampaign(id, { signal }),
    refetchInterval: POLL_MS,
  });
  const trail = <Link to="/campaigns">{t('section.campaigns')}</Link>;
  if (data === undefined) {
    const isMissing = error instanceof DrawdownApiError && error.status === 404;
    return (
      <>
        <Head trail={trail} name={id} />
        {error === null ? (
          <Loading />
        ) : isMissing ? (
          <p className="dd-empty">{t('campaigns.missing')}</p>
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </>
    );
  }
  return <Shown campaign={data} trail={trail} />;
}

function Shown({ campaign, trail }: { campaign: Campaign; trail: ReactNode }): ReactNode {
  const { t } = useConsole();
  const [isStopping, setStopping] = useState(false);
  const { state, metrics, codes } = campaign;
  const canStop =
    state === 'waiting' || state === 'running' || state === 'scheduled' || state === 'exhausted';
  return (
    <>
      <Head
        trail={trail}
        name={campaign.name}
        title={
          <>
            {campaign.name} <State tone={CAMPAIGN_TONES[state]}>{t(`campaign_state.${state}`)}</State>
          </>
        }
      >
        {canStop ? (
          <button type="button" className="dd-button" onClick={() => setStopping(true)}>
            {t('campaigns.stop')}
          </button>
        ) : null}
      </Head>
      {state === 'waiting' && campaign.approval !== null ? (
        <p className="limits" role="status">
          {t('campaigns.waits')}{' '}
          <Link to="/approvals/$approval" params={{ approval: campaign.approval }} className="dd-link">
            {t('campaigns.show_request')}
          </Link>
        </p>
      ) : null}
      <Figures
        items={[
          [t('campaigns.redemptions'), <Amount key="r" value={metrics.redemptions} />],
          [t('campaigns.awarded'), <Amount key="a" value={metrics.awarded} />],
          [t('campaigns.used'), <Amount key="u" value={metrics.used} />],
          [t('campaigns.expired'), <Amount key="e" value={metrics.expired} />],
          [t('campaigns.remaining'), <Amount key="l" value={metrics.remaining} />],
          [t('campaigns.budget'), <Budget key="b" campaign={campaign} />],
        ]}
      />
      <div className="columns">
        <Terms campaign={campaign} />
        {codes?.kind === 'single_use' && state !== 'waiting' ? <CodesPanel campaign={campaign} /> : null}
      </div>
      <Redemptions campaign={campaign} />
      <StopDialog campaign={campaign} open={isStopping} onClose={() => setStopping(false)} />
    </>
  );
}

/** What it gives, to whom, and until when. */
export function Terms({ campaign }: { campaign: Campaign }): ReactNode {
  const { t, format, names } = useConsole();
  const { audience, codes, referral } = campaign;
  const limit = (count: number | null): ReactNode =>
    count === null ? t('campaigns.unlimited') : format.credits(count);
  return (
    <Panel title={t('campaigns.terms')}>
      <div className="details details--plain">
        <Facts
          items={[
            [t('campaigns.kind'), t(`campaign_kind.${campaign.kind}`)],
            [t('campaigns.each'), format.credits(campaign.credits)],
            [t('campaigns.inviter'), referral === null ? null : format.credits(referral.inviter_credits)],
            [t('lots.class'), <ClassName key="class" id={campaign.class} />],
            [t('campaigns.validity'), format.duration(campaign.validity)],
            [
              t('campaigns.starts'),
              campaign.starts_at === null ? t('campaigns.at_once') : <At key="s" at={campaign.starts_at} />,
            ],
            [
              t('campaigns.ends'),
              campaign.ends_at === null ? t('campaigns.open_end') : <At key="e" at={campaign.ends_at} />,
            ],
            [t('campaigns.per_account'), limit(campaign.per_account_limit)],
            [t('campaigns.per_device'), limit(campaign.per_device_limit)],
            [
              t('campaigns.kinds'),
              audience?.account_kinds == null
                ? null
                : format.list(audience.account_kinds.map((one) => t(`kinds.${one}`))),
            ],
            [
              t('campaigns.plans'),
              audience?.plans == null
                ? null
                : format.list(audience.plans.map((one) => names.named('plan', one))),
            ],
            [
              t('campaigns.surfaces'),
              audience?.surfaces == null
                ? null
                : format.list(audience.surfaces.map((one) => t(`surface.${one}`))),
            ],
            [
              t('campaigns.newer'),
              audience?.newer_than == null ? null : format.duration(audience.newer_than),
            ],
            [
              t('campaigns.code'),
              codes?.kind === 'shared' ? <Copyable key="code" text={codes.code} /> : null,
            ],
            [t('campaigns.origin'), t(`campaigns.origin.${campaign.origin}`)],
            [t('campaigns.created_by'), <Actor key="by" id={campaign.created_by} />],
            [
              t('campaigns.stopped_at'),
              campaign.stopped_at === null ? null : <At key="st" at={campaign.stopped_at} />,
            ],
            [
              t('campaigns.stopped_by'),
              campaign.stopped_by === null ? null : <Actor key="sb" id={campaign.stopped_by} />,
            ],
            [t('reason'), campaign.stop_reason],
          ]}
        />
      </div>
    </Panel>
  );
}

function Redemptions({ campaign }: { campaign: Campaign }): ReactNode {
  const { t, format } = useConsole();
  const list = useList(
    ['campaigns', 'redemptions', campaign.id],
    (paging, options) => client.listRedemptions(campaign.id, paging, options),
    { pollMs: POLL_MS },
  );
  const columns: Column<Redemption>[] = [
    {
      key: 'account',
      head: t('accounts.account'),
      isName: true,
      cell: ({ account }) => (
        <Link to="/accounts/$account" params={{ account }} className="name">
          {account}
        </Link>
      ),
    },
    { key: 'role', head: t('campaigns.role'), cell: ({ role }) => t(`campaigns.role.${role}`) },
    { key: 'amount', head: t('ledger.amount'), isNumber: true, cell: ({ amount }) => format.credits(amount) },
    { key: 'grant', head: t('lots.id'), cell: ({ grant }) => <code>{grant}</code> },
    { key: 'at', head: t('ledger.at'), cell: ({ at }) => <At at={at} /> },
  ];
  return (
    <Panel title={t('campaigns.redemptions')}>
      <Listed list={list} empty={t('campaigns.no_redemption')}>
        {(rows) => (
          <Table
            label={t('campaigns.redemptions')}
            rows={rows}
            columns={columns}
            keyOf={({ grant }) => grant}
          />
        )}
      </Listed>
    </Panel>
  );
}
