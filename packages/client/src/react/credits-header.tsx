import { type CSSProperties, type ReactNode, useEffect, useId, useState } from 'react';
import { Amount } from './amount.tsx';
import { ClassMark } from './class-mark.tsx';
import { DrawBar } from './draw-bar.tsx';
import { Icon } from './icon.tsx';
import { isNew } from './lots.ts';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { useOpenHolds } from './use-account.ts';
import { useBalance } from './use-balance.ts';

/** What can be spent, in which order it will be, what is reserved, and how fresh all of that is. */
export function CreditsHeader(): ReactNode {
  const { t, format } = useDrawdown();
  const { balance } = useBalance();
  const names = useNames();
  if (balance === null) return <HeaderSkeleton />;
  const parts = balance.classes.map((one) => ({ class: one.class, keep: one.available }));
  // A number of many digits is written smaller rather than out of a narrow page.
  const signs = format.credits(balance.available).length;
  return (
    <header className="dd-header">
      <div className="dd-header__line">
        {isNew(balance) ? (
          <p className="dd-header__total" data-new="true">
            <span className="dd-header__none">{t('header.none')}</span>
          </p>
        ) : (
          <p className="dd-header__total" style={{ '--dd-signs': signs } as CSSProperties}>
            <Amount value={balance.available} className="dd-total" />
            <span className="dd-header__unit">{t('header.unit', { count: balance.available })}</span>
          </p>
        )}
        <Freshness />
      </div>
      <DrawBar parts={parts} />
      <div className="dd-header__foot">
        <OrderStrip />
        {/* Its place is kept where nothing is reserved: jobs come and go, and nothing moves. */}
        <div className="dd-header__reserved">
          {isNew(balance) ? <p className="dd-note">{t('header.new')}</p> : <Reserved held={balance.held} />}
        </div>
      </div>
      {balance.frozen > 0 ? (
        <p className="dd-note" data-tone="warning">
          <Icon name="warning" />
          <span>{t('header.frozen', { count: balance.frozen })}</span>
        </p>
      ) : null}
      {balance.debt > 0 ? (
        <p className="dd-note" data-tone="warning">
          <Icon name="warning" />
          <span>{t('header.debt', { count: balance.debt })}</span>
        </p>
      ) : null}
      <Announcement
        text={t('header.announce', {
          count: balance.available,
          parts: format.list(
            balance.classes.map((one) => `${format.credits(one.available)} ${names.class(one.class).short}`),
          ),
        })}
      />
    </header>
  );
}

/** "We use 1 Subscription → 2 Activity → 3 Purchased": the order of the catalog, with what there is of each. */
export function OrderStrip(): ReactNode {
  const { t, format } = useDrawdown();
  const { balance } = useBalance();
  const names = useNames();
  const lead = useId();
  return (
    <div className="dd-order">
      <span className="dd-order__lead" id={lead}>
        {t('order.lead')}
      </span>
      <ol className="dd-order__list" aria-labelledby={lead}>
        {names.classes.map((one) => {
          const amount = balance?.classes.find((known) => known.class === one.id)?.available ?? 0;
          return (
            <li key={one.id} className="dd-order__item" data-empty={amount === 0}>
              <span className="dd-order__position">{format.credits(one.position)}</span>
              <ClassMark of={one} />
              <bdi className="dd-order__name">{one.short}</bdi>
              {balance === null || isNew(balance) ? null : (
                <Amount value={amount} className="dd-order__amount" />
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Reserved({ held }: { held: number }): ReactNode {
  const { t } = useDrawdown();
  const holds = useOpenHolds().data;
  if (held === 0) return null;
  const jobs = holds?.length ?? 0;
  return (
    <p className="dd-note">
      <Icon name="clock" />
      <a href="#dd-history">
        {jobs === 0 ? t('header.reserved', { count: held }) : t('header.reserved_by', { held, count: jobs })}
      </a>
    </p>
  );
}

/** When something was last heard from the server, and whether it still is. */
function Freshness(): ReactNode {
  const { t, format } = useDrawdown();
  const { connection, updatedAt } = useBalance();
  return (
    <p className="dd-freshness" data-connection={connection}>
      <span className="dd-freshness__dot" aria-hidden="true" />
      <span>
        {connection === 'live' ? t('header.live') : t(`connection.${connection}`)}
        {updatedAt === null ? null : (
          <>
            {' · '}
            {t('header.updated', { time: format.time(new Date(updatedAt)) })}
          </>
        )}
      </span>
    </p>
  );
}

/** A number that runs would be read out at every step: the sentence waits until it has come to rest. */
const SETTLED_MS = 900;

function Announcement({ text }: { text: string }): ReactNode {
  const [said, setSaid] = useState('');
  const [first] = useState(text);
  useEffect(() => {
    // What the page opens with is read with the page.
    if (text === first) return;
    const timer = setTimeout(() => setSaid(text), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text, first]);
  return (
    <p className="dd-visually-hidden" role="status">
      {said}
    </p>
  );
}

/** Of the header's own height: what stands below is not pushed down when the balance comes. */
function HeaderSkeleton(): ReactNode {
  const { t } = useDrawdown();
  const isOrderKnown = useCatalog().data !== undefined;
  return (
    <header className="dd-header" aria-busy="true">
      <p className="dd-visually-hidden">{t('loading')}</p>
      <div className="dd-header__line">
        <p className="dd-header__total">
          <span className="dd-skeleton dd-total" style={{ inlineSize: '3.2ch' }}>
            &nbsp;
          </span>
        </p>
      </div>
      <div className="dd-skeleton dd-draw-bar" />
      <div className="dd-header__foot">
        {isOrderKnown ? <OrderStrip /> : <div className="dd-skeleton dd-order__skeleton" />}
        <div className="dd-header__reserved" />
      </div>
    </header>
  );
}
