import type { SystemState } from '@drawdown/client';
import { Failure } from '@drawdown/client/react';
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

const POLL_MS = 3_000;
/** Behind by more than this, the sweeper is late; nobody's balance is wrong for it. */
const LATE_MS = 60_000;

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
          [t('system.lag'), t('system.ms', { ms: Math.round(own.lane_lag_ms) })],
          [t('system.streams'), format.credits(own.streams)],
        ]}
      />
      <div className="columns">
        <Panel title={t('system.time')}>
          <div className="details details--plain">
            <Facts
              items={[
                [
                  t('system.due'),
                  <State key="due" tone={sweep.lag_ms > LATE_MS ? 'warning' : 'good'}>
                    {sweep.due_accounts === 0
                      ? t('system.none_due')
                      : t('system.due_accounts', { count: sweep.due_accounts })}
                  </State>,
                ],
                [
                  t('system.oldest_due'),
                  sweep.oldest_due_at === null ? null : <At key="o" at={sweep.oldest_due_at} />,
                ],
                [t('system.sweep_lag'), t('system.ms', { ms: Math.round(sweep.lag_ms) })],
                [t('system.settled'), format.credits(sweep.settled)],
                [
                  t('system.due_list'),
                  <Link key="l" to="/accounts" search={{ state: 'due' }}>
                    {t('accounts.state.due')}
                  </Link>,
                ],
              ]}
            />
          </div>
        </Panel>
        <Panel title={t('system.truth')}>
          <Truth state={state} />
        </Panel>
      </div>
      <Panel title={t('section.webhooks')}>
        <Endpoints endpoints={state.webhooks.endpoints} />
      </Panel>
      <div className="columns">
        <Panel title={t('system.process')}>
          <div className="details details--plain">
            <Facts
              items={[
                [t('system.version'), own.version],
                [t('system.started'), <At key="s" at={own.started_at} />],
                [t('section.approvals'), <Limits key="a" approvals={state.approvals} />],
              ]}
            />
          </div>
        </Panel>
        <Panel title={t('system.database')}>
          <Database database={state.database} />
        </Panel>
      </div>
      <Panel title={t('system.verbs')}>
        <Verbs commands={own.commands} />
      </Panel>
    </>
  );
}

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
              <State key="v" tone={verify.violations === 0 ? 'good' : 'bad'}>
                {verify.violations === 0
                  ? t('system.no_violation')
                  : t('system.violations', { count: verify.violations })}
              </State>,
            ],
            [t('system.verified_at'), <At key="at" at={verify.finished_at} />],
            [t('system.accounts'), format.credits(verify.accounts)],
            [t('accounts.entries'), format.credits(verify.entries)],
          ]}
        />
      )}
    </div>
  );
}

function Limits({ approvals }: { approvals: SystemState['approvals'] }): ReactNode {
  const { t, format } = useConsole();
  const { account_limit: account, staff_limit: staff, pending } = approvals;
  if (account === null && staff === null) return t('system.no_limit');
  return (
    <>
      {t('system.limits', {
        account: account === null ? '–' : format.credits(account),
        staff: staff === null ? '–' : format.credits(staff),
      })}
      <span className="aside">{t('system.pending', { count: pending })}</span>
    </>
  );
}

type Endpoint = SystemState['webhooks']['endpoints'][number];

function Endpoints({ endpoints }: { endpoints: readonly Endpoint[] }): ReactNode {
  const { t, format } = useConsole();
  if (endpoints.length === 0) return <p className="dd-empty">{t('webhooks.none')}</p>;
  const columns: Column<Endpoint>[] = [
    {
      key: 'url',
      head: t('webhooks.url'),
      isName: true,
      cell: ({ id, url }) => (
        <Link to="/webhooks/$endpoint" params={{ endpoint: id }} className="name url">
          {url}
        </Link>
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
      cell: (one) => format.credits(one.waiting),
    },
    {
      key: 'failed',
      head: t('delivery.dead'),
      isNumber: true,
      cell: ({ id, failed }) =>
        failed === 0 ? (
          '0'
        ) : (
          <Link to="/webhooks/$endpoint" params={{ endpoint: id }} search={{ state: 'dead' }}>
            {format.credits(failed)}
          </Link>
        ),
    },
  ];
  return <Table label={t('section.webhooks')} rows={endpoints} columns={columns} keyOf={({ id }) => id} />;
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

type Verb = SystemState['process']['commands'][number];

function Verbs({ commands }: { commands: readonly Verb[] }): ReactNode {
  const { t, format } = useConsole();
  if (commands.length === 0) return <p className="dd-empty">{t('system.no_command')}</p>;
  const columns: Column<Verb>[] = [
    { key: 'verb', head: t('system.verb'), isName: true, cell: ({ verb }) => <code>{verb}</code> },
    { key: 'outcome', head: t('system.outcome'), cell: ({ outcome }) => <code>{outcome}</code> },
    { key: 'count', head: t('system.count'), isNumber: true, cell: ({ count }) => format.credits(count) },
  ];
  return (
    <Table
      label={t('system.verbs')}
      rows={commands}
      columns={columns}
      keyOf={({ verb, outcome }) => `${verb} ${outcome}`}
    />
  );
}
