/** Old notices go, with whatever became of telling them, and so does what deleted endpoints leave. */
import { expect, test } from 'vitest';
import { Retention } from '../../src/notices/retention.ts';
import { TEST_CLOCK } from '../../src/store/clock.ts';
import { statement } from '../../src/store/database.ts';
import { openRig } from '../engine/rig.ts';

const ROWS = statement<[], { notices: bigint; deliveries: bigint; queues: bigint; endpoints: bigint }>(
  'test.rows',
  `select (select count(*) from drawdown.notices) as notices,
     (select count(*) from drawdown.webhook_deliveries) as deliveries,
     (select count(*) from drawdown.webhook_queues) as queues,
     (select count(*) from drawdown.webhook_endpoints) as endpoints`,
);

test('what is past its retention is removed, the rest stays', async () => {
  const rig = await openRig({ testClock: true, sweep: false });
  try {
    const give = (key: string) =>
      rig.first.grant('u_1', { class: 'purchased', amount: 1 }, { idempotencyKey: key });
    const rows = async () => (await rig.database.query(ROWS, [])).rows[0];
    const retention = new Retention({
      database: rig.database,
      clock: TEST_CLOCK,
      days: 30,
      log: () => undefined,
    });
    const { id } = await rig.first.webhooks.create({ url: 'https://receiver.invalid/' });
    await give('a');
    await rig.first.advanceTestClock('P20D');
    await give('b');
    await retention.round();
    expect(await rows()).toEqual({ notices: 2n, deliveries: 2n, queues: 1n, endpoints: 1n });
    await rig.first.advanceTestClock('P11D');
    await retention.round();
    expect(await rows()).toEqual({ notices: 1n, deliveries: 1n, queues: 1n, endpoints: 1n });
    // A number is never given again.
    const { data } = await rig.first.notices.ofAccount('u_1', {});
    await rig.first.advanceTestClock('P31D');
    await retention.round();
    await give('c');
    expect(
      ((await rig.first.notices.ofAccount('u_1', {})).data[0]?.id as string) > (data[0]?.id as string),
    ).toBe(true);
    await rig.first.webhooks.remove(id);
    await retention.round();
    expect(await rows()).toEqual({ notices: 1n, deliveries: 0n, queues: 0n, endpoints: 0n });
  } finally {
    await rig.close();
  }
});
