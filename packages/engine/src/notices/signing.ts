/** Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, seconds and the very bytes of the body. */
import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** As many as the hash has. */
const SECRET_BYTES = 32;

export function makeSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** A secret of an endpoint, and until when it signs; null: until it is exchanged. */
export interface SigningSecret {
  readonly secret: string;
  readonly until: number | null;
}

/** What a message is called; the same at every attempt, so that a receiver knows it again. */
export interface Message {
  readonly id: string;
  readonly body: string;
}

/** One signature per secret that is in force, so that a receiver may exchange its own at leisure. */
export function signedHeaders(
  { id, body }: Message,
  secrets: readonly SigningSecret[],
  now: number,
): Record<string, string> {
  const seconds = Math.floor(now / 1000);
  const signatures = secrets
    .filter(({ until }) => until === null || until > now)
    .map(({ secret }) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
    });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
