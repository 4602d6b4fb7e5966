/** What a process has counted since its start. */
import type { SystemState } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { useStaffName } from '../parts/actor.tsx';
import { State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { isWord } from '../refusal.ts';

type Counted = SystemState['process'];
type Verb = Counted['commands'][number];
type Delivery = Counted['deliveries'][number];
type FailureRow = Counted['failures'][number];

export function Verbs({ commands }: { commands: readonly Verb[] }): ReactNode {
  const { t, format } = useConsole();
  if (commands.length === 0) return <p className="dd-empty">{t('system.no_command')}</p>;
  const columns: Column<Verb>[] = [
    { key: 'verb', head: t('system.verb'), isName: true, cell: ({ verb }) => <Command verb={verb} /> },
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

/** In words, as the audit log has them; the server's own name of it stands below. */
function Command({ verb }: { verb: string }): ReactNode {
  const { t } = useConsole();
  const word = [`command.${verb}`, `audit_act.${verb}`].find(isWord);
  return word === undefined ? (
    <code>{verb}</code>
  ) : (
    <span className="name" title={verb}>
      {t(word)}
    </span>
  );
}

/** What was done, and what was refused, which is mostly right: it is plain. What broke is not. */
function Outcome({ outcome }: { outcome: string }): ReactNode {
  const { t } = useConsole();
  if (outcome === 'done') return <State tone="good">{t('outcome.done')}</State>;
  if (outcome === 'broken' || outcome === 'internal') return <State tone="bad">{t('outcome.broken')}</State>;
  if (outcome === 'declined') return <State tone="plain">{t('outcome.declined')}</State>;
  return (
    <>
      <State tone="plain">{t('outcome.refused')}</State>
      <span className="aside">
        <code>{outcome}</code>
      </span>
    </>
  );
}

export function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }): ReactNode {
  const { t, format } = useConsole();
  const nameOf = useStaffName();
  const columns: Column<Delivery>[] = [
    {
      key: 'provider',
      head: t('system.provider'),
      isName: true,
      cell: ({ provider }) => <span className="name">{nameOf(provider)}</span>,
    },
    {
      key: 'outcome',
      head: t('system.outcome'),
      cell: ({ outcome }) =>
        outcome === 'purchase' || outcome === 'other' ? (
          t(`delivery_kind.${outcome}`)
        ) : (
          <Outcome outcome={outcome} />
        ),
    },
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
