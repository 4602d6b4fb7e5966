/** What is bought, at which price and under which terms: read from the catalog once, and copied. */
import type * as wire from '@drawdown/client';
import type { Catalog, CatalogDuration, Jurisdiction } from '../catalog/catalog.ts';
import type { Call } from '../change.ts';
import { addDuration } from '../core/calendar.ts';
import { DrawdownError, invalid } from '../errors.ts';
import type { Profile } from '../store/accounts.ts';
import type { StoreSale } from './provider.ts';
import { offerOf } from './purchase-offer.ts';
import type { Consent, Law, Purchase } from './purchase-rows.ts';

type Bought = Pick<
  Purchase,
  | 'pack'
  | 'credits'
  | 'bonus'
  | 'class'
  | 'validity'
  | 'priceMinor'
  | 'currency'
  | 'reversal'
  | 'refundWindow'
  | 'jurisdiction'
  | 'law'
>;

/** What the product says of the buyer, and whether it is the buyer who asks, there and then. */
export interface Buyer {
  /** Null: the product says nothing, so that the buyer may. */
  readonly jurisdiction: string | null;
  readonly isPresent: boolean;
}

/** What the product keeps with the account, unless it has said it with the session. */
export function buyerOf(profile: Profile | null, { jurisdiction }: { jurisdiction?: string }): Buyer {
  const kept = profile?.metadata.jurisdiction;
  return { jurisdiction: jurisdiction ?? (typeof kept === 'string' ? kept : null), isPresent: true };
}

/** The terms of a checkout, and the name that the buyer reads. Refusals name the field. */
export function termsOf(
  catalog: Catalog,
  body: wire.CheckoutRequest,
  buyer: Buyer,
): Bought & { readonly name: string } {
  const { validity, ...offer } = offerOf(catalog, body);
  const { law, ...sale } = saleUnder(catalog, body, buyer);
  return {
    ...offer,
    validity: longer(validity, validity && (law?.expiryFloor ?? null))?.iso ?? null,
    reversal: catalog.policies.reversal,
    refundWindow: longer(catalog.policies.packRefundWindow, law?.withdrawalWindow ?? null)?.iso ?? null,
    ...sale,
    law: law && lawOf(law),
  };
}

/** The law that a plan is sold under, copied as for a pack. Refusals name the field. */
export function planLawOf(
  catalog: Catalog,
  body: SaleWish,
  buyer: Buyer,
): Pick<Purchase, 'jurisdiction' | 'law' | 'refundWindow'> {
  const { law, jurisdiction } = saleUnder(catalog, body, buyer);
  return { jurisdiction, law: law && lawOf(law), refundWindow: law?.withdrawalWindow?.iso ?? null };
}

type SaleWish = Pick<wire.CheckoutRequest, 'jurisdiction' | 'consent'>;

function saleUnder(
  catalog: Catalog,
  body: SaleWish,
  buyer: Buyer,
): { jurisdiction: string | null; law: Jurisdiction | null } {
  const jurisdiction = jurisdictionOf(catalog, body, buyer);
  const law = jurisdiction === null ? null : (catalog.policies.jurisdictions[jurisdiction] ?? null);
  demandConsent(law, jurisdiction, { body, buyer });
  return { jurisdiction, law };
}

/** The buyer's word, with when and by whom it was given. */
export const consentOf = (body: SaleWish, { call, now }: { call: Call; now: number }): Consent | null =>
  body.consent === undefined ? null : { immediate_use: true, at: now, actor: call.actor ?? 'library' };

/** The terms of a sale in a store: at the store's price, which differs by country, and for good, as stores demand. */
export function storeTermsOf(catalog: Catalog, sale: StoreSale): Bought {
  if (!Number.isSafeInteger(sale.quantity) || sale.quantity < 1) {
    throw new DrawdownError('payment_refused', 'quantity: must be a whole number from 1 on', {
      field: 'quantity',
    });
  }
  const pack = catalog.packs.find(({ id }) => id === sale.pack);
  if (pack === undefined) {
    throw new DrawdownError('payment_refused', `product: ${sale.pack} is no pack of the catalog`, {
      field: 'product',
    });
  }
  return {
    pack: pack.id,
    credits: pack.credits * BigInt(sale.quantity),
    bonus: pack.bonus * BigInt(sale.quantity),
    class: pack.class,
    validity: null,
    priceMinor: sale.priceMinor,
    currency: sale.currency,
    reversal: catalog.policies.reversal,
    // Stores pay back themselves.
    refundWindow: null,
    jurisdiction: null,
    law: null,
  };
}

/** What the product says holds, whatever the buyer leaves out or says instead. Places without a policy are not kept. */
function jurisdictionOf(
  { policies }: Catalog,
  body: SaleWish,
  { jurisdiction: known }: Buyer,
): string | null {
  const { jurisdiction: said } = body;
  if (said !== undefined && known !== null && said.toUpperCase() !== known.toUpperCase()) {
    throw invalid('jurisdiction', `must be ${known}, as the product says of the account`);
  }
  const place = known ?? said;
  const found = place === undefined ? null : placeWithPolicy(policies.jurisdictions, place);
  if (found === null && said !== undefined && known === null) {
    throw invalid('jurisdiction', 'is none that the catalog has a policy for');
  }
  return found;
}

/** The place's own policy, or its country's: what holds in all of `US` holds in `US-NY`. Letters' case says nothing. */
function placeWithPolicy(policies: Catalog['policies']['jurisdictions'], place: string): string | null {
  const code = place.toUpperCase();
  const [country = ''] = code.split('-');
  return [code, country].find((one) => Object.hasOwn(policies, one)) ?? null;
}

/** Where buyers may withdraw, credits that can be spent at once need the buyer's word that this is wanted. */
function demandConsent(
  law: Jurisdiction | null,
  jurisdiction: string | null,
  { body, buyer }: { body: SaleWish; buyer: Buyer },
): void {
  if (!buyer.isPresent || law === null || law.withdrawalWindow === null) return;
  if (body.consent?.immediate_use === true) return;
  throw invalid('consent', `must be given in ${jurisdiction}: {"immediate_use": true}`, 'consent_required');
}

/** The policy, copied: a later catalog changes nothing for who has bought. */
function lawOf({ expiryFloor, cashOut, withdrawalWindow }: Jurisdiction): Law {
  return {
    expiry_floor: expiryFloor?.iso ?? null,
    cash_out: cashOut && { at_most_minor: cashOut.atMostMinor, currency: cashOut.currency },
    withdrawal_window: withdrawalWindow?.iso ?? null,
  };
}

function longer(one: CatalogDuration | null, other: CatalogDuration | null): CatalogDuration | null {
  if (one === null || other === null) return one ?? other;
  return addDuration(0, other.parts) > addDuration(0, one.parts) ? other : one;
}

const MAX_URL = 2_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where the buyer goes afterwards: an absolute http or https address on an origin that is allowed, so that a checkout
 * cannot be made into a door to somebody else's page.
 */
export function readReturnUrl(
  value: unknown,
  { origins, loopback }: { origins: ReadonlySet<string>; loopback: boolean },
): string {
  const url =
    typeof value === 'string' && value.length <= MAX_URL && URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalid('return_url', `must be an absolute http or https URL of at most ${MAX_URL} characters`);
  }
  if (origins.has(url.origin) || (loopback && LOOPBACK.has(url.hostname))) return url.href;
  throw new DrawdownError(
    'return_url_not_allowed',
    `return_url: ${url.origin} is no origin that is allowed`,
    {
      field: 'return_url',
      errors: [{ field: 'return_url', message: 'is on an origin that is not allowed' }],
    },
  );
}
