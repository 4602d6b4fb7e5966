/** An Apple of our own: a root, an intermediate and a leaf with Apple's marks, and data signed with the leaf's key. */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { certificate, extension, IS_AUTHORITY, NULL, pair } from '../support/certificate.ts';

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
