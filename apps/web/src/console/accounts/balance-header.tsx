import { Amount, ClassMark, DrawBar, Failure, useBalance } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { At } from '../parts/small.tsx';

/** What the account has at this moment, by class, and whether the line is live. Every place is there before its number. */
export function BalanceHeader(): ReactNode {
  const { t, format, names } = useConsole();
  const { balance, connection, error, updatedAt, refresh } = useBalance();
  if (balance === null && (connection === 'refused' || error !== null)) {
    return <Failure error={error} onRetry={() => void refresh()} />;
  }
  const classes = balance?.classes.map((one) => names.class(one.class)) ?? names.classes;
  return (
    <section className="balance" aria-label={t('balance.title')} aria-busy={balance === null}>
      <div className="balance__head">
        <p className="balance__total">
          {balance === null ? (
            <Unknown className="balance__number" />
          ) : (
            <Amount value={balance.available} className="balance__number" />
          )}
          <span className="dd-muted">{t('balance.available')}</span>
        </p>
        <dl className="balance__others">
          {(['held', 'frozen', 'debt'] as const).map((part) => (
            <div key={part} data-set={(balance?.[part] ?? 0) > 0}>
              <dt>{t(`balance.${part}`)}</dt>
              <dd>{balance === null ? <Unknown /> : format.credits(balance[part])}</dd>
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
              {balance === null ? (
                <Unknown />
              ) : (
                <Amount value={known?.available ?? 0} className="balance__amount" />
              )}
              <span className="balance__next">
                {balance === null ? (
                  '\u00a0'
                ) : known === undefined || known.next_expiry === null ? (
                  t(known !== undefined && known.total > 0 ? 'balance.no_expiry' : 'balance.nothing')
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

/** In the place of a number that has not arrived: a zero would be an answer. */
function Unknown({ className = '' }: { className?: string }): ReactNode {
  return <span className={`dd-skeleton balance__unknown ${className}`} aria-hidden="true" />;
}
