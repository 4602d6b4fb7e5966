/** Subscriptions and purchases: where the credits were paid. */
import type { Purchase, Subscription } from '@drawdown/client';
import { useReading } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Panel } from '../parts/head.tsx';
import { Read } from '../parts/read.tsx';
import { At, Copyable, Nothing, State, type Tone } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import type { OnAct } from './account-page.tsx';
import { AutomaticTopUp } from './automatic-top-up.tsx';

const MANY = 200;

export function PaymentsView({ onAct }: { onAct: OnAct }): ReactNode {
  const { t } = useConsole();
  return (
    <>
      <Panel title={t('payments.subscriptions')}>
        <Subscriptions />
      </Panel>
      <Panel title={t('payments.purchases')}>
        <Purchases />
      </Panel>
      <Panel title={t('top_up.title')}>
        <AutomaticTopUp onAct={onAct} />
      </Panel>
    </>
  );
}

const STATUS: Readonly<Record<Subscription['status'], Tone>> = {
  trialing: 'good',
  active: 'good',
  past_due: 'bad',
  paused: 'warning',
  cancelled: 'warning',
  ended: 'plain',
};

function Subscriptions(): ReactNode {
  const { t, format, names } = useConsole();
  const reading = useReading(
    'subscriptions:all',
    async ({ client, account }) => (await client.listSubscriptions(account, { limit: MANY })).data,
  );
  const columns: Column<Subscription>[] = [
    {
      key: 'plan',
      head: t('payments.plan'),
      isName: true,
      cell: ({ plan, ref }) => (
        <>
          <span className="name">{names.named('plan', plan)}</span>
          <span className="aside">{ref}</span>
        </>
      ),
    },
    {
      key: 'status',
      head: t('lots.state'),
      cell: ({ status }) => <State tone={STATUS[status]}>{t(`subscription.${status}`)}</State>,
    },
    {
      key: 'credits',
      head: t('payments.refill'),
      isNumber: true,
      cell: ({ credits }) => format.credits(credits),
    },
    {
      key: 'price',
      head: t('payments.price'),
      isNumber: true,
      cell: ({ price, interval }) =>
        price === null ? (
          <Nothing />
        ) : (
          t(`payments.per_${interval}`, { price: format.money(price.amount_minor, price.currency) })
        ),
    },
    { key: 'paid', head: t('payments.paid_until'), cell: ({ paid_until: at }) => <At at={at} /> },
    { key: 'next', head: t('payments.next_refill'), cell: ({ next_refill_at: at }) => <At at={at} /> },
    { key: 'cancel', head: t('payments.ends'), cell: ({ cancel_at: at }) => <At at={at} /> },
  ];
  return (
    <Read reading={reading} empty={t('payments.no_subscription')} lines={2}>
      {(rows) => (
        <Table label={t('payments.subscriptions')} rows={rows} columns={columns} keyOf={({ id }) => id} />
      )}
    </Read>
  );
}

const PURCHASE: Readonly<Record<Purchase['state'], Tone>> = {
  open: 'plain',
  canceled: 'plain',
  failed: 'bad',
  expired: 'plain',
  completed: 'good',
  refunding: 'warning',
  disputed: 'bad',
  partly_reversed: 'warning',
  reversed: 'warning',
};

function Purchases(): ReactNode {
  const { t, format, names } = useConsole();
  const reading = useReading(
    'purchases',
    async ({ client, account }) => (await client.listPurchases(account, { limit: MANY })).data,
  );
  const columns: Column<Purchase>[] = [
    {
      key: 'what',
      head: t('payments.what'),
      isName: true,
      cell: ({ pack, plan, credits }) => (
        <span className="name">
          {pack !== null
            ? names.named('pack', pack)
            : plan !== null
              ? names.named('plan', plan)
              : t('credits', { count: credits })}
        </span>
      ),
    },
    { key: 'id', head: t('payments.receipt'), cell: ({ id }) => <Copyable text={id} /> },
    {
      key: 'state',
      head: t('lots.state'),
      cell: ({ state }) => <State tone={PURCHASE[state]}>{t(`purchase.${state}`)}</State>,
    },
    { key: 'provider', head: t('payments.provider'), cell: ({ provider }) => t(`provider.${provider}`) },
    {
      key: 'credits',
      head: t('payments.credits'),
      isNumber: true,
      cell: ({ credits, bonus }) => format.credits(credits + bonus),
    },
    {
      key: 'paid',
      head: t('payments.paid'),
      isNumber: true,
      cell: ({ paid }) => (paid === null ? <Nothing /> : format.money(paid.amount_minor, paid.currency)),
    },
    {
      key: 'reversed',
      head: t('payments.reversed'),
      isNumber: true,
      cell: ({ reversed }) => (reversed === 0 ? '' : format.credits(reversed)),
    },
    {
      key: 'at',
      head: t('payments.at'),
      cell: ({ paid_at, created_at }) => <At at={paid_at ?? created_at} />,
    },
  ];
  return (
    <Read reading={reading} empty={t('payments.no_purchase')} lines={2}>
      {(rows) => (
        <Table label={t('payments.purchases')} rows={rows} columns={columns} keyOf={({ id }) => id} />
      )}
    </Read>
  );
}
