/** Under which law a person buys is the product's word, in the session's token or on the account; buyers cannot leave it out. */
import type { Purchase, Session } from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './support.ts';

let t: TestServer;

beforeAll(async () => {
  t = await startServer({ payments: { sandbox: true } });
  await t.ask('PUT', '/v1/accounts/u_profile', { body: { metadata: { jurisdiction: 'DE' } } });
});

afterAll(() => t.close());

async function sessionOf(account: string, more: object = {}): Promise<string> {
  const made = await t.ask<Session>('POST', '/v1/sessions', { body: { account, surface: 'web', ...more } });
  return made.body.token;
}

async function order(as: string, account: string, more: object = {}) {
  const body = { pack: 'pack_100', currency: 'USD', return_url: 'http://localhost/', ...more };
  const path = `/v1/accounts/${account}/checkouts`;
  const { status, body: reply } = await t.ask<{ purchase?: Purchase; code?: string; field?: string }>(
    'POST',
    path,
    { as, body },
  );
  return { status, code: reply.code, field: reply.field, kept: reply.purchase?.jurisdiction };
}

describe.each([
  ['the session’s token', 'u_token', { jurisdiction: 'DE' }],
  ['the account', 'u_profile', {}],
])('what %s says', (_, account, claims) => {
  test('holds where the buyer leaves it out, and asks for its consent', async () => {
    const as = await sessionOf(account, claims);
    expect(await order(as, account)).toMatchObject({
      status: 400,
      code: 'consent_required',
      field: 'consent',
    });
    const consent = { immediate_use: true };
    expect(await order(as, account, { consent })).toMatchObject({ status: 201, kept: 'DE' });
    expect(await order(as, account, { consent, jurisdiction: 'DE' })).toMatchObject({ status: 201 });
  });

  test('is contradicted by no buyer', async () => {
    const as = await sessionOf(account, claims);
    expect(await order(as, account, { jurisdiction: 'US-CA' })).toMatchObject({
      status: 400,
      code: 'invalid_request',
      field: 'jurisdiction',
    });
  });
});

test('the session is the later word; a place without a policy has none; and where nothing is said the buyer may', async () => {
  const abroad = await sessionOf('u_profile', { jurisdiction: 'US-CA' });
  expect(await order(abroad, 'u_profile')).toMatchObject({ status: 201, kept: 'US-CA' });
  const elsewhere = await sessionOf('u_elsewhere', { jurisdiction: 'BR' });
  expect(await order(elsewhere, 'u_elsewhere')).toMatchObject({ status: 201, kept: null });
  expect(await order(elsewhere, 'u_elsewhere', { jurisdiction: 'US-CA' })).toMatchObject({ status: 400 });
  const free = await sessionOf('u_free');
  expect(await order(free, 'u_free', { jurisdiction: 'US-CA' })).toMatchObject({
    status: 201,
    kept: 'US-CA',
  });
  expect(await order(free, 'u_free', { jurisdiction: 'BR' })).toMatchObject({ status: 400 });
  const wrong = await t.ask<{ field: string }>('POST', '/v1/sessions', {
    body: { account: 'u_free', surface: 'web', jurisdiction: 'Germany' },
  });
  expect(wrong.body).toMatchObject({ field: 'jurisdiction' });
});
