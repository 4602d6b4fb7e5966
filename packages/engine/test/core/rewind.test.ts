/** An entry taken off the state leaves exactly what was there before it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { InvariantBroken } from '../../src/core/invariant.ts';
import { rewind } from '../../src/core/rewind.ts';
import { consume, grant } from './commands.ts';
import { Ledger } from './ledger.ts';
import { Rig } from './rig.ts';
import { histories, type Intent, type Setting, settings } from './steps.ts';

const fresh = (): Account => emptyAccount({ number: 1, id: 'u_1', kind: 'user', timeZone: 'UTC' });

test('rewind is the inverse of apply, entry by entry and all the way back, for every verb', () => {
  const seen = new Set<string>();
  const property = fc.property(settings, histories(50), (setting: Setting, history: Intent[]) => {
    const rig = new Rig({ ...setting, prunes: false });
    rig.run(history);
    const { entries, inOrder } = rig.ledger;
    const account = fresh();
    const states: Account[] = [];
    for (const entry of entries) {
      seen.add(entry.hold !== null && entry.type === 'extend' ? 'extend_hold' : entry.type);
      const before = copyOf(account);
      states.push(before);
      apply(account, entry, inOrder);
      rewind(account, entry, before.at, inOrder);
      expect(account).toEqual(before);
      apply(account, entry, inOrder);
      account.spendings.set(entry.seq, { entry, refunded: 0n });
    }
    for (const entry of [...entries].reverse()) {
      const before = states.pop() as Account;
      rewind(account, entry, before.at, inOrder);
      expect({ ...account, spendings: null }).toEqual({ ...before, spendings: null });
      // What was refunded of an operation is taken back as far as the refunds are.
      for (const [seq, { refunded }] of before.spendings) {
        expect(account.spendings.get(seq)?.refunded).toBe(refunded);
      }
    }
    expect({ ...account, spendings: new Map() }).toEqual(fresh());
  });
  fc.assert(property, { numRuns: 300 });
  expect([...seen].sort()).toEqual(
    [
      'adjust',
      'capture',
      'consume',
      'expire',
      'extend',
      'extend_hold',
      'freeze',
      'grant',
      'hold',
      'refund',
      'release',
      'unfreeze',
      'void',
    ].sort(),
  );
});

test('only the newest entry can be taken off', () => {
  const ledger = new Ledger();
  ledger.do(grant(10n));
  ledger.do(consume(1n));
  const [first] = ledger.entries;
  if (first === undefined) throw new Error('granted');
  expect(() => rewind(ledger.account, first, 0, ledger.inOrder)).toThrow(InvariantBroken);
  expect(ledger.account.seq).toBe(2);
});
