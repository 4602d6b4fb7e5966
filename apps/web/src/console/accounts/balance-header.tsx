import { Amount, ClassMark, DrawBar, Failure, useBalance } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { At } from '../parts/small.tsx';

/** What the account has at this moment, by class, and whether the line is live. Every place is there before its number. */
export function BalanceHeader(): ReactNode {
  const { t, format, names } = useConsole();
  const { balance, connection, error, updatedAt, refresh } = useBalance();
  if (balance === null && connection === 'refused') {
    return <Failure error={error} onRetry={() => void refresh()} />;
  }
  const classes = balance?.classes.map((one) => names.class(one.class)) ?? names.classes;
  return (
    <section className="balance" aria-label={t('balance.title')}>
      <div className="balance__head">
        <p className="balance__total">
          <Amount value={balance?.available ?? 0} className="balance__number" />
          <span className="dd-muted">{t('balance.available')}</span>
        </p>
        <dl className="balance__others">
          {(['held', 'frozen', 'debt'] as const).map((part) => (
            <div key={part} data-set={(balance?.[part] ?? 0) > 0}>
              <dt>{t(`balance.${part}`)}</dt>
              <dd>{format.credits(balance?.[part] ?? 0)}</dd>
            </div>
          ))}
        </dl>
        <p className="dd-freshness" data-connection={connection}>
          <span className="dd-freshness__dot" aria-hidden="true" />
          {t(`connection.${connection}`)}
          {updatedAt === null ? null : ` · ${format.time(new Date(updatedAt))}`}
        </p>
      </div>
      <DrawBar parts={(balance?.classes ?? []).map((one) => ({ class: one.class, keep: one.available }))} />
      <ul className="balance__classes">
        {classes.map((shown) => {
          const known = balance?.classes.find((one) => one.class === shown.id);
          return (
            <li key={shown.id} className="balance__class">
              <span className="dd-with-mark">
                <ClassMark of={shown} />
                {shown.name}
              </span>
              <Amount value={known?.available ?? 0} className="balance__amount" />
              <span className="balance__next">
                {known === undefined || known.next_expiry === null ? (
                  t(known === undefined || known.total > 0 ? 'balance.no_expiry' : 'balance.nothing')
                ) : (
                  <>
                    {t('balance.expires', { count: known.next_expiry.amount })}{' '}
                    <At at={known.next_expiry.at} />
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
