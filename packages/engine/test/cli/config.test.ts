import { describe, expect, test } from 'vitest';
import { staffOf } from '../../src/cli/staff.ts';
import { ConfigError, readConfig } from '../../src/config.ts';

const read = (variables: Record<string, string | undefined>) => readConfig({}, variables);

describe('the configuration', () => {
  test('nothing given is a development server on this machine alone', () => {
    expect(read({})).toEqual({
      host: '127.0.0.1',
      port: 4400,
      databaseUrl: null,
      dataDirectory: '.drawdown',
      secretKey: null,
      adminKey: null,
      publicUrl: null,
      oidc: null,
      staffSessionMinutes: 240,
      approvals: { accountLimit: null, staffLimit: null, waitMs: 604_800_000 },
      catalogFile: null,
      products: [],
      demo: true,
      testClock: false,
      sessionUrl: null,
      corsOrigins: [],
      returnOrigins: [],
      workbench: true,
      sandbox: true,
      stripe: null,
      appStore: null,
      googlePlay: null,
      webhookLoopback: false,
      noticeRetentionDays: 90,
      trustedProxies: [],
      logLevel: 'info',
      allowUnsafe: false,
      url: null,
      noColor: false,
    });
  });

  test('an empty variable is an absent one', () => {
    const empty = { PORT: '', HOST: ' ', DATABASE_URL: '', DRAWDOWN_DEMO: '', DRAWDOWN_CORS_ORIGINS: '' };
    expect(read(empty)).toEqual(read({}));
  });

  test('every variable is read', () => {
    const config = read({
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: 'postgresql://u:p@db/credits',
      DRAWDOWN_WITH: './studio.js, @example/shop',
      DRAWDOWN_DEMO: '0',
      DRAWDOWN_TEST_CLOCK: '1',
      DRAWDOWN_CORS_ORIGINS: 'https://app.example.com, http://localhost:3000',
      DRAWDOWN_RETURN_ORIGINS: 'https://shop.example.com',
      DRAWDOWN_WEBHOOK_LOOPBACK: '1',
      DRAWDOWN_NOTICE_RETENTION_DAYS: '30',
      DRAWDOWN_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      DRAWDOWN_LOG_LEVEL: 'WARN',
      DRAWDOWN_ALLOW_UNSAFE: 'true',
      DRAWDOWN_URL: 'https://credits.example.com/api',
      NO_COLOR: '1',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      products: ['./studio.js', '@example/shop'],
      databaseUrl: 'postgresql://u:p@db/credits',
      demo: false,
      testClock: true,
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      returnOrigins: ['https://shop.example.com'],
      sandbox: false,
      webhookLoopback: true,
      noticeRetentionDays: 30,
      trustedProxies: ['10.0.0.0/8', '::1'],
      logLevel: 'warn',
      allowUnsafe: true,
      url: 'https://credits.example.com/api',
      noColor: true,
    });
  });

  test('what is given on the command line goes before the variable', () => {
    expect(readConfig({ PORT: '1' }, { PORT: '2', HOST: 'a' })).toMatchObject({ port: 1, host: 'a' });
    const named = readConfig({ DATABASE_URL: undefined }, { DATABASE_URL: 'postgres://u@h/d' });
    expect(named.databaseUrl).toBeNull();
  });

  test.each([
    ['PORT', 'abc'],
    ['PORT', '65536'],
    ['PORT', '1e3'],
    ['PORT', '-1'],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost:4400'],
    ['DATABASE_URL', 'mysql://u@h/d'],
    ['DRAWDOWN_SECRET_KEY', 'two words'],
    ['DRAWDOWN_ADMIN_KEY', 'schlüssel'],
    ['DRAWDOWN_DEMO', 'maybe'],
    ['DRAWDOWN_TEST_CLOCK', '2'],
    ['DRAWDOWN_CORS_ORIGINS', '*'],
    ['DRAWDOWN_CORS_ORIGINS', 'https://app.example.com/'],
    ['DRAWDOWN_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['DRAWDOWN_TRUSTED_PROXIES', 'proxy'],
    ['DRAWDOWN_LOG_LEVEL', 'loud'],
    ['DRAWDOWN_APPROVAL_ACCOUNT_LIMIT', '-1'],
    ['DRAWDOWN_APPROVAL_STAFF_LIMIT', '1e3'],
    ['DRAWDOWN_APPROVAL_WAIT_HOURS', '0'],
    ['DRAWDOWN_APPROVAL_WAIT_HOURS', '2161'],
    ['DRAWDOWN_URL', 'localhost:4400'],
  ])('a wrong %s is refused by name: %s', (variable, value) => {
    expect(() => read({ [variable]: value })).toThrow(ConfigError);
    expect(() => read({ [variable]: value })).toThrow(new RegExp(`^${variable} must`));
  });

  test('no message repeats a password or a key', () => {
    for (const [variable, value] of [
      ['DATABASE_URL', 'postgers://u:hunter2@h/d'],
      ['DRAWDOWN_SECRET_KEY', 'hunter2 hunter2'],
    ] as const) {
      expect(() => read({ [variable]: value })).toThrow(/^(?!.*hunter2)/s);
    }
  });

  test('one key for both roles would make every server one of staff', () => {
    expect(() => read({ DRAWDOWN_SECRET_KEY: 'k', DRAWDOWN_ADMIN_KEY: 'k' })).toThrow(/^DRAWDOWN_ADMIN_KEY/);
  });

  test.each([
    ['HOST', '0.0.0.0'],
    ['HOST', '192.168.1.7'],
    ['HOST', '::'],
    ['HOST', 'credits.internal'],
    ['NODE_ENV', 'production'],
    ['NODE_ENV', 'Production'],
    ['DATABASE_URL', 'postgres://u@h/d'],
    ['DRAWDOWN_TRUSTED_PROXIES', '10.0.0.1'],
  ])('the sandbox is off by itself where %s=%s, and on where that is said', (variable, value) => {
    expect(read({ [variable]: value }).sandbox).toBe(false);
    expect(read({ [variable]: value, DRAWDOWN_SANDBOX: '1' }).sandbox).toBe(true);
  });

  test.each(['localhost', '127.0.0.2', '::1'])('the sandbox is on by itself at %s', (host) => {
    expect(read({ HOST: host, NODE_ENV: 'development' }).sandbox).toBe(true);
    expect(read({ HOST: host, DRAWDOWN_SANDBOX: '0' }).sandbox).toBe(false);
  });

  test('payments are configured whole, or not at all', () => {
    const stripe = {
      DRAWDOWN_STRIPE_SECRET_KEY: 'sk_test_1',
      DRAWDOWN_STRIPE_WEBHOOK_SECRET: 'whsec_1,whsec_2',
    };
    expect(read(stripe)).toMatchObject({
      sandbox: false,
      stripe: { secretKey: 'sk_test_1', webhookSecrets: ['whsec_1', 'whsec_2'] },
    });
    expect(read({ ...stripe, DRAWDOWN_SANDBOX: '1' }).sandbox).toBe(true);
    const apple = {
      DRAWDOWN_APP_STORE_BUNDLE_ID: 'com.example.studio',
      DRAWDOWN_APP_STORE_APP_ID: '123',
      DRAWDOWN_APP_STORE_ROOTS: 'a.cer,b.cer',
    };
    expect(read(apple).appStore).toEqual({
      bundleId: 'com.example.studio',
      appId: 123,
      production: true,
      rootFiles: ['a.cer', 'b.cer'],
      api: null,
    });
    const google = {
      DRAWDOWN_GOOGLE_PLAY_PACKAGE: 'com.example.studio',
      DRAWDOWN_GOOGLE_PLAY_KEY_FILE: 'account.json',
      DRAWDOWN_GOOGLE_PLAY_PUSH_AUDIENCE: 'https://credits.example.com/webhooks/google-play',
      DRAWDOWN_GOOGLE_PLAY_PUSH_EMAIL: 'push@project.iam.gserviceaccount.com',
    };
    expect(read(google)).toMatchObject({
      sandbox: false,
      googlePlay: {
        packageName: 'com.example.studio',
        keyFile: 'account.json',
        push: {
          audience: 'https://credits.example.com/webhooks/google-play',
          email: 'push@project.iam.gserviceaccount.com',
        },
        production: true,
      },
    });
    expect(read({ ...google, DRAWDOWN_GOOGLE_PLAY_ENVIRONMENT: 'Test' }).googlePlay?.production).toBe(false);
    const wrong: [Record<string, string | undefined>, string][] = [
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_PACKAGE: undefined }, 'DRAWDOWN_GOOGLE_PLAY_PACKAGE'],
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_PACKAGE: 'studio' }, 'DRAWDOWN_GOOGLE_PLAY_PACKAGE'],
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_KEY_FILE: undefined }, 'DRAWDOWN_GOOGLE_PLAY_KEY_FILE'],
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_PUSH_AUDIENCE: undefined }, 'DRAWDOWN_GOOGLE_PLAY_PUSH_AUDIENCE'],
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_PUSH_EMAIL: undefined }, 'DRAWDOWN_GOOGLE_PLAY_PUSH_EMAIL'],
      [{ ...google, DRAWDOWN_GOOGLE_PLAY_ENVIRONMENT: 'Sandbox' }, 'DRAWDOWN_GOOGLE_PLAY_ENVIRONMENT'],
      [{ DRAWDOWN_STRIPE_SECRET_KEY: 'sk_test_1' }, 'DRAWDOWN_STRIPE_WEBHOOK_SECRET'],
      [{ DRAWDOWN_STRIPE_WEBHOOK_SECRET: 'whsec_1' }, 'DRAWDOWN_STRIPE_SECRET_KEY'],
      [{ ...stripe, DRAWDOWN_STRIPE_SECRET_KEY: 'pk_test_1' }, 'DRAWDOWN_STRIPE_SECRET_KEY'],
      [{ ...stripe, DRAWDOWN_STRIPE_WEBHOOK_SECRET: 'secret' }, 'DRAWDOWN_STRIPE_WEBHOOK_SECRET'],
      [{ ...apple, DRAWDOWN_APP_STORE_APP_ID: undefined }, 'DRAWDOWN_APP_STORE_APP_ID'],
      [{ ...apple, DRAWDOWN_APP_STORE_ROOTS: undefined }, 'DRAWDOWN_APP_STORE_ROOTS'],
      [{ ...apple, DRAWDOWN_APP_STORE_ENVIRONMENT: 'Test' }, 'DRAWDOWN_APP_STORE_ENVIRONMENT'],
      [{ ...apple, DRAWDOWN_APP_STORE_KEY_FILE: 'key.p8' }, 'DRAWDOWN_APP_STORE_KEY_ID'],
    ];
    for (const [variables, variable] of wrong) {
      expect(() => read(variables)).toThrow(expect.objectContaining({ variable }));
    }
  });

  const oidc = {
    DRAWDOWN_PUBLIC_URL: 'https://credits.example.com/',
    DRAWDOWN_OIDC_ISSUER: 'https://login.example.com/realms/staff',
    DRAWDOWN_OIDC_CLIENT_ID: 'console',
    DRAWDOWN_OIDC_CLIENT_SECRET: 'hunter2',
    DRAWDOWN_OIDC_ROLES: 'Credits, support = staff read+act; CN=Chiefs,OU=All=admin\n',
  };

  test('where staff sign in is said whole, or not at all', () => {
    const limits = { DRAWDOWN_APPROVAL_ACCOUNT_LIMIT: '1000', DRAWDOWN_APPROVAL_STAFF_LIMIT: '5000.5' };
    const week = 7 * 86_400_000;
    expect(read(limits).approvals).toEqual({ accountLimit: '1000', staffLimit: '5000.5', waitMs: week });
    expect(read({ DRAWDOWN_APPROVAL_WAIT_HOURS: '12' }).approvals.waitMs).toBe(43_200_000);
    const config = read({ ...oidc, DRAWDOWN_STAFF_SESSION_MINUTES: '30' });
    expect(config).toMatchObject({ publicUrl: 'https://credits.example.com', staffSessionMinutes: 30 });
    expect(config.oidc).toEqual({
      issuer: 'https://login.example.com/realms/staff',
      clientId: 'console',
      clientSecret: 'hunter2',
      name: 'login.example.com',
      scope: 'openid profile email',
      claim: 'groups',
      roles: new Map([
        ['Credits, support', ['staff', 'read', 'act']],
        ['CN=Chiefs,OU=All', ['admin']],
      ]),
    });
    const said = {
      DRAWDOWN_OIDC_NAME: 'Example Ltd',
      DRAWDOWN_OIDC_SCOPE: 'openid  groups',
      DRAWDOWN_OIDC_CLAIM: 'roles',
    };
    expect(read({ ...oidc, ...said }).oidc).toMatchObject({
      name: 'Example Ltd',
      scope: 'openid groups',
      claim: 'roles',
    });
    expect(staffOf(config)).toMatchObject({
      sessionSeconds: 1_800,
      oidc: { publicUrl: 'https://credits.example.com' },
    });
    expect(staffOf(read({}))).toEqual({ sessionSeconds: 14_400 });
  });

  test.each([
    ['DRAWDOWN_PUBLIC_URL', undefined],
    ['DRAWDOWN_PUBLIC_URL', 'https://credits.example.com/console'],
    ['DRAWDOWN_PUBLIC_URL', 'http://credits.example.com'],
    ['DRAWDOWN_PUBLIC_URL', 'credits.example.com'],
    ['DRAWDOWN_OIDC_ISSUER', undefined],
    ['DRAWDOWN_OIDC_ISSUER', 'login.example.com'],
    ['DRAWDOWN_OIDC_ISSUER', 'http://login.example.com'],
    ['DRAWDOWN_OIDC_ISSUER', 'http://127.0.0.1.example.com'],
    ['DRAWDOWN_OIDC_ISSUER', 'https://login.example.com?a=b'],
    ['DRAWDOWN_OIDC_ISSUER', 'https://user@login.example.com'],
    ['DRAWDOWN_OIDC_CLIENT_ID', undefined],
    ['DRAWDOWN_OIDC_CLIENT_SECRET', undefined],
    ['DRAWDOWN_OIDC_SCOPE', 'profile email'],
    ['DRAWDOWN_OIDC_ROLES', undefined],
    ['DRAWDOWN_OIDC_ROLES', ';'],
    ['DRAWDOWN_OIDC_ROLES', 'support'],
    ['DRAWDOWN_OIDC_ROLES', 'support ='],
    ['DRAWDOWN_OIDC_ROLES', '= read'],
    ['DRAWDOWN_OIDC_ROLES', 'support = read; support = admin'],
    ['DRAWDOWN_OIDC_ROLES', 'support = everything'],
    ['DRAWDOWN_STAFF_SESSION_MINUTES', '4'],
    ['DRAWDOWN_STAFF_SESSION_MINUTES', '1441'],
    ['DRAWDOWN_STAFF_SESSION_MINUTES', 'long'],
  ])('a wrong %s is refused by name, and without the secret: %s', (variable, value) => {
    const wrong = () => staffOf(read({ ...oidc, [variable]: value }));
    expect(wrong).toThrow(expect.objectContaining({ variable }));
    expect(wrong).toThrow(/^(?!.*hunter2)/s);
  });

  test('a provider on this machine may speak in the clear', () => {
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080']) {
      const config = read({ ...oidc, DRAWDOWN_OIDC_ISSUER: `http://${host}/realms/staff` });
      expect(config.oidc?.issuer).toBe(`http://${host}/realms/staff`);
    }
  });

  test('a server that people find elsewhere than on this machine is no workbench', () => {
    expect(read({ DRAWDOWN_PUBLIC_URL: 'http://localhost:4400' }).workbench).toBe(true);
    expect(read({ DRAWDOWN_PUBLIC_URL: 'https://credits.example.com' })).toMatchObject({
      workbench: false,
      sandbox: false,
    });
  });
});
