import { type ReactNode, useState } from 'react';
import { AtRisk } from './at-risk.tsx';
import { ClassCards } from './class-cards.tsx';
import { CreditsHeader } from './credits-header.tsx';
import { Failure } from './failure.tsx';
import { HistorySection } from './history-section.tsx';
import { Invite } from './invite.tsx';
import { whenOpened } from './lazily.tsx';
import { PackPicker } from './pack-picker.tsx';
import { PlanPicker, type PlanPickerProps } from './plan-picker.tsx';
import { useDrawdown } from './provider.tsx';
import { RedeemForm } from './redeem-form.tsx';
import { comesFromCheckout } from './return-address.ts';
import { Timeline } from './timeline.tsx';
import { useBalance } from './use-balance.ts';
import { useStanding } from './use-team.ts';

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
  const { t, surface, account, person } = useDrawdown();
  const manages = useStanding().data?.manages === true;
  const inCurrency = currency === undefined ? {} : { currency };
  if (surface === 'ios' || surface === 'android') return null;
  return (
    <div className="dd-page">
      <Unreachable />
      <CheckoutNote open={comesFromCheckout()} />
      <CreditsHeader />
      <AtRisk {...(useHref === undefined ? {} : { useHref })} />
      <ClassCards />
      <TeamSection open={account !== person} />
      <Timeline />
      {manages ? (
        <div className="dd-columns">
          <PackPicker {...inCurrency} />
          <PlanPicker {...inCurrency} {...(onChoosePlan === undefined ? {} : { onChoose: onChoosePlan })} />
          <section className="dd-section" aria-labelledby="dd-redeem-title">
            <h2 className="dd-section__title" id="dd-redeem-title">
              {t('redeem.title')}
            </h2>
            <RedeemForm />
          </section>
          <Invite />
        </div>
      ) : null}
      <HistorySection />
    </div>
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
