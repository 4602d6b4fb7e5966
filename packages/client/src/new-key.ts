/**
 * An idempotency key that nobody else makes: 128 bits of chance, in hexadecimal digits. Pages over plain http have no
 * `crypto.randomUUID`, and people spend there too while a product is being made.
 */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
