import type { Key } from '@drawdown/client';
import { type ReactNode, useState } from 'react';
import { now } from '../clock.ts';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Actor, useStaffName } from '../parts/actor.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Confirm } from './confirm.tsx';

type Asked = { readonly key: Key; readonly what: 'vouch' | 'revoke' };

const isByStaff = ({ created_by: by }: Key): boolean => by.startsWith('staff:');
const hasEnded = ({ expires_at: at }: Key): boolean => at !== null && Date.parse(at) <= now();

/** Every key that was made, whose it counts as, and what is left to say about it. */
export function Keys(): ReactNode {
  const { t, format, may } = useConsole();
  const nameOf = useStaffName();
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useList(['staff', 'keys'], (paging, options) => client.listKeys(paging, options));
  const columns: Column<Key>[] = [
    {
      key: 'name',
      head: t('keys.name'),
      isName: true,
      cell: ({ name, prefix }) => (
        <>
          <span className="name">{name}</span>
          <span className="aside">
            <code>{prefix}…</code>
          </span>
        </>
      ),
    },
    {
      key: 'scopes',
      head: t('keys.scopes'),
      // Who may do everything need not be told what that is.
      cell: ({ scopes }) =>
        scopes.includes('admin') ? t('scope.admin') : format.list(scopes.map((one) => t(`scope.${one}`))),
    },
    {
      key: 'by',
      head: t('keys.made_by'),
      cell: ({ created_by: by, created_at: at, owner }) => (
        <>
          <Actor id={by} />
          <span className="aside">
            <At at={at} />
          </span>
          {owner === null ? null : <span className="aside">{t('keys.owner', { name: nameOf(owner) })}</span>}
        </>
      ),
    },
    {
      key: 'counts',
      head: t('keys.counts'),
      cell: (key) =>
        t(isByStaff(key) && key.vouched_at === null ? 'keys.counts_maker' : 'keys.counts_itself'),
    },
    { key: 'used', head: t('staff.last_used'), cell: ({ last_used_at: at }) => <At at={at} /> },
    { key: 'state', head: t('keys.state'), cell: (key) => <KeyState of={key} /> },
    {
      key: 'act',
      head: t('staff.act'),
      cell: (key) =>
        key.revoked_at !== null || hasEnded(key) ? null : (
          <span className="buttons">
            {isByStaff(key) && key.vouched_at === null && may('approve') ? (
              <Act name={key.name} word={t('keys.vouch')} onClick={() => setAsked({ key, what: 'vouch' })} />
            ) : null}
            <Act name={key.name} word={t('keys.revoke')} onClick={() => setAsked({ key, what: 'revoke' })} />
          </span>
        ),
    },
  ];
  return (
    <>
      <Listed list={list} empty={t('keys.none')}>
        {(rows) => <Table label={t('keys.title')} rows={rows} columns={columns} keyOf={({ id }) => id} />}
      </Listed>
      {asked === null ? null : (
        <Confirm
          title={t(`keys.${asked.what}_title`, { name: asked.key.name })}
          about={t(`keys.${asked.what}_about`)}
          button={t(`keys.${asked.what}`)}
          withReason={asked.what === 'vouch'}
          {...(asked.what === 'vouch' ? { forbidden: t('keys.vouch_forbidden') } : {})}
          act={(reason) =>
            asked.what === 'vouch'
              ? client.vouchForKey(asked.key.id, { reason })
              : client.revokeKey(asked.key.id)
          }
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function Act({ name, word, onClick }: { name: string; word: string; onClick(): void }): ReactNode {
  return (
    <button type="button" className="dd-link" onClick={onClick}>
      {word}
      <span className="dd-visually-hidden"> {name}</span>
    </button>
  );
}

function KeyState({ of }: { of: Key }): ReactNode {
  const { t } = useConsole();
  if (of.revoked_at !== null) return <State tone="bad">{t('keys.revoked')}</State>;
  if (hasEnded(of)) return <State tone="plain">{t('keys.expired')}</State>;
  return <State tone="good">{t('keys.valid')}</State>;
}
