import type { Grant } from '@drawdown/client';
import { Failure, sourceOf, useBalance, useDrawdown, useLots, useReading } from '@drawdown/client/react';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { useStaffName } from '../parts/actor.tsx';
import { attributesOf } from '../parts/attributes.tsx';
import { Choice } from '../parts/choice.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/list.tsx';
import { At, ClassName, Copyable, Nothing, State, type Tone } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { isWord } from '../refusal.ts';
import type { OnAct } from './account-page.tsx';

const TONES: Readonly<Record<Grant['state'], Tone>> = {
  active: 'good',
  scheduled: 'plain',
  frozen: 'warning',
  depleted: 'plain',
  expired: 'plain',
  voided: 'plain',
  transferred: 'plain',
};

/** As many as one page of the server has. */
const MANY = 200;

/** The lots, in the order in which they will be drawn on. */
export function LotsView({ onAct }: { onAct: OnAct }): ReactNode {
  const { t } = useConsole();
  const [which, setWhich] = useState<'live' | 'all'>('live');
  const live = useLots();
  return (
    <>
      <div className="filters">
        <Choice
          label={t('lots.which')}
          value={which}
          options={[
            ['live', t('lots.live')],
            ['all', t('lots.all')],
          ]}
          onChange={setWhich}
        />
      </div>
      {which === 'live' ? <Lots reading={live} onAct={onAct} /> : <AllLots onAct={onAct} />}
    </>
  );
}

function AllLots({ onAct }: { onAct: OnAct }): ReactNode {
  const reading = useReading(
    'lots:all',
    async ({ client, account }) => (await client.listGrants(account, { state: 'all', limit: MANY })).data,
  );
  return <Lots reading={reading} onAct={onAct} />;
}

function Lots({ reading, onAct }: { reading: ReturnType<typeof useLots>; onAct: OnAct }): ReactNode {
  const { t } = useConsole();
  const { data, error, reload } = reading;
  const columns = useColumns(data ?? []);
  if (data === undefined) {
    return error === undefined ? <Loading /> : <Failure error={error} onRetry={reload} />;
  }
  if (data.length === 0) return <p className="dd-empty">{t('lots.none')}</p>;
  return (
    <Table
      label={t('view.lots')}
      rows={data}
      columns={columns}
      keyOf={({ id }) => id}
      details={(lot) => <LotDetails lot={lot} onAct={onAct} />}
    />
  );
}

/** What left the lot without being used. */
const goneOf = ({ expired, voided, transferred }: Grant): number => expired + voided + transferred;

/** Granted − used − gone − reserved = left, from left to right. */
function useColumns(lots: readonly Grant[]): Column<Grant>[] {
  const { t, format, names } = useConsole();
  const { t: components } = useDrawdown();
  const order = useBalance().balance?.draw_order ?? [];
  const hasGone = lots.some((lot) => goneOf(lot) > 0);
  const less = (credits: number): ReactNode => (credits === 0 ? <Nothing /> : format.signed(-credits));
  const columns: (Column<Grant> | null)[] = [
    {
      key: 'order',
      head: t('lots.order'),
      isNumber: true,
      cell: ({ id }) => {
        const nth = order.indexOf(id);
        return nth < 0 ? <Nothing /> : <span className="dd-muted">{nth + 1}</span>;
      },
    },
    {
      key: 'source',
      head: t('lots.source'),
      isName: true,
      cell: (lot) => <span className="name">{sourceOf(lot, { t: components, names })}</span>,
    },
    { key: 'class', head: t('lots.class'), cell: (lot) => <ClassName id={lot.class} /> },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => <State tone={TONES[state]}>{t(`lot_state.${state}`)}</State>,
    },
    { key: 'granted', head: t('lots.granted'), isNumber: true, cell: ({ amount }) => format.credits(amount) },
    { key: 'used', head: t('lots.used'), isNumber: true, cell: ({ consumed }) => less(consumed) },
    hasGone ? { key: 'gone', head: t('lots.gone'), isNumber: true, cell: (lot) => less(goneOf(lot)) } : null,
    { key: 'held', head: t('lots.held'), isNumber: true, cell: ({ held }) => less(held) },
    {
      key: 'left',
      head: t('lots.left'),
      isNumber: true,
      cell: ({ remaining, held }) => <strong>{format.credits(remaining - held)}</strong>,
    },
    {
      key: 'expires',
      head: t('lots.expires'),
      cell: ({ expires_at: at }) =>
        at === null ? <span className="dd-muted">{t('never')}</span> : <At at={at} />,
    },
  ];
  return columns.flatMap((one) => one ?? []);
}

/** Where it came from in a word, and by which id it is known there. */
function Source({ of: { type, ref } }: { of: Grant['source'] }): ReactNode {
  const { t } = useConsole();
  const word = `source.${type}`;
  return (
    <>
      {isWord(word) ? t(word) : type}
      {ref === null ? null : (
        <>
          {' '}
          <Copyable text={ref} />
        </>
      )}
    </>
  );
}

function LotDetails({ lot, onAct }: { lot: Grant; onAct: OnAct }): ReactNode {
  const { t, format, names } = useConsole();
  const nameOf = useStaffName();
  const isFrozen = lot.state === 'frozen';
  const isLive = isFrozen || lot.state === 'active' || lot.state === 'scheduled';
  return (
    <div className="details">
      <Facts
        items={[
          [t('lots.id'), <Copyable key="id" text={lot.id} />],
          [t('lots.from'), <Source key="source" of={lot.source} />],
          [t('lots.granted_at'), <At key="at" at={lot.created_at} />],
          [t('lots.effective'), <At key="from" at={lot.effective_at} />],
          [t('lots.expired'), lot.expired === 0 ? null : format.credits(lot.expired)],
          [t('lots.voided'), lot.voided === 0 ? null : format.credits(lot.voided)],
          [t('lots.transferred'), lot.transferred === 0 ? null : format.credits(lot.transferred)],
          [t('lots.paid'), lot.cost === null ? null : format.money(lot.cost.amount_minor, lot.cost.currency)],
          [t('lots.channel'), lot.channel === null ? null : nameOf(lot.channel)],
          [t('lots.priority'), lot.priority === 0 ? null : lot.priority],
          [
            t('lots.only_for'),
            lot.features === null ? null : format.list(lot.features.map((id) => names.feature(id) ?? id)),
          ],
          [t('metadata'), attributesOf(lot.metadata)],
        ]}
      />
      {onAct === null || !isLive ? null : (
        <div className="details__acts">
          <button
            type="button"
            className="dd-button"
            data-size="small"
            onClick={() => onAct({ act: 'extend', lot })}
          >
            {t('act.extend')}
          </button>
          <button
            type="button"
            className="dd-button"
            data-size="small"
            onClick={() => onAct({ act: isFrozen ? 'unfreeze' : 'freeze', lot })}
          >
            {t(isFrozen ? 'act.unfreeze' : 'act.freeze')}
          </button>
          <button
            type="button"
            className="dd-button"
            data-size="small"
            onClick={() => onAct({ act: 'void', lot })}
          >
            {t('act.void')}
          </button>
        </div>
      )}
    </div>
  );
}
