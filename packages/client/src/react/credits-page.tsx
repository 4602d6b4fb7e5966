import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { Banner } from './at-risk.tsx';
import { CardSkeletons, ClassCards } from './class-cards.tsx';
import { CreditsHeader } from './credits-header.tsx';
import { Failure } from './failure.tsx';
import { afterwards, whenOpened } from './lazily.tsx';
import type { PlanPickerProps } from './plan-picker.tsx';
import { useCatalog, useDrawdown } from './provider.tsx';
import { comesFromCheckout } from './return-address.ts';
import { Timeline } from './timeline.tsx';
import { useBalance } from './use-balance.ts';
import { useStanding } from './use-team.ts';

/** Below the first view. */
const Offers = afterwards(async () => (await import('./offers.tsx')).Offers);
const HistorySection = afterwards(async () => (await import('./history-section.tsx')).HistorySection);
const UsageSection = afterwards(async () => (await import('./usage-section.tsx')).UsageSection);
const CheckoutNote = whenOpened(async () => (await import('./checkout-note.tsx')).CheckoutNote);
/** Most accounts are no team's. */
const TeamSection = whenOpened(async () => (await import('./team-section.tsx')).TeamSection);

export interface CreditsPageProps {
  /** Has the product's server carry out a choice of plan; absent: plans are bought here. See `PlanPicker`. */
  onChoosePlan?: PlanPickerProps['onChoose'];
  /** Where one sees what credits are good for. */
  useHref?: string;
  /** ISO 4217, for prices; absent: the first that there is. */
  currency?: string;
}

/** Profile → Credits. Nothing of it on a phone: there is no Credits section in a mobile profile. */
export function CreditsPage({ onChoosePlan, useHref, currency }: CreditsPageProps): ReactNode {
  const { surface, account, person } = useDrawdown();
  const manages = useStanding().data?.manages === true;
  const inCurrency = currency === undefined ? {} : { currency };
  if (surface === 'ios' || surface === 'android') return null;
  return (
    <div className="dd-page">
      <Unreachable />
      <CheckoutNote open={comesFromCheckout()} />
      <CreditsHeader />
      <BelowBanner key={account} {...(useHref === undefined ? {} : { useHref })}>
        <ClassCards />
        {manages ? <Ways /> : null}
        <TeamSection open={account !== person} />
        <Timeline />
        <UsageSection />
        <HistorySection />
        {manages ? (
          <Offers {...inCurrency} {...(onChoosePlan === undefined ? {} : { onChoosePlan })} />
        ) : null}
      </BelowBanner>
    </div>
  );
}

/** Whoever has waited this long for a forecast sees the page without it. */
const PATIENCE_MS = 1_000;

/**
 * What stands below the banner comes together with it, once it is known whether there is one: a banner that came
 * afterwards would push everything down. One that comes too late waits until somebody returns to the page.
 */
function BelowBanner({ useHref, children }: { useHref?: string; children: ReactNode }): ReactNode {
  const { balance, connection } = useBalance();
  const [state, setState] = useState<'waiting' | 'known' | 'late'>('waiting');
  const hasBalance = balance !== null;
  const isAway = !hasBalance && (connection === 'refused' || connection === 'reconnecting');
  useEffect(() => {
    if (!hasBalance && !isAway) return;
    const end = (): void => setState((before) => (before === 'waiting' ? 'late' : before));
    const timer = setTimeout(end, isAway ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [hasBalance, isAway]);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') setState((before) => (before === 'late' ? 'known' : before));
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const onKnown = useCallback(() => setState((before) => (before === 'waiting' ? 'known' : before)), []);
  return (
    <>
      <Banner {...(useHref === undefined ? {} : { useHref })} shown={state === 'known'} onKnown={onKnown} />
      {state === 'waiting' ? (
        <>
          <CardSkeletons />
          <div className="dd-later" aria-busy="true" />
        </>
      ) : (
        children
      )}
    </>
  );
}

/** What is for sale stands below what there is and what was: these lead there. */
function Ways(): ReactNode {
  const { t } = useDrawdown();
  const catalog = useCatalog().data;
  const invites = catalog?.campaigns.some(({ kind }) => kind === 'referral') === true;
  return (
    <nav className="dd-ways" aria-label={t('way.label')}>
      <a className="dd-button" data-kind="primary" href="#dd-packs">
        {t('way.paid')}
      </a>
      <a className="dd-button" href="#dd-plans">
        {t('way.plan')}
      </a>
      <a className="dd-button" href="#dd-redeem">
        {t('way.earned')}
      </a>
      {invites ? (
        <a className="dd-button" href="#dd-invite">
          {t('way.invite')}
        </a>
      ) : null}
    </nav>
  );
}

/** What is shown may be out of date, or there is nothing to show; what there was stays where it is. */
function Unreachable(): ReactNode {
  const { t } = useDrawdown();
  const { balance, error, connection, refresh } = useBalance();
  const [retrying, setRetrying] = useState(false);
  const isAway = connection === 'refused' || connection === 'reconnecting';
  if (!isAway || retrying) return null;
  const retry = (): void => {
    setRetrying(true);
    void refresh().finally(() => setRetrying(false));
  };
  if (error !== null) return <Failure error={error} onRetry={retry} />;
  // A stream that is opened again within a moment is nobody's concern; without any balance it is.
  return balance === null ? <Failure error={null} text={t('failure.offline')} onRetry={retry} /> : null;
}
