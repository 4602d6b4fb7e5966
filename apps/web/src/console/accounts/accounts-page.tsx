import type { FoundAccount } from '@drawdown/client';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Choice } from '../parts/choice.tsx';
import { Head } from '../parts/head.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At, State } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';

const route = getRouteApi('/accounts');

const STATES = ['all', 'active', 'due', 'frozen', 'closed'] as const;

/** Finds an account: by its id, or by anything that leads to it. */
export function AccountsPage(): ReactNode {
  const { t } = useConsole();
  const { q, state } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = STATES.find((one) => one === state);
  const list = useList(['accounts', q ?? '', wanted ?? 'all'], (paging, options) =>
    client.findAccounts(
      { ...paging, ...(q === undefined ? {} : { q }), ...(wanted === undefined ? {} : { state: wanted }) },
      options,
    ),
  );
  const columns = useColumns();
  return (
    <>
      <Head name={t('section.accounts')} lead={t('accounts.lead')} />
      <div className="filters">
        <Search
          value={q ?? ''}
          onSearch={(text) =>
            void navigate({ search: (before) => ({ ...before, q: text === '' ? undefined : text }) })
          }
        />
        <Choice
          label={t('accounts.state')}
          value={wanted ?? 'all'}
          options={STATES.map((one) => [one, t(`accounts.state.${one}`)])}
          onChange={(value) =>
            void navigate({ search: (before) => ({ ...before, state: value === 'all' ? undefined : value }) })
          }
        />
      </div>
      <Listed list={list} empty={t(q === undefined ? 'accounts.none' : 'accounts.none_match')}>
        {(rows) => (
          <Table
            label={t('section.accounts')}
            rows={rows}
            columns={columns}
            keyOf={({ account }) => account}
          />
        )}
      </Listed>
    </>
  );
}

function useColumns(): Column<FoundAccount>[] {
  const { t, format } = useConsole();
  return [
    {
      key: 'account',
      head: t('accounts.account'),
      isName: true,
      cell: ({ account, found }) => (
        <>
          <Link to="/accounts/$account" params={{ account }} className="name">
            {account}
          </Link>
          {found === null || found.by === 'account' ? null : (
            <span className="aside">
              {t(`found.${found.by}`)} <code>{found.id}</code>
            </span>
          )}
        </>
      ),
    },
    { key: 'kind', head: t('accounts.kind'), cell: ({ kind }) => t(`kind.${kind}`) },
    {
      key: 'state',
      head: t('accounts.state'),
      cell: ({ state, frozen }) =>
        state === 'closed' ? (
          <State tone="plain">{t('accounts.closed')}</State>
        ) : frozen > 0 ? (
          <State tone="warning">{t('accounts.frozen', { count: frozen })}</State>
        ) : (
          <State tone="good">{t('accounts.open')}</State>
        ),
    },
    {
      key: 'total',
      head: t('accounts.total'),
      isNumber: true,
      cell: ({ total }) => format.credits(total),
    },
    {
      key: 'version',
      head: t('accounts.entries'),
      isNumber: true,
      cell: ({ version }) => format.credits(version),
    },
    { key: 'due', head: t('accounts.due'), cell: ({ due_at: at }) => <At at={at} /> },
    { key: 'created', head: t('accounts.since'), cell: ({ created_at: at }) => <At at={at} /> },
  ];
}

/** It is searched on Enter, and what was searched for stands in the address. */
function Search({ value, onSearch }: { value: string; onSearch(text: string): void }): ReactNode {
  const { t } = useConsole();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (field.current !== null) field.current.value = value;
  }, [value]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(field.current?.value.trim() ?? '');
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers do not know <search> yet
    <form className="search" role="search" onSubmit={submit}>
      <label htmlFor={id} className="dd-visually-hidden">
        {t('accounts.search')}
      </label>
      <input
        ref={field}
        id={id}
        className="dd-input"
        type="search"
        autoComplete="off"
        spellCheck={false}
        placeholder={t('accounts.placeholder')}
        defaultValue={value}
      />
      <button type="submit" className="dd-button">
        {t('accounts.find')}
      </button>
    </form>
  );
}
