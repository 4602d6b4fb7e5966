import type { WebhookBody } from './wire.ts';

/** A message that was not sent by this server, or not just now: it must not be acted on. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

export interface WebhookMessage {
  /** The request's headers, of whatever framework: names in any case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The very bytes that arrived, or their text: what a parser made of them is signed by nobody. */
  readonly body: string | Uint8Array;
}

/** As far as clocks may differ, and as long as an old message may be shown again. */
const TOLERANCE_SECONDS = 300;
const PREFIX = 'whsec_';

/**
 * Verifies an incoming webhook by the Standard Webhooks specification, and reads it. Resolves with the notice and its
 * `id`, which is the same at every attempt: whoever has seen it before answers 2xx and does nothing. Throws
 * `WebhookVerificationError` where the signature is none of `secret`'s over this body, or older than five minutes.
 */
export async function verifyWebhook(
  secret: string,
  { headers, body }: WebhookMessage,
): Promise<WebhookBody & { readonly id: string }> {
  const id = headerOf(headers, 'webhook-id');
  const seconds = headerOf(headers, 'webhook-timestamp');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  if (!/^\d{1,15}$/.test(seconds) || Math.abs(Date.now() / 1000 - Number(seconds)) > TOLERANCE_SECONDS) {
    throw new WebhookVerificationError('The message is too old, or from the future');
  }
  const key = await crypto.subtle.importKey(
    'raw',
    bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const signed = new TextEncoder().encode(`${id}.${seconds}.${text}`);
  for (const signature of headerOf(headers, 'webhook-signature').split(' ')) {
    const [version, value = ''] = signature.split(',');
    // Compared by the platform, in constant time.
    if (version === 'v1' && (await crypto.subtle.verify('HMAC', key, bytesOf(value), signed))) {
      return { ...(JSON.parse(text) as WebhookBody), id };
    }
  }
  throw new WebhookVerificationError('No signature of the message is right');
}

function headerOf(headers: WebhookMessage['headers'], name: string): string {
  const found =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const value = typeof found === 'object' ? found?.[0] : found;
  if (value === undefined || value === null || value === '') {
    throw new WebhookVerificationError(`The header ${name} is missing`);
  }
  return value;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new WebhookVerificationError('A secret or signature is not base64');
  }
}
