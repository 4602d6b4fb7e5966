import { expect, test } from 'vitest';
import { guardedLookup, isPublic, urlFault } from './guard.ts';
import { post } from './post.ts';

const STRICT = { allowLoopback: false };
const LOCAL = { allowLoopback: true };

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '168.63.129.16',
  '::',
  '::1',
  'fe80::1',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '::7f00:1',
  '64:ff9b::a00:1',
  '64:ff9b:1::1',
  '2002:a00:1::',
  '2001::1',
  '2001:db8::1',
  '4000::1',
  'example.com',
])('%s is never dialled', (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is public',
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

test.each([
  ['http://example.com/', 'must begin with https://'],
  ['ftp://example.com/', 'must begin with https://'],
  ['file:///etc/passwd', 'must begin with https://'],
  ['https://user:pass@example.com/', 'must not hold credentials'],
  ['https://example.com/#part', 'must not hold a fragment'],
  ['/webhooks', 'must be an absolute URL'],
  [`https://example.com/${'x'.repeat(2000)}`, 'must be at most 2000 characters'],
  ['https://localhost/', 'must lead to a public address'],
  ['https://LOCALHOST./', 'must lead to a public address'],
  ['https://db.internal/', 'must lead to a public address'],
  ['https://printer.local/', 'must lead to a public address'],
  ['https://intranet/', 'must lead to a public address'],
  ['https://10.0.0.1/', 'must lead to a public address'],
  // The same address as one number, in octal and in hexadecimal.
  ['https://2130706433/', 'must lead to a public address'],
  ['https://0177.0.0.1/', 'must lead to a public address'],
  ['https://0x7f.1/', 'must lead to a public address'],
  ['https://[::1]/', 'must lead to a public address'],
  ['https://[::ffff:169.254.169.254]/', 'must lead to a public address'],
  ['https://example.com/', null],
  ['https://8.8.8.8:8443/hook?x=1', null],
])('%s: %s', (url, fault) => {
  expect(urlFault(url, STRICT)).toBe(fault);
});

test('loopback is let through only where it was asked for, and nothing else with it', () => {
  for (const url of ['http://127.0.0.1:1/', 'http://localhost/', 'https://[::1]/']) {
    expect(urlFault(url, LOCAL)).toBeNull();
    expect(urlFault(url, STRICT)).not.toBeNull();
  }
  expect(urlFault('http://example.com/', LOCAL)).not.toBeNull();
  expect(urlFault('https://192.168.0.1/', LOCAL)).not.toBeNull();
});

/** A name that every machine resolves to itself, behind a URL that nothing is wrong with. */
const resolve = (setting: typeof STRICT, all: boolean) =>
  new Promise((done) => {
    guardedLookup(setting)('localhost', { all }, (error, found) => done(error?.name ?? found));
  });

test('a name that leads to a private address is not dialled', async () => {
  expect(await resolve(STRICT, true)).toBe('AddressRefused');
  expect(await resolve(STRICT, false)).toBe('AddressRefused');
  expect(await resolve(LOCAL, true)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }),
    ]),
  );
});

test('an attempt judges its URL again', async () => {
  const message = { headers: {}, body: '{}' };
  const attempt = await post('http://127.0.0.1:9/', message, { ...STRICT, timeoutMs: 1_000 });
  expect(attempt).toMatchObject({ status: null, error: 'the URL must begin with https://' });
});

test('a URL is dialled as it was judged, however it is written, and an attempt never rejects', async () => {
  const message = { headers: {}, body: '{}' };
  for (const url of ['HTTPS://127.0.0.1:9/', ' https://127.0.0.1:9/', 'hTTps://127.0.0.1:9/']) {
    const attempt = await post(url, message, { ...LOCAL, timeoutMs: 1_000 });
    expect(attempt).toMatchObject({ status: null, error: expect.stringMatching(/^the connection failed/) });
  }
  const broken = { headers: { 'webhook-id': 'a\nb' }, body: '{}' };
  const attempt = await post('https://127.0.0.1:9/', broken, { ...LOCAL, timeoutMs: 10 });
  expect(attempt).toMatchObject({ status: null, error: 'the connection failed: ERR_INVALID_CHAR' });
  // Its time-out finds nothing to end.
  await new Promise((resolve) => setTimeout(resolve, 50));
});
