/** Pub/Sub's pushes: who they are from is in a token that Google signs, what they say is in the body. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { DrawdownError } from '../errors.ts';
import { unavailable } from './google-api.ts';
import type { Delivery } from './provider.ts';

export interface PushSetting {
  /** What the subscription was told to say, mostly the webhook's own address. */
  readonly audience: string;
  /** The service account that the subscription pushes as. */
  readonly email: string;
}

/** Real-time developer notification: which purchase changed, never how. */
export interface Notification {
  readonly packageName?: string;
  readonly oneTimeProductNotification?: { readonly purchaseToken?: string };
  readonly voidedPurchaseNotification?: {
    readonly purchaseToken?: string;
    readonly orderId?: string;
    /** 1: a subscription, 2: bought once. */
    readonly productType?: number;
    /** 1: all of it, 2: a part of the quantity. */
    readonly refundType?: number;
  };
  readonly subscriptionNotification?: {
    readonly notificationType?: number;
    readonly purchaseToken?: string;
  };
  readonly testNotification?: object;
}

const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];
/** Clocks differ a little. */
const TOLERANCE_SECONDS = 60;
const KEYS = { timeoutDuration: 5_000, cooldownDuration: 30_000, cacheMaxAge: 3_600_000 };

export class GooglePush {
  readonly #setting: PushSetting;
  readonly #keys: JWTVerifyGetKey;
  readonly #now: () => number;

  /** `certificates`: where Google's keys are; they are kept for an hour, and asked for again where one is new. */
  constructor(setting: PushSetting, { certificates, now }: { certificates: string; now: () => number }) {
    this.#setting = setting;
    this.#keys = createRemoteJWKSet(new URL(certificates), KEYS);
    this.#now = now;
  }

  /** Throws `invalid_signature` where it is not Pub/Sub's for this subscription, `unavailable` without Google's keys. */
  async read({ body, headers }: Delivery): Promise<Notification> {
    await this.#verify(headers.authorization);
    return notificationOf(body);
  }

  async #verify(header: string | string[] | undefined): Promise<void> {
    const [, token] = /^Bearer ([\w.-]{1,4096})$/.exec(typeof header === 'string' ? header : '') ?? [];
    if (token === undefined) throw notGenuine('There is no token of Pub/Sub with it.');
    const { audience, email } = this.#setting;
    const { payload } = await jwtVerify(token, this.#keys, {
      algorithms: ['RS256'],
      issuer: ISSUERS,
      audience,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(this.#now()),
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw isForged(error)
        ? notGenuine('The token is none of Google for this subscription.', error)
        : unavailable("Google's keys could not be had.", error);
    });
    if (payload.email !== email || payload.email_verified !== true) {
      throw notGenuine('The token is of another service account than the one that pushes.');
    }
  }
}

/** Whatever else goes wrong is between Google and us, and may pass. */
function isForged(error: unknown): boolean {
  return (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

function notificationOf(body: Buffer): Notification {
  const data = fieldOf(fieldOf(jsonOf(body), 'message'), 'data');
  const notification = typeof data === 'string' ? jsonOf(Buffer.from(data, 'base64')) : null;
  if (typeof notification !== 'object' || notification === null)
    throw notGenuine('There is no notification in it.');
  return notification as Notification;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw notGenuine('The body is not JSON.');
  }
}

function notGenuine(sentence: string, cause?: unknown): DrawdownError {
  return new DrawdownError('invalid_signature', sentence, {}, cause);
}
