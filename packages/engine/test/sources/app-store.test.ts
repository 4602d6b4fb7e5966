/** The App Store through Apple's own library, verified against a root of our own. */
import type { ConsumptionRequest } from '@apple/app-store-server-library';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { accountOfToken, appAccountToken } from '../../src/sources/app-account-token.ts';
import { type AppleApi, AppStorePayments } from '../../src/sources/app-store.ts';
import { receive } from '../../src/sources/purchase-intake.ts';
import { Accounts } from '../../src/store/accounts.ts';
import { SYSTEM_CLOCK } from '../../src/store/clock.ts';
import { codeOf, expectWhole, openRig, type Rig, tally, together } from '../engine/rig.ts';
import { BUNDLE, createApple } from './apple.ts';

const apple = createApple();
const SETTING = {
  bundleId: BUNDLE,
  appId: null,
  production: false,
  roots: [apple.root],
  onlineChecks: false,
  api: null,
};
const unasked = () => Promise.reject(new Error('nobody asks this'));
const NO_API: AppleApi = {
  sendConsumptionInformation: unasked,
  getTransactionInfo: unasked,
  getNotificationHistory: unasked,
};
/** `pack_1200` is not sold any more. */
const WITHOUT = readCatalog({
  ...shippedCatalog,
  packs: shippedCatalog.packs.filter(({ id }) => id !== 'pack_1200'),
});
let rig: Rig;

beforeAll(async () => {
  const payments = { appStore: SETTING };
  rig = await openRig({ engines: [{ payments }, { payments }, { payments, catalog: WITHOUT }] });
});

afterAll(async () => {
  await expectWhole(rig);
  await rig.close();
});

let turn = 0;
function deliver(fields: object) {
  turn += 1;
  const { purchases } = turn % 2 === 0 ? rig.first : rig.second;
  return purchases.receive('app_store', { body: Buffer.from(JSON.stringify(fields)), headers: {} });
}
const notify = (signedPayload: string) => deliver({ signedPayload });

async function sold(account: string, transactionId: string, more: object = {}) {
  await rig.first.putAccount(account, {});
  const { app_account_token } = await rig.first.purchases.appAccountToken(account);
  const about = {
    transactionId,
    productId: `${BUNDLE}.pack_1200`,
    appAccountToken: app_account_token,
    ...more,
  };
  const transaction = apple.transaction(about);
  return { about, transaction, paid: apple.notification('ONE_TIME_CHARGE', transaction) };
}

describe('what is sold in the App Store', () => {
  test('is granted to the account of its token, once, whoever tells of it', async () => {
    const { transaction, paid } = await sold('u_apple', '2000000001');
    const told = await together(40, (i) =>
      i % 4 === 0 ? deliver({ signedTransaction: transaction }) : notify(paid),
    );
    expect(tally(told.map(({ state }) => String(state)))).toEqual({ completed: 40 });
    expect(await rig.first.balance('u_apple')).toMatchObject({ total: 1300, version: 2 });
    const { data } = await rig.first.purchases.list('u_apple', {});
    expect(data).toMatchObject([
      {
        provider: 'app_store',
        pack: 'pack_1200',
        paid: { amount_minor: 499, currency: 'USD' },
        refundable_until: null,
      },
    ]);
    const lots = (await rig.first.grants('u_apple', {})).data;
    expect(lots.map(({ expires_at, metadata }) => [expires_at, metadata.channel])).toEqual([
      [null, 'app_store'],
      [null, 'app_store'],
    ]);
  });

  test('is paid back whatever became of the pack meanwhile', async () => {
    const { about, paid } = await sold('u_gone', '2000000011');
    await notify(paid);
    const signedPayload = apple.notification(
      'REFUND',
      apple.transaction({ ...about, revocationDate: Date.now() }),
    );
    const later = rig.engines[2]?.purchases;
    await later?.receive('app_store', { body: Buffer.from(JSON.stringify({ signedPayload })), headers: {} });
    expect(await rig.first.balance('u_gone')).toMatchObject({ total: 0 });
    // One that is new is none of what is sold now.
    const other = await sold('u_gone', '2000000012');
    const body = Buffer.from(JSON.stringify({ signedPayload: other.paid }));
    expect(await codeOf(later?.receive('app_store', { body, headers: {} }) as Promise<unknown>)).toBe(
      'payment_refused',
    );
  });

  test('and signed as taken back gives nothing, by whatever it comes', async () => {
    for (const [nth, by] of (['claim', 'notification'] as const).entries()) {
      const account = `u_revoked_${by}`;
      const { about } = await sold(account, `200000002${nth}`);
      const signedTransaction = apple.transaction({ ...about, revocationDate: Date.now() });
      if (by === 'claim') await deliver({ signedTransaction });
      else await notify(apple.notification('ONE_TIME_CHARGE', signedTransaction));
      expect(await rig.first.balance(account)).toMatchObject({ total: 0 });
      // Until Apple takes the refund back.
      await notify(apple.notification('REFUND_REVERSED', apple.transaction(about)));
      expect(await rig.first.balance(account)).toMatchObject({ total: 1300 });
    }
  });

  test('after its account was closed it is owed back', async () => {
    const { paid } = await sold('u_ended', '2000000031');
    await rig.first.life.closures.close('u_ended', { reason: 'asked' }, {});
    await notify(paid);
    await notify(paid);
    expect((await rig.first.life.closures.report('u_ended')).payable).toEqual([
      { amount_minor: 499, currency: 'USD' },
    ]);
    expect(await rig.first.balance('u_ended')).toMatchObject({ total: 0 });
  });

  test('several at once are several packs; a currency without cents has none', async () => {
    const { paid } = await sold('u_yen', '2000000002', { quantity: 3, price: 1_500_000, currency: 'JPY' });
    await notify(paid);
    const { data } = await rig.first.purchases.list('u_yen', {});
    expect(data).toMatchObject([
      { credits: 3600, bonus: 300, paid: { amount_minor: 1500, currency: 'JPY' } },
    ]);
  });

  test.each([
    ['another app', { bundleId: 'com.example.other' }, 'bundleId'],
    ['the other environment', { environment: 'Production' }, 'environment'],
    ['an unknown product', { productId: 'pack_7' }, 'product'],
    ['nothing paid', { price: 0 }, 'amount'],
    [
      'a token that is not ours',
      { appAccountToken: '4be0643f-1d98-473b-97cd-ca98a65347dd' },
      'appAccountToken',
    ],
  ])('%s: refused, and nothing is granted', async (name, wrong, field) => {
    const account = `u_wrong_${name.length}`;
    const { transaction } = await sold(account, `3${name.length}`, wrong);
    await expect(deliver({ signedTransaction: transaction })).rejects.toMatchObject({
      code: 'payment_refused',
      details: { field },
    });
    expect(await rig.first.balance(account)).toMatchObject({ total: 0 });
  });

  test('what another Apple signed, what was changed afterwards, and what is not signed at all', async () => {
    const { about, transaction } = await sold('u_forged', '2000000004');
    const other = createApple();
    const [head, , signature] = transaction.split('.');
    const changed = Buffer.from(JSON.stringify({ ...about, quantity: 100 })).toString('base64url');
    for (const fields of [
      { signedTransaction: other.transaction(about) },
      { signedPayload: other.notification('ONE_TIME_CHARGE', transaction) },
      { signedPayload: apple.notification('ONE_TIME_CHARGE', other.transaction(about)) },
      { signedTransaction: `${head}.${changed}.${signature}` },
      { signedTransaction: 'x' },
      {},
    ]) {
      expect(await codeOf(deliver(fields))).toBe('invalid_signature');
    }
    expect(await rig.first.balance('u_forged')).toMatchObject({ total: 0 });
  });

  test('subscriptions and tests are of no concern', async () => {
    const { transaction } = await sold('u_other', '2000000005', { type: 'Auto-Renewable Subscription' });
    expect(await notify(apple.notification('DID_RENEW', transaction))).toEqual({
      purchase: null,
      state: null,
    });
    expect(
      await notify(
        apple.notification('TEST', transaction, { data: { bundleId: BUNDLE, environment: 'Sandbox' } }),
      ),
    ).toEqual({
      purchase: null,
      state: null,
    });
  });
});

describe('refunds', () => {
  function permutations<T>(items: readonly T[]): T[][] {
    if (items.length < 2) return [[...items]];
    return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
  }

  test('every order of purchase, refund and its reversal has the same end', async () => {
    const ends: unknown[] = [];
    for (const [i, order] of permutations([0, 1, 2, 3]).entries()) {
      const account = `u_refund_${i}`;
      const { transaction, paid } = await sold(account, `5${i}`);
      const refunded = apple.notification('REFUND', transaction, { signedDate: 1_780_500_000_000 });
      const reversed = apple.notification('REFUND_REVERSED', transaction, { signedDate: 1_780_600_000_000 });
      const again = apple.notification('REFUND', transaction, { signedDate: 1_780_700_000_000 });
      const events = [paid, refunded, reversed, again];
      for (const index of order) await notify(events[index] as string);
      const { data } = await rig.first.purchases.list(account, {});
      ends[i] = [data.length, data[0]?.state, data[0]?.reversed, (await rig.first.balance(account)).total];
    }
    expect(tally(ends.map(String))).toEqual({ '1,reversed,1300,0': 24 });
  });

  test('a part that is refunded takes a part', async () => {
    const { about, paid } = await sold('u_part', '2000000006');
    await notify(paid);
    const part = apple.transaction({
      ...about,
      revocationType: 'REFUND_PRORATED',
      revocationPercentage: 25_000,
    });
    await notify(apple.notification('REFUND', part));
    const { data } = await rig.first.purchases.list('u_part', {});
    expect(data).toMatchObject([{ state: 'partly_reversed' }]);
    expect((await rig.first.balance('u_part')).total).toBe(
      1300 - Math.floor((1200 * 124) / 499) - Math.floor((100 * 124) / 499),
    );
  });

  test('a part that is refunded after all was given back is a part', async () => {
    const { about, transaction, paid } = await sold('u_part_again', '2000000016');
    await notify(paid);
    const signedDate = Date.now();
    await notify(apple.notification('REFUND', transaction, { signedDate: signedDate + 1 }));
    expect((await rig.first.balance('u_part_again')).total).toBe(0);
    await notify(apple.notification('REFUND_REVERSED', transaction, { signedDate: signedDate + 2 }));
    const prorated = { revocationType: 'REFUND_PRORATED', revocationPercentage: 25_000 };
    const part = apple.transaction({ ...about, ...prorated });
    await notify(apple.notification('REFUND', part, { signedDate: signedDate + 3 }));
    const { data } = await rig.first.purchases.list('u_part_again', {});
    expect(data).toMatchObject([{ state: 'partly_reversed' }]);
  });

  test('it is told how much was really used', async () => {
    const { transaction, paid } = await sold('u_used', '2000000007');
    await notify(paid);
    await rig.first.consume('u_used', { amount: 325 }, {});
    const told: [string, ConsumptionRequest][] = [];
    const provider = new AppStorePayments(SETTING, {
      secret: () => Promise.reject(new Error('no token is read for this')),
      api: {
        ...NO_API,
        sendConsumptionInformation: async (...one) => {
          told.push(one);
        },
      },
    });
    const signedPayload = apple.notification('CONSUMPTION_REQUEST', transaction);
    const means = {
      database: rig.database,
      accounts: new Accounts(rig.database, SYSTEM_CLOCK),
      subscriptions: rig.first.subscriptions,
      plans: rig.first.plans,
      enter: () => Promise.reject(new Error('it is no event')),
    };
    await receive(means, provider, { body: Buffer.from(JSON.stringify({ signedPayload })), headers: {} });
    expect(told).toEqual([
      [
        '2000000007',
        {
          customerConsented: true,
          consumptionPercentage: 25_000,
          deliveryStatus: 'DELIVERED',
          refundPreference: 'GRANT_PRORATED',
          sampleContentProvided: false,
        },
      ],
    ]);
    // The way in finds the lots; without a key there is nobody to tell, and asking changes nothing.
    expect(await notify(apple.notification('CONSUMPTION_REQUEST', transaction))).toEqual({
      purchase: null,
      state: null,
    });
    expect(await rig.first.balance('u_used')).toMatchObject({ total: 975 });
    const unknown = apple.transaction({ transactionId: '9', productId: 'pack_100' });
    expect(await codeOf(notify(apple.notification('CONSUMPTION_REQUEST', unknown)))).toBe('unavailable');
  });

  test('the store pays back, not we', async () => {
    const { paid } = await sold('u_self', '2000000008');
    const { purchase } = await notify(paid);
    expect(await codeOf(rig.first.purchases.refund(purchase as string, {}, {}))).toBe(
      'purchase_not_refundable',
    );
  });
});

test('a token leads to its account, and no other UUID does', () => {
  const secret = Buffer.from('a secret of the installation');
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 50 - 1 }),
      fc.integer({ min: 0, max: 127 }),
      (account, bit) => {
        const token = appAccountToken(secret, account);
        expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(accountOfToken(secret, token.toUpperCase())).toBe(account);
        const bytes = Buffer.from(token.replaceAll('-', ''), 'hex');
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(accountOfToken(secret, bytes.toString('hex'))).toBeNull();
      },
    ),
  );
  expect(accountOfToken(secret, 'no token')).toBeNull();
});
