/** Apple's App Store, through its official library: the one file that calls it. */
import {
  APIException,
  AppStoreServerAPIClient,
  DeliveryStatus,
  Environment,
  type NotificationHistoryResponse,
  RefundPreference,
  SignedDataVerifier,
  VerificationException,
  VerificationStatus,
} from '@apple/app-store-server-library';
import { DrawdownError } from '../errors.ts';
import { accountOfToken, appAccountToken } from './app-account-token.ts';
import { isPack, refused, standingEvent, transactionEvent } from './app-store-event.ts';
import type { Claim, Delivery, Heard, PaymentEvent, PaymentProvider, UseRequest } from './provider.ts';

export interface AppStoreSetting {
  readonly bundleId: string;
  /** The app's number at Apple; required where real money is taken. */
  readonly appId: number | null;
  readonly production: boolean;
  /** Apple's root certificates, DER. */
  readonly roots: readonly Buffer[];
  /** Asks Apple whether its certificates still hold; off only where there is no Apple to ask. */
  readonly onlineChecks: boolean;
  /** For answering how much of a purchase was used; null: such questions are not answered. */
  readonly api: AppStoreKey | null;
}

export interface AppStoreKey {
  /** The private key, PEM. */
  readonly key: string;
  readonly keyId: string;
  readonly issuerId: string;
}

interface Means {
  /** Of this installation: in the tokens that apps pass on. */
  readonly secret: () => Promise<Buffer>;
  /** Absent: Apple's own. */
  readonly api?: AppleApi;
}

/** What is asked from Apple, as far as its own client has it. */
export type AppleApi = Pick<
  AppStoreServerAPIClient,
  'sendConsumptionInformation' | 'getTransactionInfo' | 'getNotificationHistory'
>;

/** As far back as Apple tells of notifications. */
const MEMORY_MS = { production: 180 * 86_400_000, sandbox: 30 * 86_400_000 };

export class AppStorePayments implements PaymentProvider {
  readonly id = 'app_store';
  readonly #verifier: SignedDataVerifier;
  readonly #bundleId: string;
  readonly #secret: () => Promise<Buffer>;
  readonly #api: AppleApi | null;
  readonly #memoryMs: number;
  /** Only where there is a key to ask with. */
  readonly look?: NonNullable<PaymentProvider['look']>;

  constructor(setting: AppStoreSetting, means: Means) {
    const { bundleId, appId, production, roots, onlineChecks, api } = setting;
    const environment = production ? Environment.PRODUCTION : Environment.SANDBOX;
    this.#verifier = new SignedDataVerifier(
      [...roots],
      onlineChecks,
      environment,
      bundleId,
      appId ?? undefined,
    );
    this.#bundleId = bundleId;
    this.#secret = means.secret;
    this.#memoryMs = production ? MEMORY_MS.production : MEMORY_MS.sandbox;
    const made = api && new AppStoreServerAPIClient(api.key, api.keyId, api.issuerId, bundleId, environment);
    const used = means.api ?? made;
    this.#api = used;
    if (used !== null) this.look = ({ payments }) => this.#look(used, payments[0] ?? null);
  }

  async tokenOf(account: number): Promise<string> {
    return appAccountToken(await this.#secret(), account);
  }

  async claimed({ proof }: Claim): Promise<PaymentEvent | null> {
    const transaction = await verified(this.#verifier.verifyAndDecodeTransaction(proof));
    if (!isPack(transaction)) throw refused('productId', 'is no consumable');
    return transactionEvent(transaction, await this.#sold(transaction), null);
  }

  /** A notification (`signedPayload`), or a transaction that the app itself received (`signedTransaction`). */
  async read({ body }: Delivery): Promise<PaymentEvent | UseRequest | null> {
    const { signedPayload, signedTransaction } = fieldsOf(body);
    if (signedTransaction !== undefined) {
      const transaction = await verified(this.#verifier.verifyAndDecodeTransaction(signedTransaction));
      return isPack(transaction) ? transactionEvent(transaction, await this.#sold(transaction), null) : null;
    }
    if (signedPayload === undefined)
      throw new DrawdownError('invalid_signature', 'There is no signed data in it.');
    return this.#notified(signedPayload);
  }

  async #notified(signedPayload: string): Promise<PaymentEvent | UseRequest | null> {
    const notification = await verified(this.#verifier.verifyAndDecodeNotification(signedPayload));
    const signed = notification.data?.signedTransactionInfo;
    if (signed === undefined) return null;
    const transaction = await verified(this.#verifier.verifyAndDecodeTransaction(signed));
    if (!isPack(transaction)) return null;
    if (notification.notificationType === 'CONSUMPTION_REQUEST') {
      const payment = transaction.transactionId;
      return payment === undefined ? null : { id: notification.notificationUUID ?? payment, usedOf: payment };
    }
    return transactionEvent(transaction, await this.#sold(transaction), notification);
  }

  /** As the transaction stands at Apple now: that it was paid, and whether it was taken back. */
  async #look(api: AppleApi, payment: string | null): Promise<PaymentEvent | null> {
    const answer = payment === null ? null : await asking(api.getTransactionInfo(payment));
    const signedTransactionInfo = answer?.signedTransactionInfo;
    if (signedTransactionInfo === undefined) return null;
    const transaction = await verified(this.#verifier.verifyAndDecodeTransaction(signedTransactionInfo));
    return standingEvent(transaction, await this.#sold(transaction));
  }

  /** Every notification that Apple made since, whether or not it ever arrived. */
  async *recent({ since }: { since: number }): AsyncGenerator<Heard, void> {
    if (this.#api === null) return;
    const endDate = Date.now();
    const range = { startDate: Math.max(since, endDate - this.#memoryMs), endDate };
    for (let page: string | null = null; ; ) {
      const answer: NotificationHistoryResponse | null = await asking(
        this.#api.getNotificationHistory(page, range),
      );
      if (answer === null) throw new DrawdownError('unavailable', 'Apple has no history of notifications.');
      for (const { signedPayload } of answer.notificationHistory ?? []) {
        if (signedPayload === undefined) continue;
        yield { name: 'notification', read: () => this.#paymentIn(signedPayload) };
      }
      if (answer.hasMore !== true || answer.paginationToken === undefined) return;
      page = answer.paginationToken;
    }
  }

  async #paymentIn(signedPayload: string): Promise<PaymentEvent | null> {
    const event = await this.#notified(signedPayload);
    return event !== null && 'subject' in event ? event : null;
  }

  async #sold({ appAccountToken, productId }: { appAccountToken?: string; productId?: string }) {
    const account =
      appAccountToken === undefined ? null : accountOfToken(await this.#secret(), appAccountToken);
    if (account === null) throw refused('appAccountToken', 'is none that was given out here');
    if (productId === undefined) throw refused('productId', 'is missing in the transaction');
    const prefix = `${this.#bundleId}.`;
    return { account, pack: productId.startsWith(prefix) ? productId.slice(prefix.length) : productId };
  }

  /** Answered only where the installation may: it vouches that its customers agreed to it. */
  async reportUse(payment: string, { used, of }: { used: bigint; of: bigint }): Promise<void> {
    if (this.#api === null) return;
    // Thousandths of a percent.
    const consumptionPercentage = Number((used * 100_000n) / of);
    try {
      await this.#api.sendConsumptionInformation(payment, {
        customerConsented: true,
        consumptionPercentage,
        deliveryStatus: DeliveryStatus.DELIVERED,
        refundPreference: preferenceOf(consumptionPercentage),
        sampleContentProvided: false,
      });
    } catch (error) {
      throw new DrawdownError('unavailable', 'The App Store does not take the answer.', {}, error);
    }
  }
}

function preferenceOf(percentage: number): RefundPreference {
  if (percentage === 0) return RefundPreference.GRANT_FULL;
  return percentage < 100_000 ? RefundPreference.GRANT_PRORATED : RefundPreference.DECLINE;
}

/** Only the signed strings are read: the rest of the body is nobody's word. */
function fieldsOf(body: Buffer): { signedPayload?: string; signedTransaction?: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    throw new DrawdownError('invalid_signature', 'The body is not JSON.');
  }
  const text = (name: string): string | undefined => {
    const value = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const [payload, transaction] = [text('signedPayload'), text('signedTransaction')];
  return {
    ...(payload === undefined ? {} : { signedPayload: payload }),
    ...(transaction === undefined ? {} : { signedTransaction: transaction }),
  };
}

/** Apple's answer, or null where it knows no such thing; whatever else it does not answer may pass. */
async function asking<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof APIException && error.httpStatusCode === 404) return null;
    throw new DrawdownError('unavailable', 'Apple does not answer as it should.', {}, error);
  }
}

async function verified<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding;
  } catch (error) {
    if (!(error instanceof VerificationException)) throw error;
    switch (error.status) {
      case VerificationStatus.RETRYABLE_VERIFICATION_FAILURE:
        throw new DrawdownError('unavailable', "Apple's certificates could not be checked.", {}, error);
      case VerificationStatus.INVALID_ENVIRONMENT:
        throw refused('environment', 'the other environment counts here');
      case VerificationStatus.INVALID_APP_IDENTIFIER:
        throw refused('bundleId', 'is of another app');
      default:
        throw new DrawdownError('invalid_signature', 'The signature is none of Apple.', {}, error);
    }
  }
}
