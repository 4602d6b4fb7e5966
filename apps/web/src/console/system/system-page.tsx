import type { SystemState } from '@drawdown/client';
import { Failure, type Format } from '@drawdown/client/react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Facts } from '../parts/facts.tsx';
import { Head, Panel } from '../parts/head.tsx';
import { Loading } from '../parts/list.tsx';
import { At, Figures, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { milliseconds, wholeUnits } from '../parts/units.ts';
import { Deliveries, Failures, Verbs } from './counted.tsx';

const POLL_MS = 3_000;
/** Behind by more than this, the sweeper is late; nobody's balance is wrong for it. */
const LATE_MS = 60_000;
/** As far as the server counts what is undelivered. */
const COUNTED = 1_000;

/** How the server is, right now. */
export function SystemPage(): ReactNode {
  const { t } = useConsole();
  const { data, error, refetch } = useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => client.system({ signal }),
    refetchInterval: POLL_MS,
  });
  return (
    <>
      <Head name={t('section.system')} lead={t('system.lead')} />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? error === null ? <Loading lines={8} /> : null : <Shown state={data} />}
    </>
  );
}

function Shown({ state }: { state: SystemState }): ReactNode {
  const { t, format } = useConsole();
  const { process: own, sweep } = state;
  const rate = new Intl.NumberFormat(format.locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  return (
    <>
      <Figures
        items={[
          [t('system.deductions'), rate.format(own.rates.deductions)],
          [t('system.commands'), rate.format(own.rates.commands)],
          [t('system.refused'), rate.format(own.rates.refused)],
          [t('system.batches'), rate.format(own.rates.batches)],
          [t('system.waiting'), format.credits(own.waiting_commands)],
          [t('system.lag'), milliseconds(own.lane_lag_ms, format.locale)],
          [t('system.streams'), format.credits(own.streams)],
        ]}
      />
      <div className="columns">
        <Panel title={t('system.time')}>
          <div className="details details--plain">
            <Facts
              items={[
                [t('system.due'), <Due key="due" sweep={sweep} />],
                [
                  t('system.oldest_due'),
                  sweep.oldest_due_at === null ? null : <At key="o" at={sweep.oldest_due_at} />,
                ],
                [t('system.sweep_lag'), milliseconds(sweep.lag_ms, format.locale)],
                [t('system.settled'), format.credits(sweep.settled)],
              ]}
            />
          </div>
        </Panel>
        <Panel title={t('system.unanswered')}>
          <Unanswered of={state.unanswered} />
        </Panel>
      </div>
      <Panel title={t('section.webhooks')}>
        <Endpoints state={state} />
      </Panel>
      <Panel title={t('system.failures')}>
        <Failures failures={own.failures} />
      </Panel>
      <div className="columns">
        <Panel title={t('system.truth')}>
          <Truth state={state} />
        </Panel>
        <Panel title={t('system.process')}>
          <div className="details details--plain">
            <Facts
              items={[
                [t('system.version'), own.version],
                [t('system.started'), <At key="s" at={own.started_at} />],
                [t('system.up'), wholeUnits(own.up_seconds, format.locale)],
                [t('section.approvals'), <Limits key="a" />],
              ]}
            />
          </div>
        </Panel>
      </div>
      <Panel title={t('system.database')}>
        <Database database={state.database} />
      </Panel>
      <Panel title={t('system.verbs')}>
        <Verbs commands={own.commands} />
      </Panel>
      {own.deliveries.length === 0 ? null : (
        <Panel title={t('system.deliveries')}>
          <Deliveries deliveries={own.deliveries} />
        </Panel>
      )}
    </>
  );
}

/** Which accounts, where there are any. */
function Due({ sweep }: { sweep: SystemState['sweep'] }): ReactNode {
  const { t } = useConsole();
  return (
    <State tone={sweep.lag_ms > LATE_MS ? 'warning' : 'good'}>
      {sweep.due_accounts === 0 ? (
        t('system.none_due')
      ) : (
        <Link to="/accounts" search={{ state: 'due' }}>
          {t('system.due_accounts', { count: sweep.due_accounts })}
        </Link>
      )}
    </State>
  );
}

const ASKED = ['charges', 'refunds', 'plan_changes'] as const;

/** What was asked of payment providers and stays open: somebody looks it up there. */
function Unanswered({ of }: { of: SystemState['unanswered'] }): ReactNode {
  const { t, format } = useConsole();
  const { oldest_asked_at: oldest, accounts } = of;
  return (
    <div className="details details--plain">
      {oldest === null ? (
        <State tone="good">{t('system.all_answered')}</State>
      ) : (
        <Facts
          items={[
            ...ASKED.map((what): [string, ReactNode] => [
              t(`system.unanswered.${what}`),
              <State key={what} tone={of[what] === 0 ? 'good' : 'warning'}>
                {counted(of[what], format)}
              </State>,
            ]),
            [t('system.oldest_asked'), <At key="at" at={oldest} />],
            [
              t('system.unanswered.accounts'),
              <span key="whose" className="buttons">
                {accounts.map((account) => (
                  <Link
                    key={account}
                    to="/accounts/$account"
                    params={{ account }}
                    search={{ view: 'payments' }}
                  >
                    {account}
                  </Link>
                ))}
              </span>,
            ],
          ]}
        />
      )}
    </div>
  );
}

/** Where counting ends there may be more. */
const counted = (count: number, format: Format): string =>
  `${format.credits(count)}${count >= COUNTED ? '+' : ''}`;

/** The last time that every ledger was added up again. */
function Truth({ state }: { state: SystemState }): ReactNode {
  const { t, format } = useConsole();
  const { verify } = state;
  return (
    <div className="details details--plain">
      {verify === null ? (
        <p className="dd-muted">{t('system.never_verified')}</p>
      ) : (
        <Facts
          items={[
            [
              t('system.verified'),
              <State key="v" tone={verify.faults === 0 ? 'good' : 'bad'}>
                {verify.faults === 0 ? t('system.no_fault') : t('system.faults', { count: verify.faults })}
              </State>,
            ],
            [
              t('system.verified_at'),
              <span key="at">
                <At at={verify.finished_at} />
                <span className="aside">{format.relative(verify.finished_at, Date.parse(state.as_of))}</span>
              </span>,
            ],
            [t('system.accounts'), format.credits(verify.accounts)],
            [t('accounts.entries'), format.credits(verify.entries)],
          ]}
        />
      )}
    </div>
  );
}

/** From when on somebody else must agree, for whoever looks. */
function Limits(): ReactNode {
  const { t, format, staff } = useConsole();
  const { account_limit: account, staff_limit: one } = staff.approval;
  if (account === null && one === null) return t('system.no_limit');
  const words = [
    account === null ? [] : [t('system.account_limit', { credits: format.credits(account) })],
    one === null ? [] : [t('system.staff_limit', { credits: format.credits(one) })],
  ].flat();
  return t('system.limits', { limits: format.list(words) });
}

type Endpoint = SystemState['webhooks']['endpoints'][number];

function Endpoints({ state: { webhooks, as_of: asOf } }: { state: SystemState }): ReactNode {
  const { endpoints, lag_ms: lag } = webhooks;
  const { t, format, may } = useConsole();
  const now = Date.parse(asOf);
  if (endpoints.length === 0) return <p className="dd-empty">{t('webhooks.none')}</p>;
  const columns: Column<Endpoint>[] = [
    {
      key: 'url',
      head: t('webhooks.url'),
      isName: true,
      cell: ({ id, host }) =>
        may('webhooks') ? (
          <Link to="/webhooks/$endpoint" params={{ endpoint: id }} className="name">
            {host}
          </Link>
        ) : (
          <span className="name">{host}</span>
        ),
    },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => (
        <State tone={state === 'enabled' ? 'good' : 'plain'}>
          {t(state === 'enabled' ? 'webhooks.on' : 'webhooks.off.asked')}
        </State>
      ),
    },
    {
      key: 'waiting',
      head: t('system.waiting_notices'),
      isNumber: true,
      cell: (one) => counted(one.waiting, format),
    },
    {
      key: 'dead',
      head: t('delivery.dead'),
      isNumber: true,
      cell: ({ id, dead }) =>
        dead === 0 || !may('webhooks') ? (
          counted(dead, format)
        ) : (
          <Link to="/webhooks/$endpoint" params={{ endpoint: id }} search={{ state: 'dead' }}>
            {counted(dead, format)}
          </Link>
        ),
    },
  ];
  return (
    <>
      {lag > LATE_MS ? (
        <div className="details details--plain">
          <State tone="warning">
            {t('system.webhooks_late', { time: format.relative(new Date(now - lag), now) })}
          </State>
        </div>
      ) : null}
      <Table
        label={t('section.webhooks')}
        rows={endpoints}
        columns={columns}
        keyOf={({ id }) => id}
        isCompact
      />
    </>
  );
}

function Database({ database }: { database: SystemState['database'] }): ReactNode {
  const { t, format } = useConsole();
  const megabytes = new Intl.NumberFormat(format.locale, {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  });
  const { estimated } = database;
  return (
    <div className="details details--plain">
      <Facts
        items={[
          [t('system.postgres'), `${database.version} · ${t(`system.role.${database.role}`)}`],
          [t('system.schema'), format.credits(database.schema)],
          [t('system.size'), megabytes.format(database.size_bytes / 1_000_000)],
          [t('system.connections'), format.credits(database.connections)],
          [t('system.accounts'), t('system.about', { count: estimated.accounts })],
          [t('accounts.entries'), t('system.about', { count: estimated.entries })],
          [t('system.lots'), t('system.about', { count: estimated.grants })],
        ]}
      />
    </div>
  );
}
