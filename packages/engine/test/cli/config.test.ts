import { describe, expect, test } from 'vitest';
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
      catalogFile: null,
      demo: true,
      testClock: false,
      corsOrigins: [],
      returnOrigins: [],
      sandbox: true,
      stripe: null,
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
      DRAWDOWN_DEMO: '0',
      DRAWDOWN_TEST_CLOCK: '1',
      DRAWDOWN_CORS_ORIGINS: 'https://app.example.com, http://localhost:3000',
      DRAWDOWN_RETURN_ORIGINS: 'https://shop.example.com',
      DRAWDOWN_TRUSTED_PROXIES: '10.0.0.0/8,::1',
      DRAWDOWN_LOG_LEVEL: 'WARN',
      DRAWDOWN_ALLOW_UNSAFE: 'true',
      DRAWDOWN_URL: 'https://credits.example.com/api',
      NO_COLOR: '1',
    });
    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      databaseUrl: 'postgresql://u:p@db/credits',
      demo: false,
      testClock: true,
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      returnOrigins: ['https://shop.example.com'],
      sandbox: false,
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
});
