/** What Google Play's objects say, in our terms. Times are RFC 3339, money is whole units and thousand-millionths. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical.ts';
import { DrawdownError } from '../errors.ts';
import { decimalsOf } from './minor-units.ts';
import type { PaymentEvent } from './provider.ts';
import type { Fact } from './purchase-state.ts';

/** `purchases.productsv2`: what was bought with a token, and whether. */
export interface PlayPurchase {
  readonly productLineItem?: readonly PlayLine[];
  readonly purchaseStateContext?: { readonly purchaseState?: string };
  /** Only on purchases of licence testers, for which no money moves. */
  readonly testPurchaseContext?: object;
  readonly orderId?: string;
  readonly obfuscatedExternalAccountId?: string;
  /** Absent until it is paid. */
  readonly purchaseCompletionTime?: string;
}

export interface PlayLine {
  readonly productId?: string;
  readonly productOfferDetails?: {
    readonly quantity?: number;
    readonly refundableQuantity?: number;
    readonly consumptionState?: string;
  };
}

export interface PlayMoney {
  readonly currencyCode?: string;
  readonly units?: string;
  readonly nanos?: number;
}

/** `orders`: what was charged for it, and what of that went back. */
export interface PlayOrder {
  readonly state?: string;
  readonly total?: PlayMoney;
  readonly tax?: PlayMoney;
  readonly createTime?: string;
  readonly orderHistory?: {
    readonly processedEvent?: { readonly eventTime?: string };
    readonly partialRefundEvents?: readonly {
      readonly state?: string;
      readonly refundDetails?: { readonly total?: PlayMoney };
    }[];
    readonly refundEvent?: object;
  };
}

/** What was told about a voided purchase: all of it, or so many of the quantity. */
export type Voided = 'all' | number;

/** The purchase's product and how many of it: one product is bought at a time. */
export function lineOf({ productLineItem: lines = [] }: PlayPurchase): { product: string; quantity: number } {
  const [line, ...more] = lines;
  if (line?.productId === undefined || more.length > 0)
    throw refused('productLineItem', 'must be one product');
  return { product: line.productId, quantity: line.productOfferDetails?.quantity ?? 1 };
}

/** When money was there, though it may have gone back since; null while it is pending, and where it never came. */
export function paidAt(
  { purchaseStateContext, purchaseCompletionTime }: PlayPurchase,
  { orderHistory }: PlayOrder,
): number | null {
  if (purchaseStateContext?.purchaseState === 'PENDING') return null;
  const at = purchaseCompletionTime ?? orderHistory?.processedEvent?.eventTime;
  return at === undefined ? null : Date.parse(at);
}

/**
 * The facts of a purchase as it stands now. What went back is told in three ways that need not agree in time (the order's
 * refunds, the quantity that can still be refunded, the list of voided purchases), so the largest of them counts.
 */
export function factsOf(
  { purchase, order, voided }: { purchase: PlayPurchase; order: PlayOrder; voided: Voided },
  { payment, at }: { payment: string; at: number },
): Extract<Fact, { kind: 'paid' | 'refunded' }>[] {
  const { quantity } = lineOf(purchase);
  const gross = minorUnits(order.total);
  if (gross <= 0) throw refused('total', 'nothing was paid');
  const paid = {
    kind: 'paid',
    payment,
    gross,
    net: gross - (order.tax === undefined ? 0 : minorUnits(order.tax)),
    currency: order.total?.currencyCode as string,
    at,
  } as const;
  const refundable = purchase.productLineItem?.[0]?.productOfferDetails?.refundableQuantity ?? quantity;
  const gone = Math.max(quantity - refundable, voided === 'all' ? quantity : voided);
  const share = gone >= quantity ? gross : Math.floor((gross * gone) / quantity);
  const total = Math.max(share, refundedBy(order, gross), isRevoked(purchase) ? gross : 0);
  return total === 0 ? [paid] : [paid, { kind: 'refunded', total: Math.min(total, gross) }];
}

const isRevoked = ({ purchaseStateContext }: PlayPurchase): boolean =>
  purchaseStateContext?.purchaseState === 'CANCELLED';

function refundedBy({ state, orderHistory }: PlayOrder, gross: number): number {
  if (state === 'REFUNDED' || state === 'CANCELED' || orderHistory?.refundEvent !== undefined) return gross;
  const done = (orderHistory?.partialRefundEvents ?? []).filter(
    (one) => one.state === 'PROCESSED_SUCCESSFULLY',
  );
  return done.reduce((sum, { refundDetails }) => sum + minorUnits(refundDetails?.total), 0);
}

/** Whether money was there, though it may have gone back since. */
export const wasPaid = ({ state, orderHistory }: PlayOrder): boolean =>
  state === 'PROCESSED' || orderHistory?.processedEvent !== undefined;

/**
 * The event of a subscription's order as it stands now. All of it went back where that is what a notification or the list of
 * voided purchases says, unless the order tells of a part: what was used of a period may be kept.
 */
export function periodEvent(
  order: PlayOrder,
  { subscription, payment, isVoided }: { subscription: string; payment: string; isVoided: boolean },
): PaymentEvent {
  const gross = minorUnits(order.total);
  const part = refundedBy(order, gross);
  const total = Math.min(gross, isVoided && part === 0 ? gross : part);
  const paid = {
    kind: 'paid',
    payment,
    gross,
    net: gross - (order.tax === undefined ? 0 : minorUnits(order.tax)),
    currency: order.total?.currencyCode ?? '',
    at: Date.parse(order.orderHistory?.processedEvent?.eventTime ?? order.createTime ?? '1970-01-01'),
  } as const;
  const facts: Fact[] = total === 0 ? [paid] : [paid, { kind: 'refunded', total, payment }];
  const digest = createHash('sha256').update(canonicalJson(facts)).digest('hex');
  return { id: `order:${digest}`, subject: { period: { subscription, payment } }, facts };
}

/** The event of a purchase: the same knowledge is the same event, whoever told of it. */
export function purchaseEvent(
  facts: readonly Extract<Fact, { kind: 'paid' | 'refunded' }>[],
  { account, pack, quantity, id }: { account: number; pack: string; quantity: number; id: string },
): PaymentEvent {
  const paid = facts.find((fact) => fact.kind === 'paid');
  if (paid === undefined) throw refused('purchaseState', 'nothing was paid');
  const { payment, gross: priceMinor, currency } = paid;
  return { id, subject: { account, payment, pack, quantity, priceMinor, currency }, facts };
}

export function minorUnits({ currencyCode = '', units = '0', nanos = 0 }: PlayMoney = {}): number {
  const decimals = decimalsOf(currencyCode);
  if (decimals === null) throw refused('currency', 'is no ISO 4217 code');
  return Number(units) * 10 ** decimals + Math.round(nanos / 10 ** (9 - decimals));
}

export function refused(field: string, reason: string): DrawdownError {
  return new DrawdownError('payment_refused', `${field}: ${reason}`, { field, provider: 'google_play' });
}
