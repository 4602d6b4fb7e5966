/** Law 2 backwards: taking entries off again leads through every earlier version, down to nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Account, type Entry, emptyAccount } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { InvariantBroken } from '../../src/core/invariant.ts';
import { rewind } from '../../src/core/rewind.ts';
import { consume, extend, extendHold, issue, release, reserve, until } from './commands.ts';
import { Ledger, START } from './ledger.ts';
import { Rig } from './rig.ts';
import { histories, settings } from './steps.ts';

const fresh = (): Account => emptyAccount({ number: 1, id: 'u_1', kind: 'user', timeZone: 'UTC' });

describe('law 2: a past version is what it was', () => {
  test('each entry taken off gives the state before it, spendings included', () => {
    const property = fc.property(settings, histories(40), (setting, history) => {
      const rig = new Rig(setting);
      rig.run(history);
      const { entries, inOrder } = rig.ledger;
      const account = fresh();
      const versions = entries.map((entry) => {
        const before = copyOf(account);
        apply(account, entry, inOrder);
        if (entry.amount - entry.debt < 0n) account.spendings.set(entry.seq, { entry, refunded: 0n });
        return before;
      });
      for (const entry of [...entries].reverse()) {
        account.spendings.delete(entry.seq);
        rewind(account, entry, entries[entry.seq - 2]?.at ?? 0, inOrder);
        expect(account).toEqual(versions[entry.seq - 1]);
      }
      expect(account).toEqual(fresh());
    });
    fc.assert(property, { numRuns: 150 });
  });
});

test('numbers given to what is no longer at hand stay given, as long as nothing issued is taken off', () => {
  const ledger = new Ledger({ prunes: true });
  issue(ledger, 10n);
  ledger.do(release(reserve(ledger, 1n)));
  ledger.do(consume(3n));
  const { stamp, holds, seq } = ledger.account;
  expect(holds.size).toBe(0);
  rewind(ledger.account, ledger.entries[seq - 1] as Entry, START, ledger.inOrder);
  expect(ledger.account.stamp).toBe(stamp);
});

describe('an entry that cannot have been the last one', () => {
  const setUp = () => {
    const ledger = new Ledger();
    const lot = issue(ledger, 10n, until(START + 9000));
    const no = reserve(ledger, 4n);
    ledger.do(consume(3n));
    return { ledger, lot, no };
  };
  const takeOff = (ledger: Ledger, account: Account, seq: number): void => {
    const entry = ledger.entries[seq - 1];
    if (entry !== undefined) rewind(account, entry, START, ledger.inOrder);
  };

  test('an older entry than the newest is refused', () => {
    const { ledger } = setUp();
    expect(() => takeOff(ledger, copyOf(ledger.account), 2)).toThrow(InvariantBroken);
    expect(() => takeOff(ledger, copyOf(ledger.account), 3)).not.toThrow();
  });

  test('without the lot or the hold that it is about it is refused, with its place in the ledger', () => {
    const { ledger, lot, no } = setUp();
    expect(() => takeOff(ledger, { ...copyOf(ledger.account), grants: [] }, 3)).toThrow(
      /the lot \d+ .*seq 3/,
    );
    ledger.do(extend(lot.no, null));
    expect(() => takeOff(ledger, { ...copyOf(ledger.account), grants: [] }, 4)).toThrow(InvariantBroken);
    ledger.do(extendHold(no, 90_000));
    expect(() => takeOff(ledger, { ...copyOf(ledger.account), holds: new Map() }, 5)).toThrow(/the hold \d+/);
  });

  test('an extension that does not say what it took the place of is refused', () => {
    const { ledger, lot } = setUp();
    ledger.do(extend(lot.no, null));
    const entry = ledger.entries[3];
    if (entry?.detail === undefined || entry.detail === null) throw new Error('no extension');
    const { before, ...detail } = entry.detail;
    expect(before).toBe(START + 9000);
    expect(() => rewind(copyOf(ledger.account), { ...entry, detail }, START, ledger.inOrder)).toThrow(
      /took the place/,
    );
  });
});
