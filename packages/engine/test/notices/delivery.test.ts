/** Notices reach whoever wants them: at least once, in order per account, whatever the receiver does. */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import {
  claimQueues,
  dropDelivery,
  nextOf,
  type Queue,
  recordAttempt,
  releaseQueue,
} from '../../src/notices/queue-rows.ts';
import { statement } from '../../src/store/database.ts';
import { codeOf, openRig, type Rig, together } from '../engine/rig.ts';
import { openReceiver, type Receiver, verified } from './receiver.ts';

const COUNT = statement<[string], { count: bigint }>(
  'test.deliveries',
  'select count(*) as count from drawdown.webhook_deliveries where state = $1',
);
const QUEUES = statement<[], { count: bigint }>(
  'test.queues',
  'select count(*) as count from drawdown.webhook_queues',
);
/** Nobody is at them just now. */
const IDLE_QUEUES = statement<[], { count: bigint }>(
  'test.idle_queues',
  'select count(*) as count from drawdown.webhook_queues where not leased',
);

const FAST = { allowLoopback: true, retries: [20, 20, 20], timeoutMs: 15_000 };

let rig: Rig;
let receiver: Receiver;

beforeEach(async () => {
  rig = await openRig({ webhooks: FAST, engines: [{}, {}] });
  receiver = await openReceiver();
});

afterEach(async () => {
  // First, so that nobody waits out what hangs there.
  await receiver?.close();
  await rig?.close();
});

const give = (account: string, amount = 1, engine: Engine = rig.first) =>
  engine.grant(account, { class: 'purchased', amount }, {});

async function count(state: string): Promise<number> {
  return Number((await rig.database.query(COUNT, [state])).rows[0]?.count);
}

async function settled(check: () => Promise<boolean>): Promise<void> {
  const lastMoment = performance.now() + 20_000;
  while (!(await check())) {
    if (performance.now() > lastMoment) throw new Error('it never came to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a notice arrives signed, and Standard Webhooks says that the signature is right', async () => {
  await give('u_1');
  const { secret, id } = await rig.first.webhooks.create({ url: receiver.url, types: ['credits.granted'] });
  // Made before the endpoint was: not for it.
  await give('u_1', 7);
  await rig.second.hold('u_1', { amount: 3, ttl_seconds: 1 }, {});
  const [first] = await receiver.until(1);
  expect(first).toMatchObject({
    type: 'credits.granted',
    account: 'u_1',
    data: { amount: 7, balance_after: 8 },
  });
  expect(verified(secret, first as NonNullable<typeof first>)).toMatchObject({ type: 'credits.granted' });
  expect(() => verified(secret, { ...first, raw: `${first?.raw} ` } as never)).toThrow();
  const notices = await rig.first.notices.ofAccount('u_1', { type: 'credits.granted' });
  expect(notices.data[0]?.id).toBe(first?.id);
  await settled(async () => (await count('pending')) === 0);
  expect((await rig.first.webhooks.deliveries(id, {})).data).toMatchObject([
    { id: first?.id, state: 'delivered', attempts: 1, status: 204, account: 'u_1' },
  ]);
  expect((await rig.database.query(QUEUES, [])).rows[0]?.count).toBe(0n);
});

test('secrets are exchanged without a gap', async () => {
  const { id, secret } = await rig.first.webhooks.create({ url: receiver.url });
  const { secret: next } = await rig.first.webhooks.rotateSecret(id, {});
  await give('u_1');
  const [both] = await receiver.until(1);
  expect(verified(secret, both as never)).toBeTruthy();
  expect(verified(next, both as never)).toBeTruthy();
  const { secret: last } = await rig.first.webhooks.rotateSecret(id, { overlap_seconds: 0 });
  await give('u_1');
  const [, alone] = await receiver.until(2);
  expect(verified(last, alone as never)).toBeTruthy();
  expect(() => verified(next, alone as never)).toThrow();
});

test('two engines share the work: each once, those of an account in order, also over failures', async () => {
  // One in five fails when it first comes.
  const failed = new Set<string>();
  receiver.answer((response, { id, data }) => {
    const fails = Number(data.amount) % 5 === 0 && !failed.has(id);
    if (fails) failed.add(id);
    response.writeHead(fails ? 500 : 200).end();
  });
  await rig.first.webhooks.create({ url: receiver.url });
  await together(120, (i) => give(`u_${i % 12}`, i + 1, i % 2 === 0 ? rig.first : rig.second));
  await settled(async () => (await count('delivered')) === 120);
  expect(failed.size).toBe(24);
  expect(receiver.received).toHaveLength(144);
  const versions = new Map<string, number>();
  for (const { account, data } of receiver.received) {
    const last = versions.get(account) ?? 0;
    // The next one, or the one that failed again.
    expect([last, last + 1]).toContain(data.version);
    versions.set(account, data.version as number);
  }
  expect([...versions.values()]).toEqual(Array.from({ length: 12 }, () => 10));
});

test('one account that fails holds up nobody else, and then itself goes on behind its dead letter', async () => {
  const sent = (account: string) => receiver.received.filter((one) => one.account === account);
  const good: ServerResponse[] = [];
  receiver.answer((response, { account, data }) => {
    if (account === 'u_good') return void good.push(response);
    const answer = () => response.writeHead(data.amount === 13 ? 500 : 200).end();
    // The last try is not over before the other account has been served.
    const isLast = sent('u_bad').length === 4;
    void settled(async () => !isLast || good.length === 1).then(answer, answer);
  });
  const { id } = await rig.first.webhooks.create({ url: receiver.url });
  await give('u_bad', 13);
  await give('u_bad', 14);
  await give('u_good', 1);
  await settled(async () => (await count('dead')) === 1 && (await count('delivered')) === 1);
  expect(good).toHaveLength(1);
  expect(sent('u_bad').map(({ data }) => data.amount)).toEqual([13, 13, 13, 13, 14]);
  // Only now: its success between two tries would have had the next one made before its time.
  good[0]?.writeHead(200).end();
  await settled(async () => (await count('delivered')) === 2);
  const { data: dead } = await rig.first.webhooks.deliveries(id, { state: 'dead' });
  expect(dead).toMatchObject([{ account: 'u_bad', attempts: 4, status: 500, state: 'dead' }]);

  receiver.answer(200);
  const before = receiver.received.length;
  await rig.second.webhooks.redeliver(id, dead[0]?.id as string);
  await receiver.until(before + 1);
  expect(receiver.received.at(-1)).toMatchObject({ id: dead[0]?.id, data: { amount: 13 } });
  await settled(async () => (await count('delivered')) === 3);
  expect((await rig.first.webhooks.show(id)).failing_since).toBeNull();
});

test('hanging, endless, redirecting and closing receivers are failures, and end', async () => {
  await rig.close();
  rig = await openRig({ webhooks: { ...FAST, timeoutMs: 700 } });
  const { id } = await rig.first.webhooks.create({ url: receiver.url });
  const outcome = async (respond: Parameters<Receiver['answer']>[0]) => {
    receiver.answer(respond);
    const began = performance.now();
    const { delivered, status, error } = await rig.first.webhooks.test(id);
    expect(performance.now() - began).toBeLessThan(5_000);
    return [delivered, status, error];
  };
  expect(await outcome(() => undefined)).toEqual([false, null, 'timed out']);
  expect(await outcome((response) => response.writeHead(302, { location: receiver.url }).end())).toEqual([
    false,
    302,
    null,
  ]);
  expect(await outcome((response) => response.destroy())).toEqual([
    false,
    null,
    'the connection failed: ECONNRESET',
  ]);
  const before = receiver.received.length;
  expect(
    await outcome((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    }),
  ).toEqual([true, 200, null]);
  // The redirect was not followed by anything.
  expect(receiver.received.length).toBe(before + 1);
  expect(
    await outcome((response) => response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end()),
  ).toEqual([false, null, 'the connection failed: HPE_HEADER_OVERFLOW']);
});

test('an endpoint that is gone is disabled; what it missed is sent again once it is back', async () => {
  receiver.answer(410);
  const { id } = await rig.first.webhooks.create({ url: receiver.url });
  await give('u_1', 1);
  await settled(async () => (await rig.first.webhooks.show(id)).disabled_reason === 'gone');
  await give('u_1', 2);
  expect(await count('pending')).toBe(1);
  receiver.answer(200);
  const since = '2020-01-01T00:00:00Z';
  await rig.first.webhooks.update(id, { url: receiver.url, enabled: true });
  await settled(async () => (await count('delivered')) === 1);
  expect(await rig.first.webhooks.replay(id, { since, state: 'missed' })).toEqual({ replayed: 1 });
  await settled(async () => (await count('delivered')) === 2);
  expect(receiver.received.map(({ data }) => data.amount)).toEqual([1, 1, 2]);
  expect(await rig.first.webhooks.replay(id, { since, state: 'all' })).toEqual({ replayed: 2 });
  await receiver.until(5);
  expect(receiver.received.slice(3).map(({ data }) => data.amount)).toEqual([1, 2]);
});

test('a receiver that asks for patience gets it', async () => {
  receiver.answer((response) => response.writeHead(503, { 'retry-after': '3600' }).end());
  await rig.first.webhooks.create({ url: receiver.url });
  await give('u_1');
  await receiver.until(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(receiver.received).toHaveLength(1);
});

test('what others hear of an endpoint spends nobody’s attempts, and no receiver’s patience', async () => {
  await rig.close();
  rig = await openRig({ webhooks: { ...FAST, retries: Array(9).fill(3_600_000) } });
  // Each success of the others is the first after a failure of theirs.
  receiver.answer((response, { account, data }) => {
    if (account === 'u_patient') return response.writeHead(503, { 'retry-after': '7200' }).end();
    return response.writeHead(account === 'u_bad' || data.amount === 13 ? 500 : 200).end();
  });
  const { id } = await rig.first.webhooks.create({ url: receiver.url });
  const sent = (account: string) => receiver.received.filter((one) => one.account === account).length;
  // Only who waits already can be tried before its time.
  const wait = (accounts: number) =>
    settled(async () => Number((await rig.database.query(IDLE_QUEUES, [])).rows[0]?.count) === accounts);
  await give('u_bad');
  await give('u_patient');
  await receiver.until(2);
  await wait(2);
  for (let i = 1; i <= 12; i += 1) {
    await give(`u_fails_${i}`, 13);
    await settled(async () => sent(`u_fails_${i}`) === 1);
    await wait(2 + i);
    await settled(async () => (await rig.first.webhooks.show(id)).failing_since !== null);
    await give(`u_works_${i}`);
    await settled(async () => sent(`u_fails_${i}`) === 2);
  }
  await wait(14);
  // Tried once before its time, which cost it nothing; asked to be left alone, it was.
  expect([sent('u_bad'), sent('u_patient')]).toEqual([2, 1]);
  const { data } = await rig.first.webhooks.deliveries(id, { state: 'pending' });
  const attempts = data.filter(({ account }) => !account.startsWith('u_fails')).map((one) => one.attempts);
  expect(attempts).toEqual([1, 1]);

  // Whoever asks for one again gets it at once, with all of its attempts.
  receiver.answer(200);
  const patient = data.find(({ account }) => account === 'u_patient');
  await rig.first.webhooks.redeliver(id, patient?.id as string);
  await settled(async () => sent('u_patient') === 2);
});

test('who has lost a lease records nothing, and drops nothing', async () => {
  await rig.close();
  rig = await openRig({ sweep: false });
  const { id } = await rig.first.webhooks.create({ url: 'https://example.com/' });
  await give('u_1');
  const claim = { endpoints: [id], leaseMs: 1, each: 1 };
  const [lost] = await claimQueues(rig.database, claim);
  const next = await nextOf(rig.database, lost as Queue);
  await settled(async () => (await claimQueues(rig.database, claim)).length === 1);
  const about = {
    notice: next?.notice as number,
    state: 'dead',
    counts: true,
    status: 500,
    error: null,
  } as const;
  expect(await recordAttempt(rig.database, lost as Queue, about)).toBe(false);
  await dropDelivery(rig.database, lost as Queue, about.notice);
  await releaseQueue(rig.database, lost as Queue);
  expect(await nextOf(rig.database, lost as Queue)).toBeNull();
  expect((await rig.first.webhooks.deliveries(id, {})).data).toMatchObject([
    { state: 'pending', attempts: 0 },
  ]);
});

test('a hanging endpoint takes nothing from its neighbour', async () => {
  const other = await openReceiver();
  try {
    receiver.answer(() => undefined);
    await rig.first.webhooks.create({ url: receiver.url });
    await rig.first.webhooks.create({ url: other.url });
    await together(60, (i) => give(`u_${i}`));
    await other.until(60);
    expect(receiver.received.length).toBeLessThan(60);
  } finally {
    await other.close();
  }
});

test('what is deleted is told no more, and there may only be so many', async () => {
  const made = await together(50, () => rig.first.webhooks.create({ url: 'https://example.com/' }));
  expect(await codeOf(rig.first.webhooks.create({ url: 'https://example.com/' }))).toBe(
    'webhook_endpoint_limit',
  );
  for (const { id } of made) await rig.first.webhooks.remove(id);
  await give('u_1');
  expect(await count('pending')).toBe(0);
  expect(await codeOf(rig.first.webhooks.show(made[0]?.id as string))).toBe('webhook_endpoint_not_found');
});
