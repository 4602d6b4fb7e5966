import { type ReactNode, useState } from 'react';
import { BuyingNotes, useBuying } from './buying.tsx';
import { ExactAmount } from './exact-amount.tsx';
import { whenOpened } from './lazily.tsx';
import { PackOffer, usePackOffers } from './packs.tsx';
import { useCatalog, useDrawdown } from './provider.tsx';
import { Section } from './section.tsx';
import { TopUpOffer } from './top-up-offer.tsx';

const PaymentsDialog = whenOpened(async () => (await import('./payments-dialog.tsx')).PaymentsDialog);

/** What credits can be bought for, unit prices side by side. Nothing on a phone: there nothing is sold. */
export function PackPicker({ currency }: { currency?: string }): ReactNode {
  const { t, surface } = useDrawdown();
  const packs = usePackOffers(currency);
  const terms = useCatalog().data?.exact_amount ?? null;
  const buying = useBuying();
  const [paymentsOpen, setPaymentsOpen] = useState(false);
  const priced = currency ?? Object.keys(terms?.tiers[0]?.unit_prices ?? {})[0];
  const isPhone = surface === 'ios' || surface === 'android';
  if (isPhone || (packs.length === 0 && terms === null)) return null;
  return (
    <Section
      title={t('packs.title')}
      anchor="dd-packs"
      tools={
        <button type="button" className="dd-button" data-size="small" onClick={() => setPaymentsOpen(true)}>
          {t('payments.title')}
        </button>
      }
    >
      <ul className="dd-options">
        {packs.map((pack) => (
          <li key={pack.pack.id}>
            <PackOffer pack={pack} buying={buying} />
          </li>
        ))}
        {terms === null || priced === undefined ? null : (
          <li>
            <ExactAmount terms={terms} currency={priced} buying={buying} />
          </li>
        )}
        {packs.length === 0 ? null : (
          <li>
            <TopUpOffer {...(currency === undefined ? {} : { currency })} />
          </li>
        )}
      </ul>
      <BuyingNotes buying={buying} />
      <PaymentsDialog open={paymentsOpen} onClose={() => setPaymentsOpen(false)} />
    </Section>
  );
}
