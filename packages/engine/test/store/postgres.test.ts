import { createServer, connect as dial, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEGIN, COMMIT, DatabaseError, statement } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { type FreshDatabase, freshDatabase, serverUrl } from '../support/database.ts';

const one = statement<[number], { value: number }>('test.one', 'select $1::int4 as value');
const insert = statement<[number], never>('test.insert', 'insert into item (id) values ($1)');
const count = statement<[], { count: bigint }>('test.count', 'select count(*) as count from item');
const sleep = statement<[number], never>('test.sleep', 'select pg_sleep($1)');
const pid = statement<[], { pid: number }>('test.pid', 'select pg_backend_pid() as pid');
const terminate = statement<[number], { done: boolean }>(
  'test.terminate',
  'select pg_terminate_backend($1) as done',
);

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase({ empty: true });
  await fresh.database.transaction((connection) =>
    connection.script(
      'create table item (id int8 primary key, price int8 constraint priced check (price >= 0))',
    ),
  );
});
afterAll(() => fresh.drop());

const countItems = async () => (await fresh.database.query(count, [])).rows[0]?.count;

/** A forwarder in front of the server that counts the client's packets and can cut the line. */
async function proxy() {
  const target = new URL(serverUrl());
  const host = decodeURIComponent(target.hostname);
  const sockets: Socket[] = [];
  const state = { muteAnswers: false };
  const server = createServer((client) => {
    const upstream = host.startsWith('/')
      ? dial(`${host}/.s.PGSQL.${target.port}`)
      : dial(Number(target.port || 5432), host);
    sockets.push(client, upstream);
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => state.muteAnswers || client.write(chunk));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const url = new URL(fresh.url);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const cut = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  const close = () => {
    cut();
    server.close();
  };
  return { url: url.href, state, cut, close };
}

describe('a connection', () => {
  it('runs statements that were sent without waiting in one flight', async () => {
    const through = await proxy();
    const database = await openPostgres({ url: through.url });
    const connection = await database.connect();
    try {
      through.state.muteAnswers = true;
      // No answer can come back, so all of these were sent without one.
      const sent = Promise.allSettled([
        connection.query(BEGIN, []),
        connection.query(insert, [1]),
        connection.query(insert, [2]),
        connection.query(COMMIT, []),
      ]);
      await expect.poll(countItems).toBe(2n);
      through.cut();
      for (const answer of await sent) {
        expect(answer).toMatchObject({ status: 'rejected', reason: { kind: 'connection', sqlState: null } });
      }
      expect(connection.broken).toBe(true);
      await expect(connection.query(one, [1])).rejects.toMatchObject({ kind: 'connection' });
    } finally {
      await database.close();
      through.close();
    }
  });

  it('answers in the order of the calls, parsing a name once', async () => {
    const connection = await fresh.database.connect();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => connection.query(one, [i])));
    expect(answers.map((answer) => answer.rows[0]?.value)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    await connection.close();
  });

  it('answers COMMIT with ROLLBACK after an error between, and stays usable', async () => {
    const connection = await fresh.database.connect();
    const [begun, first, twice, after, committed] = await Promise.allSettled([
      connection.query(BEGIN, []),
      connection.query(insert, [10]),
      connection.query(insert, [10]),
      connection.query(one, [1]),
      connection.query(COMMIT, []),
    ]);
    expect(begun.status).toBe('fulfilled');
    expect(first.status).toBe('fulfilled');
    expect(twice).toMatchObject({ reason: { kind: 'unique', sqlState: '23505', constraint: 'item_pkey' } });
    expect(after).toMatchObject({ reason: { kind: 'statement', sqlState: '25P02' } });
    expect(committed).toMatchObject({ value: { command: 'ROLLBACK' } });
    expect(connection.broken).toBe(false);
    expect((await connection.query(one, [7])).rows).toEqual([{ value: 7 }]);
    expect((await connection.query(insert, [11])).command).toBe('INSERT');
    await connection.close();
  });

  it('heals when a statement could not be parsed while others of its name were in flight', async () => {
    const missing = statement<[], never>('test.missing', 'select * from no_such_table');
    const connection = await fresh.database.connect();
    const answers = await Promise.allSettled([connection.query(missing, []), connection.query(missing, [])]);
    expect(answers).toMatchObject([{ reason: { sqlState: '42P01' } }, { reason: { kind: 'statement' } }]);
    await connection.close();
    await expect(fresh.database.query(missing, [])).rejects.toMatchObject({ sqlState: '42P01' });
    expect((await fresh.database.query(one, [3])).rows).toEqual([{ value: 3 }]);
  });

  it('tells a mistake in the code from a lost connection', async () => {
    const other = statement<[], never>('test.one', 'select 2');
    const connection = await fresh.database.connect();
    await connection.query(one, [1]);
    await expect(connection.query(other, [])).rejects.not.toBeInstanceOf(DatabaseError);
    expect(connection.broken).toBe(false);
    await connection.close();
  });

  it('keeps parameters and values out of messages', async () => {
    const cast = statement<[string], never>('test.cast', 'select $1::text::int8');
    const price = statement<[number, number], never>(
      'test.price',
      'insert into item (id, price) values ($1, $2)',
    );
    const errors = await Promise.all([
      fresh.database.query(cast, ['secret@example.com']).catch((error: unknown) => error),
      fresh.database.query(price, [99887766, -99887766]).catch((error: unknown) => error),
    ]);
    expect(errors).toMatchObject([{ sqlState: '22P02' }, { kind: 'check', constraint: 'priced' }]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(DatabaseError);
      expect(JSON.stringify([String(error), (error as Error).stack, error])).not.toMatch(/secret|99887766/);
    }
  });

  it('reads 64-bit numbers as bigint, json as its text, bytea as Buffer, numeric as text', async () => {
    const all = statement<[], Record<string, unknown>>(
      'test.types',
      `select 9223372036854775807::int8 as big, '{1,null,-9007199254740993}'::int8[] as bigs, '{}'::int8[] as none,
        '{"b":1.0,  "a":12345678901234567890}'::json as json, '{"a": 1.50}'::jsonb as jsonb, '\\x00ff'::bytea as bytes,
        1.50::numeric as numeric, 5::int4 as small, true as yes, null::int8 as nothing`,
    );
    expect((await fresh.database.query(all, [])).rows[0]).toEqual({
      big: 9223372036854775807n,
      bigs: [1n, null, -9007199254740993n],
      none: [],
      json: '{"b":1.0,  "a":12345678901234567890}',
      jsonb: '{"a": 1.50}',
      bytes: Buffer.from([0, 255]),
      numeric: '1.50',
      small: 5,
      yes: true,
      nothing: null,
    });
  });

  it('ends a statement that takes too long, on the server', async () => {
    const url = new URL(fresh.url);
    url.searchParams.set('statement_timeout', '50');
    const database = await openPostgres({ url: url.href });
    await expect(database.query(sleep, [10])).rejects.toMatchObject({ kind: 'statement', sqlState: '57014' });
    await database.close();
  });
});

it('gives a silent server up: the outcome is unknown', async () => {
  const through = await proxy();
  const url = new URL(through.url);
  url.searchParams.set('query_timeout', '200');
  const database = await openPostgres({ url: url.href });
  const connection = await database.connect();
  through.state.muteAnswers = true;
  const sent = await Promise.allSettled([connection.query(one, [1]), connection.query(one, [2])]);
  expect(sent).toMatchObject([{ reason: { kind: 'connection' } }, { reason: { kind: 'connection' } }]);
  expect(connection.broken).toBe(true);
  await database.close();
  through.close();
});

describe('a transaction', () => {
  it('commits, and rolls back when the work throws', async () => {
    const before = (await countItems()) as bigint;
    const value = await fresh.database.transaction(async (connection) => {
      await connection.query(insert, [100]);
      return 'done';
    });
    expect(value).toBe('done');
    const refused = fresh.database.transaction(async (connection) => {
      await connection.query(insert, [101]);
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(await countItems()).toBe(before + 1n);
  });

  it('throws when an error was swallowed and the commit was answered by a rollback', async () => {
    const swallowed = fresh.database.transaction(async (connection) => {
      await connection.query(insert, [200]);
      await connection.query(insert, [200]).catch(() => undefined);
    });
    await expect(swallowed).rejects.toMatchObject({ name: 'DatabaseError', kind: 'statement' });
    expect((await fresh.database.query(insert, [200])).count).toBe(1);
  });

  it('lets nothing through that is sent after its end', async () => {
    let late: Promise<unknown> | undefined;
    const failed = fresh.database.transaction(async (connection) => {
      late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => connection.query(insert, [300]));
      late.catch(() => undefined);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await expect(late).rejects.toThrow('after the end of its transaction');
  });

  it('never makes a single statement wait, however many transactions run', async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        fresh.database.transaction(async (connection) => {
          await connection.query(one, [i]);
          return (await fresh.database.query(one, [i])).rows[0]?.value;
        }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('survives the loss of every session of the pool', async () => {
    const database = await openPostgres({ url: fresh.url });
    const mine = (await database.query(pid, [])).rows[0]?.pid ?? 0;
    await fresh.database.query(terminate, [mine]);
    const lost = database.transaction(async (connection) => {
      const { rows } = await connection.query(pid, []);
      await fresh.database.query(terminate, [rows[0]?.pid ?? 0]);
      await connection.query(one, [1]);
    });
    await expect(lost).rejects.toMatchObject({ kind: 'connection' });
    expect(await database.transaction((connection) => connection.query(one, [2]))).toMatchObject({
      rows: [{ value: 2 }],
    });
    await expect
      .poll(() =>
        database.query(one, [1]).then(
          (answer) => answer.rows,
          () => null,
        ),
      )
      .toEqual([{ value: 1 }]);
    await database.close();
    await expect(database.query(one, [1])).rejects.toMatchObject({ kind: 'connection' });
    await expect(database.transaction(async () => 1)).rejects.toMatchObject({ kind: 'connection' });
  });
});

describe('opening', () => {
  it('tells a refusal from an absent server', async () => {
    const wrong = new URL(fresh.url);
    wrong.password = 'wrong';
    if (process.env.DATABASE_URL === undefined) {
      await expect(openPostgres({ url: wrong.href })).rejects.toMatchObject({ sqlState: '28P01' });
    }
    const absent = 'postgres://x:y@127.0.0.1:1/z';
    await expect(openPostgres({ url: absent })).rejects.toMatchObject({ kind: 'connection', sqlState: null });
  });
});

describe('a subscription', () => {
  it('hears notifications, and listens again after its session was lost', async () => {
    const heard: string[] = [];
    let reconnections = 0;
    const subscription = await fresh.database.listen('Odd "channel"', {
      notification: (payload) => heard.push(payload),
      reconnected: () => {
        reconnections += 1;
      },
    });
    const notify = statement<[string], never>('test.notify', `select pg_notify('Odd "channel"', $1)`);
    const listeners = statement<[], { pid: number }>(
      'test.listeners',
      `select pid from pg_stat_activity where datname = current_database() and query like 'listen %'`,
    );
    await fresh.database.query(notify, ['first']);
    await expect.poll(() => heard).toEqual(['first']);
    for (const round of [1, 2]) {
      const { rows } = await fresh.database.query(listeners, []);
      expect(rows).toHaveLength(1);
      await fresh.database.query(terminate, [rows[0]?.pid ?? 0]);
      await expect.poll(() => reconnections).toBe(round);
      await fresh.database.query(notify, [`after ${round}`]);
      await expect.poll(() => heard.at(-1)).toBe(`after ${round}`);
    }
    await subscription.close();
    await fresh.database.query(notify, ['unheard']);
    expect(heard).toEqual(['first', 'after 1', 'after 2']);
  });
});
