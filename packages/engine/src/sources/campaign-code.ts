import { hash, randomBytes } from 'node:crypto';
import { canonicalCode } from '../core/code-text.ts';

/**
 * Codes that people read out and type: digits and capitals without I, L, O and U, which are mistaken for others.
 * 32 of them, so that each carries 5 bits.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 16 × 5 = 80 bits: nobody guesses one, however many are out. */
const LENGTH = 16;
const GROUP = 4;

/** A new unguessable code, written in groups of four: `7Q4K-9WMX-C02B-TNH5`. */
export function makeCode(): string {
  // 256 is a multiple of 32, so every letter is equally likely.
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length] as string);
  const groups: string[] = [];
  for (let at = 0; at < LENGTH; at += GROUP) groups.push(letters.slice(at, at + GROUP).join(''));
  return groups.join('-');
}

/** What a code is found by. 80 random bits need no salt and no slow hash; a shared code is no secret. */
export function codeHash(text: string): Buffer {
  return hash('sha256', canonicalCode(text), 'buffer');
}

/** What is kept of a device: enough to know it again. */
export function deviceHash(device: string): Buffer {
  return hash('sha256', device, 'buffer');
}
