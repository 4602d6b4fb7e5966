/** What the catalog sells, and at which price: a pack, or any amount. Shown before and charged by the same words. */
import type * as wire from '@drawdown/client';
import type { Catalog, CatalogDuration } from '../catalog/catalog.ts';
import { amountFor, isSold, priceOfAmount } from '../catalog/exact-amount.ts';
import { parseAmount, toCredits } from '../core/amount.ts';
import { DrawdownError, invalid } from '../errors.ts';

export interface Offer {
  /** What the buyer reads. */
  readonly name: string;
  /** Null: an amount that the buyer named. */
  readonly pack: string | null;
  /** Atoms. */
  readonly credits: bigint;
  readonly bonus: bigint;
  readonly class: string;
  readonly validity: CatalogDuration | null;
  readonly priceMinor: number;
  readonly currency: string;
}

/** Exactly one of a pack, credits and money is named; refusals name the field. */
export function offerOf(catalog: Catalog, wanted: wire.PriceQuery): Offer {
  const named = (['pack', 'credits', 'amount_minor'] as const).filter((one) => wanted[one] !== undefined);
  const [only, ...more] = named;
  if (only === undefined || more.length > 0) {
    throw invalid(more[0] ?? 'pack', 'exactly one of pack, credits and amount_minor says what is bought');
  }
  return only === 'pack' ? packOffer(catalog, wanted) : amountOffer(catalog, wanted);
}

function packOffer(catalog: Catalog, wanted: wire.PriceQuery): Offer {
  const pack = catalog.packs.find(({ id }) => id === wanted.pack);
  if (pack === undefined) throw invalid('pack', 'is no pack of the catalog', 'unknown_pack');
  const currency = currencyOf(Object.keys(pack.prices), wanted.currency);
  const { name, id, credits, bonus, validity, prices } = pack;
  const priceMinor = prices[currency] as number;
  return { name, pack: id, credits, bonus, class: pack.class, validity, priceMinor, currency };
}

/** Money buys the most that it reaches for: what is charged may be less than what was named, and is never more. */
function amountOffer(catalog: Catalog, wanted: wire.PriceQuery): Offer {
  const terms = catalog.exactAmount;
  const field = wanted.credits === undefined ? 'amount_minor' : 'credits';
  if (terms === null) throw notSold(field, 'the catalog sells packs only', {});
  const currency = currencyOf(Object.keys(terms.tiers[0]?.unitPrices ?? {}), wanted.currency);
  const sale = { terms, currency, scale: catalog.scale };
  const credits =
    wanted.credits === undefined
      ? boughtFor(wanted.amount_minor, (money) => amountFor(sale, money))
      : parseAmount(wanted.credits, catalog.scale);
  const inCredits = (atoms: bigint) => toCredits(atoms, catalog.scale);
  const bounds = {
    minimum: inCredits(terms.minimum),
    maximum: inCredits(terms.maximum),
    step: inCredits(terms.step),
    minimum_price: { amount_minor: priceOfAmount(sale, terms.minimum), currency },
  };
  if (credits === null || !isSold(terms, credits)) {
    const { minimum, maximum, step } = bounds;
    const least = field === 'credits' ? '' : ` (from ${bounds.minimum_price.amount_minor} ${currency})`;
    throw notSold(field, `sold are ${minimum} to ${maximum} credits in steps of ${step}${least}`, bounds);
  }
  return {
    name: `${inCredits(credits).toLocaleString('en')} credits`,
    pack: null,
    credits,
    bonus: 0n,
    class: terms.class,
    validity: terms.validity,
    priceMinor: priceOfAmount(sale, credits),
    currency,
  };
}

function boughtFor(money: unknown, buy: (money: number) => bigint | null): bigint | null {
  return Number.isSafeInteger(money) && (money as number) > 0 ? buy(money as number) : null;
}

/** Absent: the first that there is a price in. */
function currencyOf(sold: readonly string[], wanted: string | undefined): string {
  const currency = wanted ?? sold[0];
  if (currency !== undefined && sold.includes(currency)) return currency;
  throw invalid('currency', `must be one of ${sold.join(', ')}`, 'unknown_currency');
}

function notSold(field: string, reason: string, bounds: Record<string, unknown>): DrawdownError {
  const errors = [{ field, message: reason }];
  return new DrawdownError('amount_not_sold', `${field}: ${reason}`, { field, errors, ...bounds });
}
