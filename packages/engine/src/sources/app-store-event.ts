/** What the App Store's signed data say, in our terms. Times are milliseconds already; prices are thousandths. */
import type {
  JWSTransactionDecodedPayload,
  ResponseBodyV2DecodedPayload,
} from '@apple/app-store-server-library';
import { DrawdownError } from '../errors.ts';
import { decimalsOf } from './minor-units.ts';
import type { PaymentEvent } from './provider.ts';
import type { Fact } from './purchase-state.ts';

type Transaction = JWSTransactionDecodedPayload;

/** What a transaction is of: an account by our token, and a pack. */
export interface Sold {
  readonly account: number;
  readonly pack: string;
}

/** A purchase of something that is used up; the others (subscriptions, unlocks) are not sold as packs. */
export function isPack({ type }: Transaction): boolean {
  return type === 'Consumable';
}

/** The event of a transaction: that it was paid, and with a notification what else happened to it. */
export function transactionEvent(
  transaction: Transaction,
  { account, pack }: Sold,
  notification: ResponseBodyV2DecodedPayload | null,
): PaymentEvent {
  const payment = required(transaction.transactionId, 'transactionId');
  const currency = required(transaction.currency, 'currency');
  const priceMinor = minorUnits(required(transaction.price, 'price'), currency);
  const at = required(transaction.purchaseDate, 'purchaseDate');
  const paid: Fact = { kind: 'paid', payment, gross: priceMinor, net: priceMinor, currency, at };
  const about = { transaction, payment, priceMinor };
  const told = notification === null ? null : reversalOf(notification, about);
  // A transaction that is signed as taken back is so, whatever it came with.
  const isRevoked = transaction.revocationDate !== undefined;
  const more =
    told ?? (isRevoked ? reversalOf({ ...signedAt(transaction), notificationType: 'REFUND' }, about) : null);
  return {
    id: notification?.notificationUUID ?? `transaction:${payment}:${transaction.signedDate}`,
    subject: { account, payment, pack, quantity: transaction.quantity ?? 1, priceMinor, currency },
    facts: more === null ? [paid] : [paid, more],
  };
}

/**
 * The same of a transaction that was asked for: as it stands when Apple signs the answer, which is later than all that was
 * heard. Where it was not taken back, it is as if that had just been said.
 */
export function standingEvent(transaction: Transaction, sold: Sold): PaymentEvent {
  const { subject, facts } = transactionEvent(transaction, sold, null);
  const signedDate = required(transaction.signedDate, 'signedDate');
  const notificationType = transaction.revocationDate === undefined ? 'REFUND_REVERSED' : 'REFUND';
  const payment = required(transaction.transactionId, 'transactionId');
  const priceMinor = 'priceMinor' in subject ? subject.priceMinor : 0;
  const standing = reversalOf({ notificationType, signedDate }, { transaction, payment, priceMinor });
  return {
    id: `standing:${payment}:${signedDate}`,
    subject,
    facts: standing === null ? facts : [...facts, standing],
  };
}

/**
 * A refund that the App Store made, or took back: the later word counts, so it is kept as a dispute is. It may be of a
 * part, told in thousandths of a percent.
 */
function reversalOf(
  { notificationType, signedDate }: Pick<ResponseBodyV2DecodedPayload, 'notificationType' | 'signedDate'>,
  about: { transaction: Transaction; payment: string; priceMinor: number },
): Fact | null {
  const { transaction, payment, priceMinor } = about;
  const isMade = notificationType === 'REFUND' || notificationType === 'REVOKE';
  if (!isMade && notificationType !== 'REFUND_REVERSED') return null;
  const { revocationType, revocationPercentage } = transaction;
  const isPart = revocationType === 'REFUND_PRORATED' && revocationPercentage !== undefined;
  const amount = isPart ? Math.floor((priceMinor * revocationPercentage) / 100_000) : priceMinor;
  const at = required(signedDate, 'signedDate');
  return { kind: 'dispute', id: `refund:${payment}`, stage: isMade ? 'lost' : 'won', amount, at };
}

const signedAt = ({ signedDate }: Transaction): { signedDate?: number } =>
  signedDate === undefined ? {} : { signedDate };

function minorUnits(milli: number, currency: string): number {
  const decimals = decimalsOf(currency);
  if (decimals === null) throw refused('currency', 'is no ISO 4217 code');
  const minor = Math.round((milli * 10 ** decimals) / 1000);
  if (minor <= 0) throw refused('amount', 'nothing was paid');
  return minor;
}

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw refused(field, 'is missing in the transaction');
  return value;
}

export function refused(field: string, reason: string): DrawdownError {
  return new DrawdownError('payment_refused', `${field}: ${reason}`, { field, provider: 'app_store' });
}
