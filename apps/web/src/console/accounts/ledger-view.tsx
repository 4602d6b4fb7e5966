import type { Entry, EntryType } from '@drawdown/client';
import { Because, ClassMark, Failure, reasonText, useDrawdown, useHistory } from '@drawdown/client/react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Actor } from '../parts/actor.tsx';
import { attributesOf } from '../parts/attributes.tsx';
import { Choice } from '../parts/choice.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/list.tsx';
import { At, Copyable, Signed } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import type { OnAct } from './account-page.tsx';

const route = getRouteApi('/accounts/$account');

const TYPES: readonly EntryType[] = [
  'grant',
  'consume',
  'hold',
  'capture',
  'release',
  'refund',
  'expire',
  'void',
  'freeze',
  'unfreeze',
  'extend',
  'adjust',
  'transfer',
];

/** The ledger, newest first, as it is: no entry is merged or left out, and new ones appear by themselves. */
export function LedgerView({ onAct }: { onAct: OnAct }): ReactNode {
  const { t, names } = useConsole();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const type = TYPES.find((one) => one === search.type);
  const { class: inClass } = search;
  const history = useHistory({
    ...(type === undefined ? {} : { type }),
    ...(inClass === undefined ? {} : { class: inClass }),
  });
  const filter = (change: { type?: string | undefined; class?: string | undefined }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return (
    <>
      <div className="filters">
        <Choice
          label={t('ledger.type')}
          value={type ?? ''}
          options={[['', t('filter.all')], ...TYPES.map((one) => [one, t(`entry.${one}`)] as const)]}
          onChange={(value) => filter({ type: value === '' ? undefined : value })}
        />
        <Choice
          label={t('lots.class')}
          value={inClass ?? ''}
          options={[['', t('filter.all')], ...names.classes.map(({ id, name }) => [id, name] as const)]}
          onChange={(value) => filter({ class: value === '' ? undefined : value })}
        />
      </div>
      <Entries history={history} onAct={onAct} />
    </>
  );
}

function Entries({ history, onAct }: { history: ReturnType<typeof useHistory>; onAct: OnAct }): ReactNode {
  const { t } = useConsole();
  const columns = useColumns();
  const { entries, error, hasMore, loading, loadMore, reload } = history;
  if (entries === undefined) {
    return error === undefined ? <Loading /> : <Failure error={error} onRetry={reload} />;
  }
  if (entries.length === 0) return <p className="dd-empty">{t('ledger.none')}</p>;
  return (
    <div className="listed">
      <Table
        label={t('view.ledger')}
        rows={entries}
        columns={columns}
        keyOf={({ seq }) => seq}
        details={(entry) => <EntryDetails entry={entry} onAct={onAct} />}
      />
      {hasMore ? (
        <button type="button" className="dd-button listed__more" disabled={loading} onClick={loadMore}>
          {t('list.more')}
        </button>
      ) : null}
    </div>
  );
}

function useColumns(): Column<Entry>[] {
  const { t, format, names } = useConsole();
  return [
    {
      key: 'seq',
      head: t('ledger.seq'),
      isNumber: true,
      cell: ({ seq }) => <span className="dd-muted">{format.credits(seq)}</span>,
    },
    {
      key: 'what',
      head: t('ledger.what'),
      isName: true,
      cell: ({ type, feature }) => (
        <span className="name">
          {t(`entry.${type}`)}
          {feature === null ? null : <span className="dd-muted"> · {names.feature(feature)}</span>}
        </span>
      ),
    },
    { key: 'at', head: t('ledger.at'), cell: ({ at }) => <At at={at} /> },
    { key: 'actor', head: t('ledger.actor'), cell: ({ actor }) => <Actor id={actor} /> },
    { key: 'split', head: t('ledger.draws'), cell: (entry) => <Draws entry={entry} /> },
    {
      key: 'amount',
      head: t('ledger.amount'),
      isNumber: true,
      cell: ({ amount }) => <Signed amount={amount} />,
    },
    {
      key: 'held',
      head: t('ledger.held'),
      isNumber: true,
      cell: ({ held }) => (held === 0 ? '' : format.signed(held)),
    },
    {
      key: 'after',
      head: t('ledger.after'),
      isNumber: true,
      cell: ({ balance_after: after }) => format.credits(after),
    },
  ];
}

/** By class: what left or came, or was only reserved. */
function Draws({ entry }: { entry: Entry }): ReactNode {
  const { format, names } = useConsole();
  const sums = new Map<string, number>();
  for (const move of entry.moves) {
    const amount = move.remaining === 0 ? -move.held : move.remaining;
    sums.set(move.class, (sums.get(move.class) ?? 0) + amount);
  }
  return (
    <span className="draws">
      {[...sums].map(([id, amount]) => {
        const shown = names.class(id);
        return (
          <span key={id} className="draws__one" title={shown.name}>
            <ClassMark of={shown} />
            {format.credits(Math.abs(amount))}
            <span className="dd-visually-hidden"> {shown.short}</span>
          </span>
        );
      })}
    </span>
  );
}

function EntryDetails({ entry, onAct }: { entry: Entry; onAct: OnAct }): ReactNode {
  const { t, format, names } = useConsole();
  const { t: components } = useDrawdown();
  const { operation } = entry;
  const isSpending = operation !== null && (entry.type === 'consume' || entry.type === 'capture');
  return (
    <div className="details">
      {entry.moves.length === 0 ? null : (
        <ul className="moves">
          {entry.moves.map((move) => (
            <li key={move.grant}>
              <ClassMark of={names.class(move.class)} />
              <code>{move.grant}</code>
              <span className="moves__amount">
                {move.remaining === 0 ? null : <Signed amount={move.remaining} />}
                {move.held === 0 ? null : (
                  <span className="dd-muted">
                    {' '}
                    {t('ledger.held_change', { amount: format.signed(move.held) })}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Facts
        items={[
          [t('ledger.operation'), operation === null ? null : <Copyable key="op" text={operation} />],
          [t('ledger.hold'), entry.hold === null ? null : <Copyable key="hold" text={entry.hold} />],
          [
            t('ledger.reverses'),
            entry.reverses === null ? null : <Copyable key="rev" text={entry.reverses} />,
          ],
          [t('reason'), entry.reason === null ? null : reasonText(entry.reason, components)],
          [
            t('ledger.member'),
            entry.member === undefined ? null : <Actor key="m" id={`user:${entry.member}`} />,
          ],
          [t('ledger.utc'), format.utc(entry.at)],
          [t('ledger.catalog'), <code key="cat">{entry.catalog_version.slice(0, 12)}</code>],
          [t('ledger.hash'), <code key="hash">{entry.hash.slice(0, 16)}…</code>],
          [t('metadata'), attributesOf(entry.metadata)],
        ]}
      />
      {operation === null || !['consume', 'hold', 'capture'].includes(entry.type) ? null : (
        <Why operation={operation} />
      )}
      {onAct === null || !isSpending ? null : (
        <div className="details__acts">
          <button
            type="button"
            className="dd-button"
            data-size="small"
            onClick={() => onAct({ act: 'refund', entry: { ...entry, operation } })}
          >
            {t('act.refund')}
          </button>
        </div>
      )}
    </div>
  );
}

/** Which rule decided for or against each lot: asked for, since it reads the past. */
function Why({ operation }: { operation: string }): ReactNode {
  const { t, format, names } = useConsole();
  const { t: components } = useDrawdown();
  const [isWanted, setWanted] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['explain', operation],
    queryFn: ({ signal }) => client.explain(operation, { signal }),
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!isWanted) {
    return (
      <button type="button" className="dd-link" onClick={() => setWanted(true)}>
        {t('ledger.explain')}
      </button>
    );
  }
  if (data === undefined) {
    return error === null ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <ol className="why" aria-label={t('ledger.explain')}>
      {data.grants.map((one) => (
        <li key={one.grant} data-drawn={one.drawn > 0}>
          <ClassMark of={names.class(one.class)} />
          <span>
            <strong>
              {components('details.of', {
                drawn: format.credits(one.drawn),
                available: format.credits(one.available),
              })}
            </strong>{' '}
            <Because one={one} among={data.grants} /> <code>{one.grant}</code>
          </span>
        </li>
      ))}
    </ol>
  );
}
