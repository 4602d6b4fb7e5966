/** Every command, in processes of their own, against a running server that they find by their directory. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as wire from '@drawdown/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readServerFile } from '../../src/cli/server-file.ts';
import { statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { type Finished, type Installation, install, type Running } from './support.ts';

let drawdown: Installation;
let cwd: string;
let server: Running & { url: string };

beforeAll(async () => {
  drawdown = install();
  cwd = drawdown.directory();
  server = await drawdown.serve({ cwd, env: { DRAWDOWN_TEST_CLOCK: '1', DRAWDOWN_DEMO: '0' } });
});

afterAll(async () => {
  await drawdown.remove();
});

const cli = (...words: string[]): Promise<Finished> => drawdown.run(words, { cwd });

/** The one document that a command prints with --json. */
async function json<T>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...words, '--json');
  expect({ code, stderr, words }).toEqual({ code: 0, stderr: '', words });
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout) as T;
}

async function article(account: string): Promise<void> {
  await json('grant', account, 'subscription', '20', '--valid-for', 'P1M');
  await json('grant', account, 'promotional', '15', '--valid-for', 'P30D');
  await json('grant', account, 'purchased', '100', '--expires-at', 'never');
}

const left = ({ classes }: wire.Balance) => classes.map((one) => one.available);

describe.concurrent("the article's example", () => {
  test('20, 15 and 100, a cost of 25: 20 + 5 + 0 are drawn and 0, 10 and 100 are left', async () => {
    await article('a_1');
    const quote = await json<wire.Quote>('quote', 'a_1', 'ai_script');
    expect(quote).toMatchObject({ amount: 25, sufficient: true });
    const spent = await cli('consume', 'a_1', 'ai_script', '--quote', quote.quote);
    expect(spent.stderr).toBe('');
    expect(spent.code).toBe(0);
    expect(spent.stdout).toContain('Spent 25 credits of a_1 on ai_script: 20 subscription, 5 promotional.');
    const balance = await json<wire.Balance>('balance', 'a_1');
    expect(left(balance)).toEqual([0, 10, 100]);
    const table = await cli('balance', 'a_1');
    expect(table.stdout).toMatch(/^promotional +10 +0 +10 +10 at \d{4}-/m);
    expect(table.stdout).toMatch(/^total +110 +0 +110$/m);
    // No terminal, no colours.
    expect(table.stdout).not.toContain('\u001b');
    const { data } = await json<wire.Page<wire.Entry>>('history', 'a_1', '--type', 'consume');
    expect(data).toMatchObject([{ type: 'consume', amount: -25, balance_after: 110 }]);
    const explained = await cli('explain', data[0]?.operation ?? '');
    expect(explained.stdout).toMatch(/promotional +15 +5 +Class promotional comes after class subscription/);
  });

  test('the demonstration tells it step by step', async () => {
    const [{ steps }, told] = await Promise.all([
      json<{ steps: { step: string; answer: wire.Receipt }[] }>('demo'),
      cli('demo'),
    ]);
    const consumed = steps.find(({ step }) => step === 'consume');
    expect(consumed?.answer.operation.draws.map(({ amount }) => amount)).toEqual([20, 5]);
    expect(told.stdout).toContain('20 from subscription, 5 from promotional, 0 from purchased');
    expect(told.stdout).toContain('so it is refused (1 missing)');
  });
});

describe.concurrent('changes', () => {
  test('a hold is captured in part or released, and a charge is refunded', async () => {
    await json('grant', 'c_1', 'purchased', '50', '--source', 'pack:p_1', '--metadata', '{"order":"7"}');
    const held = await json<wire.HoldReceipt>('hold', 'c_1', '--amount', '30', '--ttl', '600');
    expect(held.balance).toMatchObject({ total: 50, held: 30, available: 20 });
    const captured = await json<wire.Receipt>('capture', held.hold.id, '--amount', '10');
    expect(captured.balance).toMatchObject({ total: 40, held: 0 });
    const other = await json<wire.HoldReceipt>('hold', 'c_1', '--amount', '5');
    const released = await cli('release', other.hold.id);
    expect(released.stdout).toContain('Released 5 credits of c_1.');
    const refunded = await json<wire.Receipt>('refund', captured.operation.id, '--reason', 'it was blank');
    expect(refunded.balance).toMatchObject({ total: 50, available: 50 });
    const { data } = await json<{ data: wire.Grant[] }>('grants', 'c_1');
    expect(data).toMatchObject([
      { remaining: 50, source: { type: 'pack', ref: 'p_1' }, metadata: { order: '7' } },
    ]);
  });

  test('one idempotency key takes effect once, and with another input it is refused', async () => {
    await json('grant', 'c_2', 'purchased', '50');
    const key = ['--idempotency-key', 'order-1'];
    const first = await json<wire.Receipt & { replayed: boolean }>('consume', 'c_2', '--amount', '7', ...key);
    const again = await json<wire.Receipt & { replayed: boolean }>('consume', 'c_2', '--amount', '7', ...key);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.operation).toEqual(first.operation);
    const other = await cli('consume', 'c_2', '--amount', '8', ...key);
    expect(other.code).toBe(3);
    expect(other.stderr).toContain('idempotency_key_reused');
    expect(await json('balance', 'c_2')).toMatchObject({ total: 43 });
  });

  test('a key is made, used, listed and revoked', async () => {
    const key = await json<wire.CreatedKey>('keys', 'create', 'reader', '--scope', 'read');
    await json('grant', 'c_3', 'purchased', '1');
    expect((await cli('balance', 'c_3', '--key', key.secret)).code).toBe(0);
    const denied = await cli('consume', 'c_3', '--amount', '1', '--key', key.secret);
    expect(denied.code).toBe(5);
    const bare = await cli('keys', 'create', 'bare');
    // Alone on standard output, so that a script can take it.
    expect(bare.stdout).toMatch(/^sk_[\w-]{43}\n$/);
    expect((await cli('keys', 'revoke', key.id)).code).toBe(0);
    expect((await cli('balance', 'c_3', '--key', key.secret)).code).toBe(5);
    const { data } = await json<{ data: wire.Key[] }>('keys', 'list');
    expect(data.find(({ id }) => id === key.id)?.revoked_at).not.toBeNull();
  });
});

describe('exit codes', () => {
  const cases: [code: number, words: string[], sentence: RegExp][] = [
    [2, ['nonsense'], /unknown command/],
    [2, ['balance'], /missing required argument/],
    [2, ['balance', 'e_1', '--nonsense'], /unknown option/],
    [2, ['consume', 'e_1', '--amount', '١٢'], /invalid_amount/],
    [2, ['consume', 'e_1', 'no_feature'], /unknown_feature/],
    [2, ['history', 'e_1', '--limit', 'all'], /--limit must be a whole number/],
    [2, ['balance', 'e_1', '--url', 'localhost'], /DRAWDOWN_URL must be a URL/],
    [2, ['balance', 'e_1', '--url', 'http://127.0.0.1:1', '--data-dir', 'x'], /give one of them/],
    [3, ['consume', 'e_1', '--amount', '6'], /6 credits are needed and 5 are available/],
    [3, ['consume', 'e_1', 'ai_script', '--surface', 'ios'], /surface_not_supported/],
    [4, ['balance', 'e_nobody'], /account_not_found/],
    [4, ['release', 'hld_nothing'], /hold_not_found/],
    [4, ['verify', '--account', 'e_nobody'], /No such account: e_nobody/],
    [5, ['balance', 'e_1', '--url', 'http://credits.invalid'], /No key for http:\/\/credits\.invalid/],
    [5, ['balance', 'e_1', '--key', `sk_${'x'.repeat(43)}`], /unauthenticated/],
    [6, ['balance', 'e_1', '--url', 'http://127.0.0.1:9', '--key', 'k'], /No answer/],
    [
      6,
      ['consume', 'e_1', '--amount', '1', '--url', 'http://127.0.0.1:9', '--key', 'k'],
      /--idempotency-key \S+/,
    ],
  ];

  test('each says in one sentence on standard error what kept it', async () => {
    await json('grant', 'e_1', 'purchased', '5');
    // A few at a time: a machine has only so many cores.
    for (let at = 0; at < cases.length; at += 3) {
      const batch = cases.slice(at, at + 3);
      const ended = await Promise.all(batch.map(([, words]) => cli(...words)));
      for (const [index, [code, words, sentence]] of batch.entries()) {
        expect({ words, ...ended[index] }).toEqual({
          words,
          code,
          stdout: '',
          stderr: expect.stringMatching(sentence),
        });
      }
    }
    expect(await json('balance', 'e_1')).toMatchObject({ total: 5 });
  });

  test('with --json the reason is the problem document', async () => {
    const { code, stdout, stderr } = await cli('consume', 'e_1', '--amount', '1000', '--json');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ status: 402, code: 'insufficient_credits', required: 1000 });
  });

  test('the help tells them', async () => {
    const { code, stdout } = await cli('consume', '--help');
    expect(code).toBe(0);
    for (let exit = 0; exit <= 7; exit++) expect(stdout).toMatch(new RegExp(`^ +${exit} {2}\\w`, 'm'));
  });
});

describe('watching', () => {
  test('a line per event, and an orderly end by Ctrl-C', async () => {
    await json('grant', 'w_1', 'purchased', '9');
    await json('grant', 'w_2', 'purchased', '1');
    const watching = drawdown.start(['watch', 'w_1', '--also', 'w_2', '--json'], { cwd });
    await watching.prints(/"type":"balance"/);
    await json('consume', 'w_1', '--amount', '4');
    await watching.prints(/"available":5\b/);
    await watching.prints(/"type":"changed","account":"w_2","version":1\b/);
    const { code, stdout } = await watching.stop('SIGINT');
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as wire.StreamEvent | { type: 'changed' });
    const own = events.map(({ type }) => type).filter((type) => type !== 'changed');
    expect(own).toEqual(['balance', 'entry', 'balance']);
  });
});

describe('scenarios', () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(cwd, name), text);
    return name;
  };
  const good =
    'scenario One\nwhy It shows.\n\nat 2026-03-25T10:00Z\ngrant a subscription 20 expires 2026-04-25T10:00Z\nbalance subscription 20\n';

  test('on a throw-away engine: as expected, not as expected, and not readable', async () => {
    const one = file('one.scenario', good);
    const two = file('two.scenario', good.replace('balance subscription 20', 'balance subscription 21'));
    const three = file('three.scenario', 'scenario One\nwhy It shows.\n\ngrnt a subscription 20\n');
    const [right, wrong, unreadable] = await Promise.all([
      cli('scenario', one),
      cli('scenario', one, two),
      cli('scenario', one, three),
    ]);
    expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 as expected') });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/line 6: balance subscription 21\n +expected .*21\n +got +.*20/);
    expect(unreadable).toMatchObject({ code: 2, stdout: '' });
    expect(unreadable.stderr).toMatch(/three\.scenario: line 4, column 1: .*\n.*grnt/);
  });

  test('on a server with a test clock', async () => {
    const later = file('later.scenario', good.replaceAll('2026', '2046'));
    const { code, stdout } = await cli(
      'scenario',
      later,
      '--url',
      server.url,
      '--key',
      await adminKey(),
      '--json',
    );
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, ok: true });
  });
});

async function adminKey(): Promise<string> {
  return (await json<wire.CreatedKey>('keys', 'create', 'scenarios', '--admin')).secret;
}

describe('heads', () => {
  test('what was exported tells later that an end was cut off', async () => {
    await json('grant', 'h_1', 'purchased', '5', '--idempotency-key', 'h1');
    const { code, stdout } = await cli('heads');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { account: string; seq: number });
    expect(lines.find((line) => line.account === 'h_1')).toMatchObject({ seq: 1 });
    const file = join(cwd, 'heads.jsonl');
    writeFileSync(file, stdout);
    expect(await cli('verify', '--heads', file)).toMatchObject({ code: 0 });
    const later = stdout.replace(/("account":"h_1","seq":)1/, '$12');
    writeFileSync(file, later);
    expect(await cli('verify', '--heads', file)).toMatchObject({
      code: 7,
      stdout: expect.stringContaining('h_1'),
    });
    writeFileSync(file, 'nonsense\n');
    expect(await cli('verify', '--heads', file)).toMatchObject({ code: 2 });
  });
});

// Last, since it damages what the others use.
describe('verify', () => {
  test('beside the running server: in order, and after an edit by hand 7 with account and entry', async () => {
    await json('grant', 'v_1', 'purchased', '9');
    const whole = await json<{ accounts: number; entries: number }>('verify');
    // This one says nothing about the others, and is not noted.
    expect(await json('verify', '--account', 'v_1')).toMatchObject({ ok: true, entries: 1, faults: [] });
    const noted = (await json<wire.SystemState>('status')).verify;
    expect(noted).toMatchObject({ accounts: whole.accounts, entries: whole.entries, faults: 0 });
    expect((await cli('status')).stdout).toMatch(
      /^database +PostgreSQL \d+[\s\S]*^verified +ok, \d+ entries/m,
    );
    const { databaseUrl } = readServerFile(join(cwd, '.drawdown')) ?? { databaseUrl: '' };
    const database = await openPostgres({ url: databaseUrl, poolSize: 2 });
    await database.query(
      statement<[], never>('test.edit', `update drawdown.accounts set total = total + 1 where id = 'v_1'`),
      [],
    );
    await database.close();
    const { code, stdout } = await cli('verify');
    expect(code).toBe(7);
    expect(stdout).toMatch(/^FAULT +account v_1, entry 1: .*total/m);
    const status = await cli('status');
    expect(status.code).toBe(7);
    expect(status.stdout).toMatch(/^verified +\d+ faults? in \d+ entries/m);
    expect(await cli('verify', '--account', 'a_1')).toMatchObject({ code: 0 });
    expect((await cli('status')).code).toBe(7);
  });
});
