import type { AuditQuery, AuditRecord } from '@drawdown/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Effect } from '../acts/effect.tsx';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { Facts } from '../parts/facts.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, Copyable, Json, Nothing } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { groupOf } from './act-groups.ts';

/** Everything that staff did, newest first. Of one account, its name is not said again in each line. */
export function AuditList({
  filter,
  isOfAccount = false,
}: {
  filter: AuditQuery;
  isOfAccount?: boolean;
}): ReactNode {
  const { t } = useConsole();
  const list = useList(['audit', filter], (paging, options) =>
    client.listAudit({ ...filter, ...paging }, options),
  );
  const columns = useColumns(isOfAccount);
  // An account's own records are not a choice among others.
  const isFiltered = Object.keys(filter).some((one) => one !== 'account');
  return (
    <Listed list={list} empty={t(isFiltered ? 'audit.none_match' : 'audit.none')}>
      {(rows) => (
        <Table
          label={t('section.audit')}
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          details={(record) => <RecordDetails record={record} />}
        />
      )}
    </Listed>
  );
}

function useColumns(isOfAccount: boolean): Column<AuditRecord>[] {
  const { t, format } = useConsole();
  const nameOf = useStaffName();
  const columns: (Column<AuditRecord> | null)[] = [
    {
      key: 'act',
      head: t('audit.act'),
      isName: true,
      cell: ({ act }) => <span className="name">{t(`audit_act.${act}`)}</span>,
    },
    { key: 'at', head: t('ledger.at'), cell: ({ at }) => <At at={at} /> },
    isOfAccount
      ? null
      : {
          key: 'account',
          head: t('audit.subject'),
          cell: (record) => <About record={record} />,
        },
    {
      key: 'staff',
      head: t('audit.staff'),
      cell: ({ staff, approved_by: second }) => (
        <>
          {nameOf(staff.name)}
          {second === null ? null : (
            <span className="aside">{t('audit.approved_by', { name: nameOf(second.name) })}</span>
          )}
        </>
      ),
    },
    {
      key: 'reason',
      head: t('reason'),
      cell: ({ reason }) => (reason === null ? <Nothing /> : <span className="reason">{reason}</span>),
    },
    {
      key: 'size',
      head: t('audit.size'),
      isNumber: true,
      cell: ({ size }) => (size === 0 ? <Nothing /> : format.credits(size)),
    },
  ];
  return columns.flatMap((one) => one ?? []);
}

/** An account has a page here, and so have campaigns and endpoints; keys have a name. */
function About({ record: { account, subject, act, input } }: { record: AuditRecord }): ReactNode {
  const { t } = useConsole();
  if (account !== null) {
    return (
      <Link to="/accounts/$account" params={{ account }}>
        {account}
      </Link>
    );
  }
  // Whose sign-in it is says who did it.
  if (subject === null || act === 'sign_in' || act === 'sign_out') return <Nothing />;
  if (groupOf(act) === 'campaigns') {
    return (
      <Link to="/campaigns/$campaign" params={{ campaign: subject }}>
        {subject}
      </Link>
    );
  }
  if (groupOf(act) === 'webhooks' && act !== 'delete_webhook_endpoint') {
    return (
      <Link to="/webhooks/$endpoint" params={{ endpoint: subject }} className="url">
        {typeof input.url === 'string' ? hostOf(input.url) : subject}
      </Link>
    );
  }
  if (act === 'set_limits') return t('section.approvals');
  return typeof input.name === 'string' ? input.name : <code className="subject">{subject}</code>;
}

/** Where an endpoint is says more than its id. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function RecordDetails({ record }: { record: AuditRecord }): ReactNode {
  const { t, format } = useConsole();
  const { preview, operation, entries, approval } = record;
  return (
    <div className="details">
      {preview === null ? null : <Effect preview={preview} />}
      <Facts
        items={[
          [t('reason'), record.reason],
          [t('audit.id'), <Copyable key="id" text={record.id} />],
          [
            t('audit.subject'),
            record.subject === null ? null : <Copyable key="about" text={record.subject} />,
          ],
          [t('audit.staff_id'), <code key="staff">{record.staff.id}</code>],
          [t('ledger.operation'), operation === null ? null : <Copyable key="op" text={operation} />],
          [
            t('audit.entries'),
            entries.length === 0 ? null : format.list(entries.map((seq) => format.credits(seq))),
          ],
          [
            t('audit.approval'),
            approval === null ? null : (
              <Link key="apr" to="/approvals/$approval" params={{ approval }}>
                {approval}
              </Link>
            ),
          ],
          [
            t('audit.request'),
            record.request_id === null ? null : <code key="req">{record.request_id}</code>,
          ],
          [t('audit.input'), <Json key="in" value={record.input} />],
        ]}
      />
    </div>
  );
}
