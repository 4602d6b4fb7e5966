/**
 * The UUID that an app gives the App Store with a purchase (`appAccountToken`), so that what comes back names its
 * account. It carries the account's number and a proof that we made it: nothing is stored, nothing can be guessed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Version 8 of a UUID is for contents of one's own; four bits of it and two of the variant are fixed. */
const VERSION = 0x80;
const VARIANT = 0x80;

export function appAccountToken(secret: Buffer, account: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.floor(account / 256), 0, 6);
  bytes.writeUInt8(account % 256, 7);
  const proof = createHmac('sha256', secret).update(`app_account_token:${account}`).digest();
  bytes.writeUInt8(VERSION | (proof.readUInt8(0) & 0x0f), 6);
  bytes.writeUInt8(VARIANT | (proof.readUInt8(1) & 0x3f), 8);
  proof.copy(bytes, 9, 2, 9);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The account's number; null where the token is none of ours. */
export function accountOfToken(secret: Buffer, token: string): number | null {
  const hex = token.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return null;
  const bytes = Buffer.from(hex, 'hex');
  const account = bytes.readUIntBE(0, 6) * 256 + bytes.readUInt8(7);
  if (!Number.isSafeInteger(account)) return null;
  const expected = Buffer.from(appAccountToken(secret, account).replaceAll('-', ''), 'hex');
  return timingSafeEqual(bytes, expected) ? account : null;
}
