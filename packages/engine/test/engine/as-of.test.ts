/** A past version is the same from whichever end of the ledger it is reached. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rulesOf } from '../../src/catalog/load.ts';
import { comparator } from '../../src/core/order.ts';
import { foldTo, rewindTo } from '../../src/store/as-of.ts';
import { statement } from '../../src/store/database.ts';
import { History } from '../../src/store/history.ts';
import { ACCOUNT_COLUMNS, type AccountRow, accountOf } from '../../src/store/rows.ts';
import { openRig, type Rig } from './rig.ts';
import { LENIENT, VERBS, Workload } from './workload.ts';

const ALL = statement<[], AccountRow>('test.all', `select ${ACCOUNT_COLUMNS} from drawdown.accounts`);

let rig: Rig;
const inOrder = comparator(rulesOf(LENIENT));

beforeAll(async () => {
  rig = await openRig({ catalog: LENIENT, testClock: true, sweep: false });
});

afterAll(() => rig?.close());

test('law 2: at every version, folding forward from nothing equals rewinding from the present', async () => {
  const workload = new Workload(rig.first, { seed: 11, accounts: 5 });
  await workload.run(80);
  const { rows } = await rig.database.query(ALL, []);
  const history = new History(rig.database);
  for (const row of rows) {
    const account = accountOf(row);
    expect(account.seq).toBeGreaterThan(40);
    for (let version = 0; version <= account.seq; version += 1) {
      const [folded, rewound, chosen] = await Promise.all([
        foldTo(rig.database, account, version, inOrder),
        rewindTo(rig.database, account, version, inOrder),
        history.at(account, version, inOrder),
      ]);
      expect(rewound).toEqual(folded);
      expect(chosen).toEqual(folded);
    }
  }
  expect([...workload.counts.keys()].sort()).toEqual([...new Set(VERBS)].sort());
});

test('law 2: entries written after the version was asked for do not change it', async () => {
  const id = 'growing';
  await rig.first.grant(id, { class: 'purchased', amount: 1_000 }, {});
  for (let i = 0; i < 20; i += 1) await rig.first.consume(id, { amount: 1 }, {});
  const { rows } = await rig.database.query(ALL, []);
  const account = accountOf(rows.find((row) => row.id === id) as AccountRow);
  const busy = Promise.all(Array.from({ length: 40 }, () => rig.first.consume(id, { amount: 1 }, {})));
  const reads = await Promise.all(
    Array.from({ length: 20 }, () => rewindTo(rig.database, account, 15, inOrder)),
  );
  await busy;
  for (const read of reads) expect(read).toEqual(await foldTo(rig.database, account, 15, inOrder));
});
