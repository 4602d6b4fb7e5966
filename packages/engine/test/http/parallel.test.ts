/** A thousand requests of one moment, over a thousand sockets: limits meant for floods do not get in their way. */
import type { Balance, Receipt } from '@drawdown/client';
import { expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { SECRET, startServer } from './support.ts';

test('1,000 parallel requests of 1 on 500 credits: exactly 500 succeed, 500 are told what is missing', async () => {
  const t = await startServer();
  const base = await listen(t.server, { host: '127.0.0.1', port: 0 });
  await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 500 } });
  const ask = async (key: string) => {
    const response = await fetch(`${base}/v1/accounts/u_1/consume`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${SECRET}`,
        'content-type': 'application/json',
        'idempotency-key': key,
        connection: 'close',
      },
      body: '{"amount":1}',
    });
    return {
      status: response.status,
      replayed: response.headers.get('idempotency-replayed'),
      text: await response.text(),
    };
  };
  const replies = await Promise.all(Array.from({ length: 1000 }, (_, n) => ask(`k${n}`)));
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(500);
  expect(replies.filter((reply) => reply.status === 402)).toHaveLength(500);
  const { body } = await t.ask<Balance>('GET', '/v1/accounts/u_1/balance');
  expect(body).toMatchObject({ available: 0, version: 501 });

  await t.ask('POST', '/v1/accounts/u_1/grants', { body: { class: 'purchased', amount: 500 } });
  const same = await Promise.all(Array.from({ length: 100 }, () => ask('one-key')));
  expect(same.every((reply) => reply.status === 200)).toBe(true);
  expect(same.filter((reply) => reply.replayed === null)).toHaveLength(1);
  const operations = same.map((reply) => JSON.stringify((JSON.parse(reply.text) as Receipt).operation));
  expect(new Set(operations).size).toBe(1);
  await t.close();
});
