import type { Payable } from '@drawdown/client';
import { Dialog } from '@drawdown/client/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Field } from '../parts/field.tsx';
import { Listed, useList } from '../parts/list.tsx';
import { At } from '../parts/small.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useRefusal } from '../refusal.ts';

/** What is to be paid to people, until somebody says that it has been. */
export function PayablesReport(): ReactNode {
  const { t, format, may } = useConsole();
  const [paying, setPaying] = useState<Payable | null>(null);
  const list = useList(['payables'], (paging, options) => client.payables(paging, options));
  const columns: (Column<Payable> | null)[] = [
    {
      key: 'account',
      head: t('accounts.account'),
      isName: true,
      cell: ({ account }) => (
        <Link to="/accounts/$account" params={{ account }} className="name">
          {account}
        </Link>
      ),
    },
    { key: 'since', head: t('payables.since'), cell: ({ created_at: at }) => <At at={at} /> },
    { key: 'for', head: t('payables.for'), cell: ({ grant, purchase }) => <code>{grant ?? purchase}</code> },
    {
      key: 'credits',
      head: t('finance.credits'),
      isNumber: true,
      cell: ({ credits }) => format.credits(credits),
    },
    {
      key: 'payable',
      head: t('payables.amount'),
      isNumber: true,
      cell: ({ payable_minor: minor, value }) => <strong>{format.money(minor, value.currency)}</strong>,
    },
    may('admin')
      ? {
          key: 'pay',
          head: t('payables.act'),
          cell: (payable) => (
            <button type="button" className="dd-button" data-size="small" onClick={() => setPaying(payable)}>
              {t('payables.mark')}
            </button>
          ),
        }
      : null,
  ];
  return (
    <>
      <p className="lead">{t('payables.lead')}</p>
      <Listed list={list} empty={t('payables.none')}>
        {(rows) => (
          <Table
            label={t('report.payables')}
            rows={rows}
            columns={columns.flatMap((one) => one ?? [])}
            keyOf={({ id }) => id}
          />
        )}
      </Listed>
      <Dialog open={paying !== null} onClose={() => setPaying(null)} title={t('payables.mark')}>
        {paying === null ? null : <PaidForm payable={paying} onDone={() => setPaying(null)} />}
      </Dialog>
    </>
  );
}

function PaidForm({ payable, onDone }: { payable: Payable; onDone(): void }): ReactNode {
  const { t, format } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [reference, setReference] = useState('');
  const mark = useMutation({
    mutationFn: () => client.markPaid(payable.id, { reference: reference.trim() }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['payables'] });
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reference.trim() !== '') mark.mutate();
  };
  return (
    <form className="act" onSubmit={submit}>
      <p className="act__about">
        {t('payables.about', {
          money: format.money(payable.payable_minor, payable.value.currency),
          account: payable.account,
        })}
      </p>
      <Field
        label={t('payables.reference')}
        hint={t('payables.reference_hint')}
        value={reference}
        onChange={setReference}
      />
      {mark.error === null ? null : (
        <p className="act__error" role="alert">
          {refusal(mark.error)}
        </p>
      )}
      <div className="act__buttons">
        <button type="button" className="dd-button" onClick={onDone}>
          {t('cancel')}
        </button>
        <button
          type="submit"
          className="dd-button"
          data-kind="primary"
          disabled={reference.trim() === '' || mark.isPending}
        >
          {t('payables.confirm')}
        </button>
      </div>
    </form>
  );
}
