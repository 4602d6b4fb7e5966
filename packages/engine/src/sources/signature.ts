/** Signed bodies: `t=<seconds>,v1=<hex of HMAC-SHA256 over "seconds.body">`, the form that Stripe made common. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DrawdownError } from '../errors.ts';

/** As long as Stripe's own library allows: clocks differ a little, and an old signature may be a replayed one. */
const TOLERANCE_SECONDS = 300;

const macOf = (secret: Buffer, seconds: number, body: Buffer): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

export function signatureOf(secret: Buffer, body: Buffer, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${macOf(secret, seconds, body).toString('hex')}`;
}

/** Throws `invalid_signature` where the header is none of ours over this very body, of these very minutes. */
export function checkSignature(
  secret: Buffer,
  { header, body, now }: { header: string; body: Buffer; now: number },
): void {
  const [, time = '', mac = ''] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const seconds = Number(time);
  const expected = macOf(secret, seconds, body);
  if (mac === '' || !timingSafeEqual(expected, Buffer.from(mac, 'hex'))) {
    throw new DrawdownError('invalid_signature');
  }
  if (Math.abs(now / 1000 - seconds) > TOLERANCE_SECONDS) {
    throw new DrawdownError(
      'invalid_signature',
      'The signature is older than five minutes, or from the future.',
    );
  }
}
