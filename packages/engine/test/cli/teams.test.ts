/** Members of teams from the command line, in processes of their own. */
import type { Member, More, Page } from '@drawdown/client';
import { expect, test } from 'vitest';
import { serving } from './serving.ts';

const { cli, json } = serving();

test('members are made, listed, refused beyond their limit, allowed more, and removed', async () => {
  await json('subscribe', 'crew', 'teams', '--seats', '3');
  const boss = await json<Member>('members', 'put', 'crew', 'u_boss', '--role', 'owner');
  expect(boss).toMatchObject({ team: 'crew', role: 'owner', limit: null });
  await json('members', 'put', 'crew', 'u_1', '--limit', '10', '--per', 'day');
  // What is not named stays: who is given a role keeps the limit, who is given a limit the role.
  const limit = { amount: 10, per: 'day' };
  expect(await json('members', 'put', 'crew', 'u_1', '--role', 'admin')).toMatchObject({
    role: 'admin',
    limit,
  });
  expect(await json('members', 'put', 'crew', 'u_1', '--unlimited')).toMatchObject({
    role: 'admin',
    limit: null,
  });
  expect(await json('members', 'put', 'crew', 'u_1', '--limit', '10', '--per', 'day')).toMatchObject({
    role: 'admin',
    limit,
  });
  const mixed = await cli('members', 'put', 'crew', 'u_1', '--unlimited', '--limit', '5');
  expect(mixed).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--unlimited goes with no other limit'),
  });
  await json('consume', 'crew', '--amount', '10', '--member', 'u_1');
  const refused = await cli('consume', 'crew', '--amount', '1', '--member', 'u_1');
  expect(refused.stderr).toContain('1 credits are needed and the limit per day leaves 0');
  const asked = await json<More>('members', 'ask', 'crew', 'u_1', '5', '--reason', 'the launch');
  const open = await cli('members', 'requests', 'crew');
  expect(open.stdout).toContain(
    `${asked.id}: u_1 asks for 5 credits more until ${asked.expires_at} (the launch)`,
  );
  const approved = await json<More>('members', 'approve', 'crew', 'u_1', asked.id);
  expect(approved.state).toBe('approved');
  const teams = await json<Page<Member>>('members', 'teams', 'u_1');
  expect(teams.data).toMatchObject([{ team: 'crew', period: { extra: 5, used: 10, remaining: 5 } }]);
  const listed = await cli('members', 'list', 'crew');
  expect(listed.stdout).toContain('10 per day and 5 more');
  const removed = await cli('members', 'remove', 'crew', 'u_1');
  expect(removed.stdout).toMatch(/^u_1 left crew at /);
  const last = await cli('members', 'remove', 'crew', 'u_boss');
  expect(last.stderr).toContain('The team would be left without an owner');
});
