/** A second person from the command line, in processes of their own. */
import type { ActPreview, ActReceipt, CreatedKey } from '@drawdown/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, install } from './support.ts';

let drawdown: Installation;
let cwd: string;
let url: string;

beforeAll(async () => {
  drawdown = install();
  cwd = drawdown.directory();
  const env = { DRAWDOWN_DEMO: '0', DRAWDOWN_APPROVAL_ACCOUNT_LIMIT: '100' };
  ({ url } = await drawdown.serve({ cwd, env }));
});

afterAll(() => drawdown.remove());

const run = (...words: string[]) => drawdown.run(words, { cwd });

async function keyOf(name: string): Promise<CreatedKey> {
  const { stdout } = await run('keys', 'create', name, '--scope', 'read,staff,act,approve', '--json');
  return JSON.parse(stdout) as CreatedKey;
}

async function asked(amount: number, { secret }: CreatedKey): Promise<string> {
  const post = async (path: string, body: object) => {
    const headers = {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'idempotency-key': `${path}${amount}`,
    };
    return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const act = { act: 'adjust', account: 'u_1', amount: -amount };
  const { preview } = (await post('/v1/staff/acts/preview', act)) as ActPreview;
  const done = (await post('/v1/staff/acts', { ...act, reason: 'a slip', preview })) as ActReceipt;
  return done.approval?.id as string;
}

test('a second person vouches for a key, and who is signed in is seen and signed out', async () => {
  const [cleo, server] = [await keyOf('cleo'), await keyOf('a server')];
  const own = await run('keys', 'vouch', cleo.id, '--reason', 'mine', '--key', cleo.secret);
  expect([own.code, own.stderr]).toEqual([5, expect.stringContaining('A second person vouches for a key')]);
  const vouched = await run('keys', 'vouch', server.id, '--reason', 'installed', '--key', cleo.secret);
  expect(vouched.stdout).toMatch(/^key_\S+ \(a server\) counts for itself since \d{4}-/);
  expect((await run('keys', 'list')).stdout).toMatch(/a server.*staff:key_admin +\d{4}-/);
  expect((await run('staff', 'sessions')).stdout).toBe('Nobody is signed in.\n');
  const headers = { authorization: `Bearer ${cleo.secret}` };
  expect((await fetch(`${url}/v1/staff/sessions`, { method: 'POST', headers })).status).toBe(201);
  const listed = (await run('staff', 'sessions')).stdout;
  const session = /sts_\w+/.exec(listed)?.[0] as string;
  expect(listed).toMatch(new RegExp(`cleo +${cleo.id} +key`));
  expect((await run('staff', 'end-session', session)).stdout).toMatch(/^cleo is signed out since \d{4}-/);
  expect((await run('staff', 'sessions')).stdout).toBe('Nobody is signed in.\n');
  expect((await run('staff', 'end-session', 'sts_none')).code).toBe(4);
  const log = (await run('audit', '--subject', server.id)).stdout;
  for (const word of ['create_key', 'vouch_for_key', 'installed', 'cleo']) expect(log).toContain(word);
  const table = (await run('audit', '--csv', '--act', 'end_session')).stdout.trimEnd().split('\r\n');
  expect(table).toEqual([
    expect.stringMatching(/^id,at,act,/),
    expect.stringContaining(`end_session,,${session},`),
  ]);
});

test('what one asks for another lists, shows, approves or rejects, and the log has both', async () => {
  expect((await run('grant', 'u_1', 'purchased', '1000')).code).toBe(0);
  const [ada, ben] = [await keyOf('ada'), await keyOf('ben')];
  expect((await run('approvals', 'list')).stdout).toBe('Nothing waits for a second person.\n');
  const first = await asked(150, ada);
  expect((await run('approvals', 'list')).stdout).toContain(first);
  expect((await run('approvals', 'show', first)).stdout).toContain(
    `${first}: adjust of 150 credits on u_1, pending, until `,
  );
  const preview = await run('approvals', 'approve', first, '--preview', '--key', ben.secret);
  expect(preview.stdout).toBe('u_1: 1000 → 850 credits, by adjust of 150 credits.\n');
  const own = await run('approvals', 'approve', first, '--reason', 'mine', '--key', ada.secret);
  expect([own.code, own.stderr]).toEqual([5, expect.stringContaining('A second person decides on it')]);
  const done = await run('approvals', 'approve', first, '--reason', 'right', '--key', ben.secret);
  expect(done.stdout).toMatch(/^Done: u_1: 1000 → 850 credits\./);
  const second = await asked(160, ada);
  expect((await run('approvals', 'reject', second, '--reason', 'no', '--key', ben.secret)).stdout).toContain(
    'rejected by ben',
  );
  const third = await asked(170, ada);
  expect((await run('approvals', 'withdraw', third, '--reason', 'no', '--key', ada.secret)).stdout).toContain(
    'withdrawn by ada',
  );
  const log = (await run('audit', '--account', 'u_1')).stdout;
  for (const word of ['withdraw', 'reject', 'request', 'adjust', 'ben', 'a slip'])
    expect(log).toContain(word);
  expect((await run('approvals', 'show', 'apr_0')).code).toBe(4);
});
