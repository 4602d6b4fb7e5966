import { type ReactNode, useMemo, useState } from 'react';
import type { CatalogPack } from '../wire.ts';
import { Intent } from './intent.ts';
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

/** Opens a checkout and goes there; the person comes back to the page that they are on. */
function useCheckout(): { buy(pack: PackAtPrice): Promise<void>; buying: string | null } {
  const { client, account } = useDrawdown();
  const [buying, setBuying] = useState<string | null>(null);
  const intent = useMemo(
    () =>
      new Intent((body: { pack: string; currency: string; return_url: string }, idempotencyKey: string) =>
        client.checkout(account, body, { idempotencyKey }),
      ),
    [client, account],
  );
  const buy = async ({ pack, currency }: PackAtPrice): Promise<void> => {
    setBuying(pack.id);
    try {
      const here = new URL(location.href);
      here.searchParams.delete('purchase');
      const { url } = await intent.run({ pack: pack.id, currency, return_url: here.href });
      location.assign(url);
    } finally {
      setBuying(null);
    }
  };
  return { buy, buying };
}

/** One pack with its total and what a credit costs in it, and when it would expire. */
export function PackOffer({
  pack: offer,
  onError,
}: {
  pack: PackAtPrice;
  onError(error: unknown): void;
}): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { buy, buying } = useCheckout();
  const { pack, credits, amountMinor, currency } = offer;
  const price = format.money(amountMinor, currency);
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">{names.named('pack', pack.id)}</h3>
        <p className="dd-option__detail">
          {t('pack.unit_price', { price: format.unitPrice(amountMinor, credits, currency) })}
          {' · '}
          {pack.validity === null ? t('pack.never_expires') : t('pack.expires', { duration: pack.validity })}
        </p>
      </div>
      <button
        type="button"
        className="dd-button"
        aria-busy={buying === pack.id}
        onClick={() => void buy(offer).catch(onError)}
      >
        {t('pack.buy', { price })}
      </button>
    </div>
  );
}
