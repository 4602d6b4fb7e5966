import type { StaffSignIn } from '@drawdown/client';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useStaffName } from '../parts/actor.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Confirm } from './confirm.tsx';

const POLL_MS = 15_000;

/** Everybody who is signed in to the console: whoever may, ends it. */
export function SignIns(): ReactNode {
  const { t, staff, may } = useConsole();
  const nameOf = useStaffName();
  const [ending, setEnding] = useState<StaffSignIn | null>(null);
  const list = useList(
    ['staff', 'sessions'],
    (paging, options) => client.listStaffSessions(paging, options),
    {
      pollMs: POLL_MS,
    },
  );
  const columns: Column<StaffSignIn>[] = [
    {
      key: 'who',
      head: t('staff.who'),
      isName: true,
      cell: ({ staff: who, current }) => (
        <>
          <span className="name">{nameOf(who.name)}</span>
          {current ? <span className="aside">{t('staff.here')}</span> : null}
        </>
      ),
    },
    { key: 'by', head: t('staff.by'), cell: ({ by }) => t(`staff.by.${by}`) },
    { key: 'since', head: t('staff.since'), cell: ({ signed_in_at: at }) => <At at={at} /> },
    { key: 'used', head: t('staff.last_used'), cell: ({ last_used_at: at }) => <At at={at} /> },
    { key: 'until', head: t('staff.until'), cell: ({ expires_at: at }) => <At at={at} /> },
    {
      key: 'act',
      head: t('staff.act'),
      cell: (one) =>
        // One's own, here, has a way out of its own.
        one.current || !(may('admin') || one.staff.id === staff.staff.id) ? null : (
          <button type="button" className="dd-link" onClick={() => setEnding(one)}>
            {t('staff.end')}
            <span className="dd-visually-hidden"> {nameOf(one.staff.name)}</span>
          </button>
        ),
    },
  ];
  return (
    <>
      <Listed list={list} empty={t('staff.none')}>
        {(rows) => <Table label={t('staff.sessions')} rows={rows} columns={columns} keyOf={({ id }) => id} />}
      </Listed>
      {ending === null ? null : (
        <Confirm
          title={t('staff.end_title', { name: nameOf(ending.staff.name) })}
          about={t('staff.end_about')}
          button={t('staff.end')}
          act={() => client.endStaffSession(ending.id)}
          onClose={() => setEnding(null)}
        />
      )}
    </>
  );
}
