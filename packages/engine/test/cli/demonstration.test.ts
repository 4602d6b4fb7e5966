import { expect, test } from 'vitest';
import { isDemonstration } from '../../src/cli/server.ts';
import { readConfig } from '../../src/config.ts';
import { isLoopback } from '../../src/loopback.ts';

const demonstrates = (variables: Record<string, string>) => isDemonstration(readConfig({}, variables));

test('a server that nobody has set up shows its demonstration accounts', () => {
  expect(demonstrates({})).toBe(true);
  expect(demonstrates({ HOST: 'localhost', PORT: '0', DRAWDOWN_TEST_CLOCK: '1' })).toBe(true);
});

test.each([
  ['without demonstration accounts', { DRAWDOWN_DEMO: '0' }],
  ['reachable from elsewhere', { HOST: '0.0.0.0' }],
  ['reachable from elsewhere, IPv6', { HOST: '::' }],
  ['behind a proxy', { DRAWDOWN_TRUSTED_PROXIES: '127.0.0.1' }],
  ['on a database of its own', { DATABASE_URL: 'postgres://u:p@db/credits' }],
  ["with a key of the product's server", { DRAWDOWN_SECRET_KEY: 'sk_real' }],
  ['with a key of staff', { DRAWDOWN_ADMIN_KEY: 'ak_real' }],
  ['in production', { NODE_ENV: 'production' }],
  [
    'that sells through Google Play',
    {
      DRAWDOWN_GOOGLE_PLAY_PACKAGE: 'com.example.studio',
      DRAWDOWN_GOOGLE_PLAY_KEY_FILE: 'key.json',
      DRAWDOWN_GOOGLE_PLAY_PUSH_AUDIENCE: 'https://credits.example',
      DRAWDOWN_GOOGLE_PLAY_PUSH_EMAIL: 'push@example.com',
    },
  ],
  ['with people of its own', { DRAWDOWN_SESSION_URL: 'https://app.example/session' }],
  [
    'that takes money',
    { DRAWDOWN_STRIPE_SECRET_KEY: 'sk_test_x', DRAWDOWN_STRIPE_WEBHOOK_SECRET: 'whsec_x' },
  ],
])('a server %s shows none', (_name, variables) => {
  expect(demonstrates(variables)).toBe(false);
});

test.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '127.0.0.1.evil.example',
  '127.evil',
  '::ffff:10.0.0.1',
  'localhost.evil',
])('%j is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});
