/** X.509 certificates of our own making, for those whose signatures are checked. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const integer = (value: number) => der(0x02, Buffer.from([value]));
const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const time = (text: string) => der(0x17, Buffer.from(text));

/** An object identifier: two numbers in the first byte, seven bits a byte from then on. */
function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left % 128) | 0x80);
    }
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const name = (text: string) => sequence(der(0x31, sequence(oid('2.5.4.3'), utf8(text))));
export const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));
export const IS_AUTHORITY = extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))));
/** What a server is reached as. */
export const reachedAs = (host: string) =>
  extension('2.5.29.17', sequence(der(0x82, Buffer.from(host, 'latin1'))));
export const NULL = der(0x05);

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const pair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** DER, valid as long as such certificates may be. */
export function certificate(about: {
  subject: string;
  issuer: string;
  key: KeyObject;
  signer: KeyObject;
  extensions: readonly Buffer[];
}): Buffer {
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ECDSA_SHA256,
    name(about.issuer),
    sequence(time('200101000000Z'), time('491231235959Z')),
    name(about.subject),
    about.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...about.extensions)),
  );
  const signature = sign('sha256', body, about.signer);
  return sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
}

export const pem = (one: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${one.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
