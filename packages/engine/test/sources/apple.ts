/** An Apple of our own: a root, an intermediate and a leaf with Apple's marks, and data signed with the leaf's key. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

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
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value));
const IS_AUTHORITY = extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))));
const NULL = der(0x05);

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const pair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

function certificate(about: {
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

export interface Apple {
  /** DER. */
  readonly root: Buffer;
  /** A compact JWS over the payload, with the chain in its header. */
  signed(payload: object): string;
  /** A transaction as the store signs it. */
  transaction(more: object): string;
  /** A notification about a transaction. */
  notification(type: string, transaction: string, more?: object): string;
}

export const BUNDLE = 'com.example.studio';

export function createApple(): Apple {
  const [rootKey, middleKey, leafKey] = [pair(), pair(), pair()];
  const root = certificate({
    subject: 'Test Root',
    issuer: 'Test Root',
    key: rootKey.publicKey,
    signer: rootKey.privateKey,
    extensions: [IS_AUTHORITY],
  });
  const middle = certificate({
    subject: 'Test Intermediate',
    issuer: 'Test Root',
    key: middleKey.publicKey,
    signer: rootKey.privateKey,
    extensions: [IS_AUTHORITY, extension('1.2.840.113635.100.6.2.1', NULL)],
  });
  const leaf = certificate({
    subject: 'Test Leaf',
    issuer: 'Test Intermediate',
    key: leafKey.publicKey,
    signer: middleKey.privateKey,
    extensions: [extension('1.2.840.113635.100.6.11.1', NULL)],
  });
  const x5c = [leaf, middle, root].map((one) => one.toString('base64'));
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (payload: object): string => {
    const body = `${encoded({ alg: 'ES256', x5c })}.${encoded(payload)}`;
    const key = createPrivateKey(leafKey.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  return {
    root,
    signed,
    transaction: (more) =>
      signed({
        bundleId: BUNDLE,
        environment: 'Sandbox',
        type: 'Consumable',
        quantity: 1,
        price: 4990,
        currency: 'USD',
        purchaseDate: Date.UTC(2026, 5, 1),
        signedDate: Date.UTC(2026, 5, 1),
        inAppOwnershipType: 'PURCHASED',
        ...more,
      }),
    notification: (notificationType, signedTransactionInfo, more = {}) =>
      signed({
        notificationType,
        notificationUUID: randomUUID(),
        version: '2.0',
        signedDate: Date.UTC(2026, 5, 2),
        data: { bundleId: BUNDLE, environment: 'Sandbox', signedTransactionInfo },
        ...more,
      }),
  };
}
