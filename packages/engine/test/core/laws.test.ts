/** The laws of the ledger as properties of any history. The model is not asked here; entries and lots speak. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Account, type Entry, emptyAccount, type Grant, type Hold } from '../../src/core/account.ts';
import { apply, refundedBy } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { decide } from '../../src/core/decide.ts';
import { settle } from '../../src/core/settle.ts';
import type { Ledger } from './ledger.ts';
import { Rig } from './rig.ts';
import { histories, type Intent, type Setting, settings } from './steps.ts';

/** Checks something of many histories. */
function always(check: (rig: Rig, history: readonly Intent[]) => void): void {
  const property = fc.property(settings, histories(40), (setting: Setting, history: Intent[]) =>
    check(new Rig(setting), history),
  );
  fc.assert(property, { numRuns: 150 });
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

/** All that an account is, as values that compare deeply; finished lots and closed holds too. */
function stateOf(account: Account, grants: readonly Grant[], holds: readonly Hold[]) {
  const { seq, at, stamp, total, debt } = account;
  return { seq, at, stamp, total, debt, grants, holds };
}

function holdsOf(ledger: Ledger): Hold[] {
  return ledger.entries
    .filter((entry) => entry.type === 'hold')
    .map((entry) => ledger.hold(entry.hold as number));
}

const fresh = (): Account => emptyAccount({ number: 1, id: 'u_1', kind: 'user', timeZone: 'UTC' });

describe('law 1: per lot, granted = remaining + consumed + expired + voided', () => {
  test('at every version, with no term below zero and 0 ≤ held ≤ remaining', () => {
    always((rig, history) => {
      for (const intent of history) {
        rig.do(intent);
        const broken = rig.ledger.lots().filter((lot) => {
          const terms = [lot.remaining, lot.consumed, lot.expired, lot.voided, lot.held];
          const whole = lot.phase === 'started' || lot.granted > 0n ? lot.amount : 0n;
          return (
            sum(terms) - lot.held !== whole || terms.some((term) => term < 0n) || lot.held > lot.remaining
          );
        });
        if (broken.length > 0) expect(broken).toEqual([]);
        if (rig.ledger.lots().some((lot) => lot.granted !== lot.amount && lot.granted !== 0n)) {
          expect.unreachable('a lot is granted whole, or not yet');
        }
      }
    });
  });
});

describe('law 2: the ledger folded equals the lots equals the balance', () => {
  test('refolding all entries from nothing gives the same state, at every version', () => {
    always((rig, history) => {
      const seen = new Map<number, unknown>();
      for (const intent of history) {
        rig.do(intent);
        const { ledger } = rig;
        const holds = holdsOf(ledger).map((hold) => ({ ...hold }));
        const lots = ledger.lots().map((lot) => ({ ...lot }));
        seen.set(ledger.account.seq, stateOf({ ...ledger.account }, lots, holds));
      }
      const folded = fresh();
      for (const entry of rig.ledger.entries) {
        apply(folded, entry, rig.ledger.inOrder);
        expect(sum(folded.grants.map((lot) => lot.remaining))).toBe(entry.total);
        expect(folded.total).toBe(entry.total);
        const known = seen.get(entry.seq);
        if (known === undefined) continue;
        const lots = [...folded.grants].sort((a, b) => a.no - b.no);
        expect(stateOf(folded, lots, [...folded.holds.values()])).toEqual(known);
      }
      expect([...folded.grants].sort(rig.ledger.inOrder)).toEqual(folded.grants);
    });
  });

  test('what was entered never changes afterwards', () => {
    always((rig, history) => {
      const copies: Entry[] = [];
      for (const intent of history) {
        rig.do(intent);
        for (const entry of rig.ledger.entries.slice(copies.length)) copies.push(structuredClone(entry));
      }
      expect(rig.ledger.entries).toEqual(copies);
    });
  });

  test('the amounts of an entry are the sums of its moves, and its total the sum of all amounts', () => {
    always((rig, history) => {
      rig.run(history);
      let total = 0n;
      let debt = 0n;
      for (const entry of rig.ledger.entries) {
        expect(entry.amount).toBe(sum(entry.moves.map((move) => move.remaining)));
        expect(entry.held).toBe(sum(entry.moves.map((move) => move.held)));
        total += entry.amount;
        debt += entry.debt;
        expect(entry.total).toBe(total);
        expect(debt >= 0n).toBe(true);
      }
      expect(rig.ledger.account.debt).toBe(debt);
    });
  });
});

describe('law 5: deciding is a pure function', () => {
  test('the same state, command and instant give the same answer, and the state is untouched', () => {
    always((rig, history) => {
      rig.run(history);
      for (const { before, command, now, decision } of rig.ledger.moments ?? []) {
        const actor =
          command.verb === 'hold' && 'entries' in decision ? decision.entries[0]?.actor : 'someone';
        const context = { now, rules: rig.ledger.rules, actor: actor ?? 'someone' };
        const copy = copyOf(before);
        const frozen = freeze(before);
        expect(decide(frozen, command, context)).toEqual(decision);
        expect(decide(frozen, command, context)).toEqual(decision);
        expect(before).toEqual(copy);
      }
    });
  });
});

/** An account on which any change throws. */
function freeze(account: Account): Account {
  const guard = <K, V>(map: Map<K, V>): Map<K, V> => {
    for (const value of map.values()) Object.freeze(value);
    const never = (): never => {
      throw new Error('deciding changed the state');
    };
    return Object.assign(map, { set: never, delete: never, clear: never });
  };
  for (const lot of account.grants) Object.freeze(lot);
  Object.freeze(account.grants);
  guard(account.holds);
  guard(account.spendings);
  return Object.freeze(account);
}

describe('law 6: a hold ends once', () => {
  test('by one entry, which captures no more than was held, and nothing is done with it afterwards', () => {
    always((rig, history) => {
      rig.run(history);
      const { ledger } = rig;
      for (const hold of holdsOf(ledger)) {
        const about = ledger.entries.filter((entry) => entry.hold === hold.no);
        const ends = about.filter((entry) => entry.type === 'capture' || entry.type === 'release');
        expect(ends.length).toBe(hold.state === 'open' ? 0 : 1);
        expect(hold.captured <= hold.amount && hold.captured >= 0n).toBe(true);
        const [end] = ends;
        if (end === undefined) continue;
        expect(about.at(-1)).toBe(end);
        expect(end.held).toBe(-hold.amount);
        expect(end.moves.map((move) => [move.grant, -move.held])).toEqual(
          hold.draws.map((one) => [one.grant, one.amount]),
        );
        expect(-end.amount).toBe(hold.captured);
        for (const verb of ['capture', 'release'] as const) {
          expect(ledger.ask({ verb, hold: hold.no, amount: null, owner: null })).toEqual({
            refusal: { code: 'hold_closed', state: hold.state },
          });
        }
      }
    });
  });
});

describe('law 7: refunds never exceed what was spent, and go back in reverse', () => {
  test('each operation gets back its last drawn credits first, into their own lot or a new one of its class', () => {
    always((rig, history) => {
      rig.run(history);
      const { ledger } = rig;
      for (const spent of ledger.entries.filter(
        (entry) => entry.type === 'consume' || entry.type === 'capture',
      )) {
        const refunds = ledger.entries.filter(
          (entry) => entry.type === 'refund' && entry.reverses === spent.seq,
        );
        expect(sum(refunds.map(refundedBy)) <= spent.debt - spent.amount).toBe(true);
        // Laid end to end in reverse, each part that came back must lie within the draw that it came from.
        const drawn = [...spent.moves].reverse().filter((move) => move.remaining < 0n);
        let at = 0n;
        for (const { grant, amount, isNew } of refunds.flatMap((refund) => partsOf(refund, ledger, spent))) {
          let start = 0n;
          const home = drawn.find((move) => {
            start -= move.remaining;
            return at < start;
          });
          expect(at + amount <= start).toBe(true);
          const [now, then] = [ledger.lot(grant), ledger.lot(home?.grant as number)];
          if (!isNew) expect(now).toBe(then);
          else
            expect([now.class, now.priority, now.features]).toEqual([
              then.class,
              then.priority,
              then.features,
            ]);
          at += amount;
        }
      }
    });
  });

  test('a refund is not refundable', () => {
    always((rig, history) => {
      rig.run(history);
      for (const entry of rig.ledger.entries.filter((one) => one.type === 'refund')) {
        const command = { operation: entry.seq, operationAt: entry.at, amount: 1n, reason: 'again' };
        expect(rig.ledger.ask({ verb: 'refund', ...command })).toEqual({
          refusal: { code: 'operation_not_refundable' },
        });
      }
    });
  });
});

/** What a refund put into which lot, without what had been drawn from no lot: the overdraft, which goes back first. */
function partsOf(refund: Entry, ledger: Ledger, spent: Entry) {
  const earlier = ledger.entries.filter((one) => one.seq < refund.seq && one.reverses === spent.seq);
  const before = sum(earlier.filter((one) => one.type === 'refund').map(refundedBy));
  const overdraft = spent.debt > before ? spent.debt - before : 0n;
  const given = refundedBy(refund);
  const homeless = (given < overdraft ? given : overdraft) + refund.debt;
  const issued = new Set(refund.detail?.grants?.map((terms) => terms.no));
  const moves = homeless > 0n ? refund.moves.slice(1) : refund.moves;
  if (homeless > 0n) expect(refund.moves[0]?.remaining).toBe(homeless);
  return moves.map((move) => ({ grant: move.grant, amount: move.remaining, isNew: issued.has(move.grant) }));
}

describe('law 10: versions are gapless and time never goes back', () => {
  test('seq counts from 1, at never decreases, and the account knows the last of both', () => {
    always((rig, history) => {
      rig.run(history);
      const { entries, account } = rig.ledger;
      expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, i) => i + 1));
      for (const [i, entry] of entries.entries()) expect(entry.at >= (entries[i - 1]?.at ?? 0)).toBe(true);
      expect(account.seq).toBe(entries.length);
      expect(account.at).toBe(entries.at(-1)?.at ?? 0);
    });
  });
});

describe('law 12: time that passes is the same however it is looked at', () => {
  test('settled in one jump or in many small steps: the same entries and the same state', () => {
    always((rig, history) => {
      rig.run(history);
      const { account, now, rules, inOrder } = rig.ledger;
      const [jump, walk] = [copyOf(account), copyOf(account)];
      const last = now + 40 * 86_400_000;
      const jumped = settle(jump, { now: last, rules }, inOrder);
      const instants = [...new Set([now, ...jumped.flatMap(({ at }) => [at - 1, at, at + 1]), last])];
      const walked = instants
        .sort((a, b) => a - b)
        .flatMap((at) => settle(walk, { now: at, rules }, inOrder));
      expect(walked).toEqual(jumped);
      expect(walk).toEqual(jump);
      expect(settle(walk, { now: last, rules }, inOrder)).toEqual([]);
    });
  });
});

describe('law 13: one instant per operation, never before the last', () => {
  test('all entries of a decision are of its instant', () => {
    always((rig, history) => {
      rig.run(history);
      for (const { decision, now, before } of rig.ledger.moments ?? []) {
        expect(now >= before.at).toBe(true);
        for (const entry of 'entries' in decision ? decision.entries : []) expect(entry.at).toBe(now);
      }
    });
  });
});
