/** The commands of campaigns, in processes of their own against a running server. */
import type * as wire from '@drawdown/client';
import { expect, test } from 'vitest';
import { serving } from './serving.ts';

const { cli, json } = serving();

test('staff makes a campaign and codes, an account redeems one, staff watches and stops it', async () => {
  const terms = ['--kind', 'promotion_code', '--credits', '40', '--validity', 'P14D', '--budget', '80'];
  const made = await cli('campaigns', 'create', 'spring', ...terms, '--name', 'Spring codes');
  expect(made.stderr).toBe('');
  expect(made.stdout).toContain('Made campaign spring.');
  expect(made.stdout).toContain('Spring codes (promotion_code), running');
  const codes = await cli('campaigns', 'codes', 'spring', '--count', '2');
  // Alone on standard output, so that a script can take them.
  expect(codes.stdout).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}\n([0-9A-Z]{4}-){3}[0-9A-Z]{4}\n$/);
  const [first = '', second = ''] = codes.stdout.trim().split('\n');

  await json('grant', 'r_1', 'purchased', '1');
  const redeemed = await cli('redeem', 'r_1', first.toLowerCase());
  expect(redeemed.stdout).toContain('Granted 40 credits of spring to r_1; they expire at ');
  const lot = /grt_\w+/.exec(redeemed.stdout)?.[0] ?? '';
  expect((await cli('show', lot)).stdout).toContain('From campaign spring (Spring codes), of r_1.');
  const again = await cli('redeem', 'r_1', second);
  expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 3, stdout: '' });
  expect(again.stderr).toContain('campaign_already_redeemed');
  const unknown = await cli('redeem', 'r_1', 'NONE-SUCH');
  expect(unknown.code).toBe(4);
  expect(unknown.stderr).toContain('code_not_found');

  const shown = await json<wire.Campaign>('campaigns', 'show', 'spring');
  expect(shown.metrics).toMatchObject({ redemptions: 1, awarded: 40, budget_left: 40 });
  expect((await cli('campaigns', 'list')).stdout).toMatch(
    /^spring +promotion_code +running +40 +1 +40 +0 +0 +40$/m,
  );
  expect((await cli('campaigns', 'stop', 'spring')).code).toBe(2);
  const stopped = await cli('campaigns', 'stop', 'spring', '--reason', 'over');
  expect(stopped.stdout).toMatch(/^Stopped spring at \d{4}-/);
  expect((await cli('campaigns', 'show', 'spring')).stdout).toMatch(/^stopped +\S+: over$/m);
});

test('every term of a campaign can be said on the command line', async () => {
  const made = await json<wire.Campaign>(
    ...['campaigns', 'create', 'bring', '--kind', 'referral', '--credits', '5', '--validity', 'P7D'],
    ...['--inviter-credits', '7', '--inviter-limit', '3', '--device-limit', '1', '--account-limit', 'none'],
    ...['--starts-at', '2020-01-01T00:00:00Z', '--ends-at', '2099-01-01T00:00:00Z'],
    ...['--account-kind', 'user', '--plan', 'pro', '--for-surface', 'web,ios', '--newer-than', 'P30D'],
  );
  expect(made).toMatchObject({
    kind: 'referral',
    per_account_limit: null,
    per_device_limit: 1,
    referral: { inviter_credits: 7, inviter_limit: 3 },
    audience: { account_kinds: ['user'], plans: ['pro'], surfaces: ['web', 'ios'], newer_than: 'P30D' },
    starts_at: '2020-01-01T00:00:00.000Z',
    ends_at: '2099-01-01T00:00:00.000Z',
  });
  const shared = await json<wire.Campaign>(
    ...['campaigns', 'create', 'all', '--kind', 'promotion_code', '--credits', '5', '--validity', 'P7D'],
    ...['--code', 'EVERYBODY'],
  );
  expect(shared.codes).toEqual({ kind: 'shared', code: 'EVERYBODY' });
  const refused = await cli(
    'campaigns',
    'create',
    'bad',
    '--kind',
    'event',
    '--credits',
    '5',
    '--validity',
    'P90D',
  );
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('validity: must be from P7D to P30D');
});
