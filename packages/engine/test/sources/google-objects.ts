/** What Google Play shows of a sale, field by field as its own objects have them. */
type Json = Record<string, unknown>;

export interface FakeSale {
  readonly token: string;
  readonly order: string;
  readonly product: string;
  readonly quantity: number;
  readonly account: string;
  readonly micros: number;
  readonly currency: string;
  state: 'PENDING' | 'PURCHASED' | 'CANCELLED';
  refunded: number;
  refundedMicros: number;
  isPaid: boolean;
  isTest: boolean;
  isConsumed: boolean;
}

export interface FakeVoid extends Json {
  purchaseToken: string;
  voidedTimeMillis: string;
}

export function purchaseObject(sale: FakeSale): Json {
  const { state } = sale;
  return {
    kind: 'androidpublisher#productPurchaseV2',
    productLineItem: [
      {
        productId: sale.product,
        productOfferDetails: {
          quantity: sale.quantity,
          refundableQuantity: state === 'CANCELLED' ? 0 : sale.quantity - sale.refunded,
          consumptionState: `CONSUMPTION_STATE_${sale.isConsumed ? 'CONSUMED' : 'YET_TO_BE_CONSUMED'}`,
        },
      },
    ],
    purchaseStateContext: { purchaseState: state },
    ...(sale.isTest ? { testPurchaseContext: { fopType: 'TEST' } } : {}),
    orderId: sale.order,
    ...(sale.account === '' ? {} : { obfuscatedExternalAccountId: sale.account }),
    regionCode: 'US',
    ...(sale.isPaid ? { purchaseCompletionTime: '2026-06-01T10:00:00.123456Z' } : {}),
    acknowledgementState: `ACKNOWLEDGEMENT_STATE_${sale.isConsumed ? 'ACKNOWLEDGED' : 'PENDING'}`,
  };
}

export function orderObject(sale: FakeSale): Json {
  const { micros, refundedMicros, currency, state, isPaid } = sale;
  const money = (amount: number) => ({
    currencyCode: currency,
    units: String(Math.floor(amount / 1e6)),
    nanos: (amount % 1e6) * 1000,
  });
  const full = refundedMicros >= micros;
  const refund = { refundDetails: { total: money(refundedMicros), tax: money(0) } };
  return {
    orderId: sale.order,
    purchaseToken: sale.token,
    state: !isPaid
      ? state === 'PENDING'
        ? 'PENDING'
        : 'CANCELED'
      : full
        ? 'REFUNDED'
        : refundedMicros > 0
          ? 'PARTIALLY_REFUNDED'
          : 'PROCESSED',
    createTime: '2026-06-01T10:00:00Z',
    total: money(micros),
    tax: money(Math.round(micros / 6)),
    orderHistory: {
      ...(isPaid ? { processedEvent: { eventTime: '2026-06-01T10:00:00.123456Z' } } : {}),
      ...(full ? { refundEvent: { eventTime: '2026-06-02T10:00:00Z', ...refund } } : {}),
      ...(!full && refundedMicros > 0
        ? {
            partialRefundEvents: [
              { state: 'PROCESSED_SUCCESSFULLY', ...refund },
              { state: 'PENDING', refundDetails: { total: money(micros) } },
            ],
          }
        : {}),
    },
  };
}

export function voidObject(sale: FakeSale, { at, reason }: { at: number; reason: number }): FakeVoid {
  return {
    kind: 'androidpublisher#voidedPurchase',
    purchaseToken: sale.token,
    purchaseTimeMillis: String(Date.UTC(2026, 5, 1)),
    voidedTimeMillis: String(at),
    orderId: sale.order,
    voidedSource: 0,
    voidedReason: reason,
  };
}
