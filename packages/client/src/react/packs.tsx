import { type ReactNode, useMemo } from 'react';
import type { CatalogPack } from '../wire.ts';
import type { Buying } from './buying.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';

/** A pack at the price of one currency. */
export interface PackAtPrice {
  readonly pack: CatalogPack;
  readonly amountMinor: number;
  readonly currency: string;
  /** With what comes on top. */
  readonly credits: number;
}

/** The packs that are sold in a currency; absent: in each pack's first. The smallest first. */
export function usePackOffers(currency?: string): readonly PackAtPrice[] {
  const packs = useCatalog().data?.packs;
  return useMemo(
    () =>
      (packs ?? [])
        .flatMap((pack): PackAtPrice[] => {
          const chosen = currency ?? Object.keys(pack.prices)[0];
          const amountMinor = chosen === undefined ? undefined : pack.prices[chosen];
          if (chosen === undefined || amountMinor === undefined) return [];
          return [{ pack, amountMinor, currency: chosen, credits: pack.credits + pack.bonus }];
        })
        .sort((a, b) => a.credits - b.credits),
    [packs, currency],
  );
}

export function smallestCovering(packs: readonly PackAtPrice[], shortfall: number): PackAtPrice | undefined {
  return packs.find(({ credits }) => credits >= shortfall);
}

/** One pack with its total and what a credit costs in it, and when it would expire. */
export function PackOffer({
  pack: offer,
  buying,
  saves = false,
}: {
  pack: PackAtPrice;
  buying: Buying;
  /** How it is paid is kept, for automatic top-ups. */
  saves?: boolean;
}): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { pack, credits, amountMinor, currency } = offer;
  const isPending = buying.pending !== null && 'pack' in buying.pending && buying.pending.pack === pack.id;
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">{names.named('pack', pack.id)}</h3>
        <p className="dd-option__detail">
          {t('pack.unit_price', { price: format.unitPrice(amountMinor, credits, currency) })}
          {' · '}
          <Validity of={pack.validity} />
        </p>
      </div>
      <button
        type="button"
        className="dd-button"
        aria-busy={isPending}
        onClick={() =>
          void buying.buy({ pack: pack.id, currency, ...(saves ? { save_payment_method: true } : {}) })
        }
      >
        {t('pack.buy', { price: format.money(amountMinor, currency) })}
      </button>
    </div>
  );
}

/** Until when bought credits are good, at the price: nobody is to learn it afterwards. */
export function Validity({ of }: { of: string | null }): ReactNode {
  const { t, format } = useDrawdown();
  return of === null ? t('pack.never_expires') : t('pack.expires', { duration: format.duration(of) });
}
