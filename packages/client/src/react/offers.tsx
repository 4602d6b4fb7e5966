import type { ReactNode } from 'react';
import type { CreditsPageProps } from './credits-page.tsx';
import { Invite } from './invite.tsx';
import { PackPicker } from './pack-picker.tsx';
import { PlanPicker } from './plan-picker.tsx';
import { useDrawdown } from './provider.tsx';
import { RedeemForm } from './redeem-form.tsx';
import { Section } from './section.tsx';

/** The ways to get more: packs, plans, codes and friends. */
export function Offers({ onChoosePlan, currency }: CreditsPageProps): ReactNode {
  const { t } = useDrawdown();
  const inCurrency = currency === undefined ? {} : { currency };
  return (
    <div className="dd-columns">
      <PackPicker {...inCurrency} />
      <div className="dd-column">
        <PlanPicker {...inCurrency} {...(onChoosePlan === undefined ? {} : { onChoose: onChoosePlan })} />
        <Section title={t('redeem.title')} anchor="dd-redeem">
          <RedeemForm />
        </Section>
        <Invite />
      </div>
    </div>
  );
}
