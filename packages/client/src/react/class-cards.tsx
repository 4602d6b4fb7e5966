import { type ReactNode, useId, useState } from 'react';
import type { ClassBalance, Grant } from '../wire.ts';
import { Amount } from './amount.tsx';
import type { ShownClass } from './catalog-names.ts';
import { ClassMark } from './class-mark.tsx';
import { Fact } from './fact.tsx';
import { Icon } from './icon.tsx';
import { whenOpened } from './lazily.tsx';
import { isLive, isNew, nextRefill, sourceOf } from './lots.ts';
import { useDrawdown, useNames } from './provider.tsx';
import { useLots, useSubscriptions } from './use-account.ts';
import { useBalance } from './use-balance.ts';
import { useStanding } from './use-team.ts';

const LotsDrawer = whenOpened(async () => (await import('./lots-drawer.tsx')).LotsDrawer);

/** One card for each class, always, also at 0: a class that is missing looks like credits that were taken. */
export function ClassCards(): ReactNode {
  const { t } = useDrawdown();
  const { balance } = useBalance();
  const names = useNames();
  const lots = useLots();
  // Of a team's lots its members know what they come to, and whoever manages it the rest.
  const manages = useStanding().data?.manages === true;
  const [opened, setOpened] = useState<string | null>(null);
  const title = useId();
  if (balance === null) return <CardSkeletons />;
  return (
    <section aria-labelledby={title}>
      <h2 className="dd-visually-hidden" id={title}>
        {t('cards.title')}
      </h2>
      <ul className="dd-cards">
        {balance.classes.map((one) => (
          <li key={one.class} className="dd-cards__item">
            {isNew(balance) ? (
              <NewCard shown={names.class(one.class)} sells={manages} />
            ) : (
              <ClassCard
                balance={one}
                shown={names.class(one.class)}
                lots={lots.data?.filter((lot) => lot.class === one.class)}
                {...(manages ? { onOpen: () => setOpened(one.class) } : {})}
              />
            )}
          </li>
        ))}
      </ul>
      <LotsDrawer open={opened !== null} of={opened} onClose={() => setOpened(null)} />
    </section>
  );
}

/** Where each kind of credits is had. */
const WAYS = { plan: '#dd-plans', earned: '#dd-redeem', paid: '#dd-packs' } as const;

/** Of an account that never had credits: what these are and how they are had, in the place of zeros. */
function NewCard({ shown, sells }: { shown: ShownClass; sells: boolean }): ReactNode {
  const { t } = useDrawdown();
  return (
    <article className="dd-card" data-slot={shown.slot} data-new="true">
      <CardHead shown={shown} />
      <p className="dd-card__new">{t(`new.${shown.kind}`)}</p>
      {sells ? (
        <a className="dd-card__open" href={WAYS[shown.kind]}>
          {t(`way.${shown.kind}`)}
          <Icon name="chevron" />
        </a>
      ) : null}
    </article>
  );
}

function CardHead({ shown }: { shown: ShownClass }): ReactNode {
  const { t } = useDrawdown();
  return (
    <header className="dd-card__head">
      <ClassMark of={shown} />
      <h3 className="dd-card__name">{shown.name}</h3>
      <span className="dd-card__position">{t('card.position', { position: shown.position })}</span>
    </header>
  );
}

interface CardProps {
  balance: ClassBalance;
  shown: ShownClass;
  /** Undefined: not known yet. */
  lots: readonly Grant[] | undefined;
  /** Absent: the lots are not this person's to see. */
  onOpen?(): void;
}

function ClassCard({ balance, shown, lots, onOpen }: CardProps): ReactNode {
  const { t } = useDrawdown();
  const live = (lots ?? []).filter(isLive);
  const sees = onOpen !== undefined;
  const granted = live.reduce((sum, lot) => sum + lot.amount, 0);
  return (
    <article className="dd-card" data-slot={shown.slot} data-empty={balance.total === 0}>
      <CardHead shown={shown} />
      <p className="dd-card__amount">
        <Amount value={balance.available} className="dd-card__number" />
        {granted > 0 ? <span className="dd-card__of">{t('card.of', { count: granted })}</span> : null}
      </p>
      {sees ? (
        <Meter
          value={balance.available}
          kept={balance.total - balance.available}
          of={granted}
          shown={shown}
        />
      ) : null}
      <dl className="dd-facts">
        {sees || shown.kind === 'paid' ? null : <Expiry balance={balance} isOneLot={false} />}
        {sees && shown.kind === 'plan' ? <PlanFacts balance={balance} lots={live} of={shown} /> : null}
        {sees && shown.kind === 'earned' ? <EarnedFacts balance={balance} lots={live} /> : null}
        {shown.kind === 'paid' ? <PaidFacts balance={balance} /> : null}
        {balance.held > 0 ? <Fact name={t('card.held')}>{t('credits', { count: balance.held })}</Fact> : null}
        {balance.frozen > 0 ? (
          <Fact name={t('card.frozen')}>{t('credits', { count: balance.frozen })}</Fact>
        ) : null}
      </dl>
      {onOpen === undefined ? null : (
        <button type="button" className="dd-card__open" onClick={onOpen}>
          {t('card.lots', { count: live.length })}
          <Icon name="chevron" />
        </button>
      )}
    </article>
  );
}

/** `value` as the number above it says it; `kept`: what is there besides and cannot be spent, reserved or frozen. */
function Meter({
  value,
  kept,
  of,
  shown,
}: {
  value: number;
  kept: number;
  of: number;
  shown: ShownClass;
}): ReactNode {
  const { t } = useDrawdown();
  const partOf = (amount: number): string => `${of === 0 ? 0 : Math.min(1, amount / of) * 100}%`;
  return (
    <div
      className="dd-meter"
      role="img"
      aria-label={of === 0 ? t('meter.empty') : t('meter.label', { value, of })}
      data-slot={shown.slot}
    >
      <span className="dd-meter__fill" style={{ inlineSize: partOf(value) }} />
      {kept > 0 ? (
        <span className="dd-meter__fill" data-kept="true" style={{ inlineSize: partOf(kept) }} />
      ) : null}
    </div>
  );
}

function PlanFacts({
  balance,
  lots,
  of,
}: {
  balance: ClassBalance;
  lots: readonly Grant[];
  of: ShownClass;
}): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const subscriptions = useSubscriptions().data;
  const mine = subscriptions?.filter((one) => one.class === of.id) ?? [];
  const refill = nextRefill(subscriptions, of.id);
  const plans = mine.map((one) => t(`card_plan.${one.interval}`, { name: names.named('plan', one.plan) }));
  return (
    <>
      <Fact name={t('card.plan')}>{plans.length === 0 ? t('card.no_plan') : format.list(plans)}</Fact>
      <Expiry balance={balance} isOneLot={lots.length <= 1} />
      <Fact name={t('card.refill')}>
        {refill === null
          ? t('card.no_refill')
          : t('card.refill_on', { count: refill.amount, date: format.date(refill.at) })}
      </Fact>
    </>
  );
}

/** So many campaigns have room in a card; the lots behind it name them all. */
const NAMED = 2;

function EarnedFacts({ balance, lots }: { balance: ClassBalance; lots: readonly Grant[] }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  // In the order of use, each once.
  const sources = [...new Set(lots.map((lot) => sourceOf(lot, { t, names })))];
  const more = sources.length - NAMED;
  return (
    <>
      <Fact name={t('card.source')}>
        {sources.length === 0
          ? t('card.none_earned')
          : more > 0
            ? t('card.sources', { names: sources.slice(0, NAMED).join(', '), count: more })
            : format.list(sources)}
      </Fact>
      <Expiry balance={balance} isOneLot={lots.length <= 1} />
    </>
  );
}

function PaidFacts({ balance }: { balance: ClassBalance }): ReactNode {
  const { t } = useDrawdown();
  return (
    <>
      {balance.next_expiry === null ? (
        <Fact name={t('card.validity')}>{t('card.never_expires')}</Fact>
      ) : (
        <Expiry balance={balance} isOneLot={false} />
      )}
      <Fact name={t('card.plan')}>{t('card.kept')}</Fact>
    </>
  );
}

/** The exact instant, in UTC where it is compared with the terms, and here where it is lived. */
function Expiry({ balance, isOneLot }: { balance: ClassBalance; isOneLot: boolean }): ReactNode {
  const { t, format } = useDrawdown();
  const next = balance.next_expiry;
  if (next === null) return null;
  const values = { count: next.amount, date: format.dateTime(next.at) };
  return (
    <Fact name={t('card.expires')}>
      <time dateTime={next.at} title={format.utc(next.at)}>
        {isOneLot ? values.date : t('card.expires_some', values)}
      </time>
      {format.utc(next.at) === `${values.date} UTC` ? null : (
        <span className="dd-facts__aside">{format.utc(next.at)}</span>
      )}
    </Fact>
  );
}

export function CardSkeletons(): ReactNode {
  return (
    <div className="dd-cards" aria-hidden="true">
      {[1, 2, 3].map((slot) => (
        <div key={slot} className="dd-card dd-card--skeleton">
          <span className="dd-skeleton dd-skeleton--text" />
          <span className="dd-skeleton dd-skeleton--number" />
          <span className="dd-skeleton dd-skeleton--text" />
        </div>
      ))}
    </div>
  );
}
