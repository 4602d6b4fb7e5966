/** What a process has counted since its start. */
import type { SystemState } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

type Counted = SystemState['process'];
type Verb = Counted['commands'][number];
type Delivery = Counted['deliveries'][number];
type FailureRow = Counted['failures'][number];

export function Verbs({ commands }: { commands: readonly Verb[] }): ReactNode {
  const { t, format } = useConsole();
  if (commands.length === 0) return <p className="dd-empty">{t('system.no_command')}</p>;
  const columns: Column<Verb>[] = [
    { key: 'verb', head: t('system.verb'), isName: true, cell: ({ verb }) => <code>{verb}</code> },
    { key: 'outcome', head: t('system.outcome'), cell: ({ outcome }) => <Outcome outcome={outcome} /> },
    { key: 'count', head: t('system.count'), isNumber: true, cell: ({ count }) => format.credits(count) },
  ];
  return (
    <Table
      label={t('system.verbs')}
      isCompact
      rows={commands}
      columns={columns}
      keyOf={({ verb, outcome }) => `${verb} ${outcome}`}
    />
  );
}

/** What was done, and what was refused, which is mostly right: it is plain. What broke is not. */
function Outcome({ outcome }: { outcome: string }): ReactNode {
  const tone = outcome === 'done' ? 'good' : outcome === 'broken' ? 'bad' : 'plain';
  return (
    <State tone={tone}>
      <code>{outcome}</code>
    </State>
  );
}

export function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }): ReactNode {
  const { t, format } = useConsole();
  const columns: Column<Delivery>[] = [
    {
      key: 'provider',
      head: t('system.provider'),
      isName: true,
      cell: ({ provider }) => <code>{provider}</code>,
    },
    { key: 'outcome', head: t('system.outcome'), cell: ({ outcome }) => <code>{outcome}</code> },
    { key: 'count', head: t('system.count'), isNumber: true, cell: ({ count }) => format.credits(count) },
  ];
  return (
    <Table
      label={t('system.deliveries')}
      isCompact
      rows={deliveries}
      columns={columns}
      keyOf={({ provider, outcome }) => `${provider} ${outcome}`}
    />
  );
}

export function Failures({ failures }: { failures: readonly FailureRow[] }): ReactNode {
  const { t, format } = useConsole();
  if (failures.length === 0) return <p className="dd-empty">{t('system.no_failure')}</p>;
  const columns: Column<FailureRow>[] = [
    {
      key: 'route',
      head: t('system.route'),
      isName: true,
      cell: ({ method, route }) => (
        <code className="url">
          {method} {route}
        </code>
      ),
    },
    { key: 'status', head: t('system.status'), cell: ({ status }) => <State tone="bad">{status}</State> },
    { key: 'count', head: t('system.count'), isNumber: true, cell: ({ count }) => format.credits(count) },
  ];
  return (
    <Table
      label={t('system.failures')}
      isCompact
      rows={failures}
      columns={columns}
      keyOf={({ method, route, status }) => `${method} ${route} ${status}`}
    />
  );
}
