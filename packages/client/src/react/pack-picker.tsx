import { type ReactNode, useState } from 'react';
import { Failure } from './failure.tsx';
import { PackOffer, usePackOffers } from './packs.tsx';
import { useDrawdown } from './provider.tsx';

/** What credits can be bought for, unit prices side by side. Nothing on a phone: there nothing is sold. */
export function PackPicker({ currency }: { currency?: string }): ReactNode {
  const { t, surface } = useDrawdown();
  const packs = usePackOffers(currency);
  const [error, setError] = useState<unknown>(null);
  if (surface === 'ios' || surface === 'android' || packs.length === 0) return null;
  return (
    <section className="dd-section" aria-labelledby="dd-packs-title" id="dd-packs">
      <h2 className="dd-section__title" id="dd-packs-title">
        {t('packs.title')}
      </h2>
      <ul className="dd-options">
        {packs.map((pack) => (
          <li key={pack.pack.id}>
            <PackOffer pack={pack} onError={setError} />
          </li>
        ))}
      </ul>
      {error === null ? null : <Failure error={error} />}
    </section>
  );
}
