/** A process that is killed between a commit and its delivery leaves nothing untold. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openRig, SHIPPED } from '../engine/rig.ts';
import { openReceiver } from './receiver.ts';

const ENOUGH = 40;

test('what was acknowledged before a kill −9 is told after it, in order', async () => {
  // Tells nobody itself.
  const rig = await openRig({ sweep: false, webhooks: { allowLoopback: true } });
  const receiver = await openReceiver();
  try {
    receiver.answer(() => undefined);
    await rig.first.webhooks.create({ url: receiver.url });
    const loader = new URL('../support/run-typescript.mjs', import.meta.url).href;
    const program = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', loader, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DATABASE_URL: rig.url },
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line.split(' ')[1]);
      // Messages are under way by then, and none was answered.
      if (acknowledged >= ENOUGH && receiver.received.length > 0) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');

    receiver.answer(200);
    const before = receiver.received.length;
    const database = await openPostgres({ url: rig.url, poolSize: 4 });
    const webhooks = { allowLoopback: true, timeoutMs: 15_000 };
    const next = await Engine.open({ database, catalog: SHIPPED, allowUnsafe: true, webhooks });
    try {
      await receiver.until(before + acknowledged);
      const told = receiver.received.slice(before);
      for (const account of ['u_0', 'u_1', 'u_2', 'u_3']) {
        const amounts = told.filter((one) => one.account === account).map(({ data }) => Number(data.amount));
        expect(amounts).toEqual([...new Set(amounts)].sort((a, b) => a - b));
      }
      const amounts = new Set(told.map(({ data }) => Number(data.amount)));
      for (let i = 1; i <= acknowledged; i += 1) expect(amounts).toContain(i);
    } finally {
      await next.close();
      await database.close();
    }
  } finally {
    await receiver.close();
    await rig.close();
  }
});
