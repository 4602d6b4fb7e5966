import { type ReactNode, useState } from 'react';
import { ClassCards } from './class-cards.tsx';
import { CreditsHeader } from './credits-header.tsx';
import { Failure } from './failure.tsx';
import { HistoryTable } from './history-table.tsx';
import { PackPicker } from './pack-picker.tsx';
import { useDrawdown } from './provider.tsx';
import { RedeemForm } from './redeem-form.tsx';
import { useBalance } from './use-balance.ts';

/** Profile → Credits. Nothing of it on a phone: there is no Credits section in a mobile profile. */
export function CreditsPage(): ReactNode {
  const { t, surface } = useDrawdown();
  const { balance, error, connection, refresh } = useBalance();
  const [retrying, setRetrying] = useState(false);
  if (surface === 'ios' || surface === 'android') return null;
  if (balance === null && (connection === 'refused' || error !== null) && !retrying) {
    return (
      <div className="dd-page">
        <Failure
          error={error}
          onRetry={() => {
            setRetrying(true);
            void refresh().finally(() => setRetrying(false));
          }}
        />
      </div>
    );
  }
  return (
    <div className="dd-page">
      <CreditsHeader />
      <ClassCards />
      <div className="dd-columns">
        <PackPicker />
        <section className="dd-section" aria-labelledby="dd-redeem-title">
          <h2 className="dd-section__title" id="dd-redeem-title">
            {t('redeem.title')}
          </h2>
          <RedeemForm />
        </section>
      </div>
      <section className="dd-section" aria-labelledby="dd-history-title" id="dd-history">
        <h2 className="dd-section__title" id="dd-history-title">
          {t('history.title')}
        </h2>
        <HistoryTable />
      </section>
    </div>
  );
}
