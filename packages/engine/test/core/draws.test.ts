/** Laws 3, 4 and 12 where they are about a single draw: what is taken, in which order, and exactly when. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Account, Entry, Grant } from '../../src/core/account.ts';
import type { Spend } from '../../src/core/command.ts';
import { comparator } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import {
  adjust,
  capture,
  consume,
  extend,
  hold,
  issue,
  onLot,
  refusalOf,
  release,
  reserve,
  until,
} from './commands.ts';
import { Ledger, RULES, START } from './ledger.ts';
import { lots } from './lots.ts';
import { Rig } from './rig.ts';
import { histories, settings } from './steps.ts';

describe('law 3: available never goes below zero', () => {
  test('1,000 requests of 1 on 500 credits: exactly 500 succeed, also beside a hold', () => {
    for (const held of [0n, 120n]) {
      const ledger = new Ledger();
      issue(ledger, 300n, { class: 'subscription' });
      issue(ledger, 200n, { class: 'purchased' });
      const no = held > 0n ? reserve(ledger, held) : 0;
      const taken = () =>
        Array.from({ length: 1000 }, () => ledger.do(consume(1n))).filter((one) => 'entries' in one);
      expect(taken()).toHaveLength(Number(500n - held));
      expect(ledger.account.total).toBe(held);
      if (no === 0) continue;
      ledger.do(release(no));
      expect(taken()).toHaveLength(Number(held));
      expect(ledger.account.total).toBe(0n);
    }
  });
});

describe('law 4: the draw order, exactly, and all or nothing', () => {
  const eligible = (lot: Grant, spend: Pick<Spend, 'feature' | 'classes'>, now: number): boolean => {
    if (lot.phase !== 'started' || lot.frozen || lot.effectiveAt > now) return false;
    if (lot.expiresAt !== null && lot.expiresAt <= now) return false;
    const served = lot.features === null || lot.features.some((feature) => feature === spend.feature);
    return served && (spend.classes === null || spend.classes.includes(lot.class));
  };

  /** What each lot gave, by its number. */
  const given = (entry: Entry): Map<number, bigint> =>
    new Map(entry.moves.map((move) => [move.grant, entry.type === 'hold' ? move.held : -move.remaining]));

  const check = (
    before: Account,
    spend: Spend,
    entry: Entry,
    inOrder: (a: Grant, b: Grant) => number,
  ): void => {
    const drawn = given(entry);
    const serving = before.grants.filter((lot) => eligible(lot, spend, entry.at)).sort(inOrder);
    const numbers = serving.map((lot) => lot.no);
    expect([...drawn.keys()].every((no) => numbers.includes(no))).toBe(true);
    expect([...drawn.values()].every((amount) => amount > 0n)).toBe(true);
    expect([...drawn.values()].reduce((sum, amount) => sum + amount, entry.debt)).toBe(spend.amount);
    const last =
      entry.debt > 0n ? serving.length : Math.max(...[...drawn.keys()].map((no) => numbers.indexOf(no)));
    for (const lot of serving.slice(0, last)) expect(drawn.get(lot.no) ?? 0n).toBe(lot.remaining - lot.held);
  };

  test('a lot is touched only if every earlier eligible lot is exhausted by it; the amounts sum exactly', () => {
    const property = fc.property(settings, histories(40), (setting, history) => {
      const rig = new Rig(setting);
      rig.run(history);
      for (const { before, command, decision } of rig.ledger.moments ?? []) {
        if (command.verb !== 'consume' && command.verb !== 'hold') continue;
        if ('entries' in decision) check(before, command, decision.entries[0] as Entry, rig.ledger.inOrder);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  test('it is refused exactly where the eligible lots do not have that much, and says how much they have', () => {
    const property = fc.property(settings, histories(40), fc.bigInt(1n, 60n), (setting, history, amount) => {
      const rig = new Rig(setting);
      rig.run(history);
      const { ledger } = rig;
      const asked = amount * rig.units.unit;
      const wish = { feature: 'script', classes: null };
      const serving = ledger.account.grants.filter((lot) => eligible(lot, wish, ledger.now));
      const available = serving.reduce((sum, lot) => sum + lot.remaining - lot.held, 0n);
      const held = serving.reduce((sum, lot) => sum + lot.held, 0n);
      const decision = ledger.ask(consume(asked, wish));
      expect('entries' in decision).toBe(asked <= available);
      if ('entries' in decision) return;
      const shortfall = asked - available;
      expect(decision.refusal).toEqual({
        code: 'insufficient_credits',
        required: asked,
        available,
        shortfall,
        held,
      });
    });
    fc.assert(property, { numRuns: 150 });
  });

  test('the comparator is a strict total order, also with expiring_first and a paid class between unpaid ones', () => {
    const classes = [
      { id: 'a', rank: 0, paid: false },
      { id: 'b', rank: 1, paid: true },
      { id: 'c', rank: 2, paid: false },
      { id: 'd', rank: 3, paid: true },
    ];
    const strategies: Rules['strategy'][] = ['class_order', 'expiring_first'];
    const property = fc.property(fc.constantFrom(...strategies), lots(3), (strategy, [a, b, c]) => {
      const compare = comparator({ ...RULES, classes, strategy });
      const [x, y, z] = [a, b, c] as [Grant, Grant, Grant];
      for (const one of [x, y, z]) expect(compare(one, one)).toBe(0);
      for (const [one, other] of [
        [x, y],
        [y, z],
        [x, z],
      ] as const) {
        expect(compare(one, other)).not.toBe(0);
        expect(Math.sign(compare(one, other))).toBe(-Math.sign(compare(other, one)));
      }
      if (compare(x, y) < 0 && compare(y, z) < 0) expect(compare(x, z)).toBeLessThan(0);
      if (compare(x, y) > 0 && compare(y, z) > 0) expect(compare(x, z)).toBeGreaterThan(0);
    });
    fc.assert(property, { numRuns: 5_000 });
  });
});

describe('law 12: half-open validity, on the very millisecond', () => {
  const END = START + 1000;
  const code = (ledger: Ledger, command: Parameters<Ledger['do']>[0]): string =>
    refusalOf(ledger.ask(command)).code;
  const at = (ledger: Ledger, now: number): Ledger => {
    ledger.until(now);
    return ledger;
  };

  test('a lot is spendable at effective_at and not a millisecond before', () => {
    const ledger = new Ledger();
    issue(ledger, 10n, { effectiveAt: END });
    expect(code(at(ledger, END - 1), consume(1n))).toBe('insufficient_credits');
    expect(ledger.entries).toHaveLength(1);
    expect(ledger.account.total).toBe(0n);
    expect(at(ledger, END).ask(consume(10n))).toHaveProperty('entries');
    expect(ledger.entries.at(-1)).toMatchObject({ type: 'grant', at: END, amount: 10n, actor: 'time' });
  });

  test('a lot is spendable up to a millisecond before expires_at, and not at it', () => {
    const ledger = new Ledger();
    issue(ledger, 10n, until(END));
    expect(at(ledger, END - 1).ask(consume(10n))).toHaveProperty('entries');
    expect(code(at(ledger, END), consume(1n))).toBe('insufficient_credits');
    expect(ledger.entries.at(-1)).toMatchObject({ type: 'expire', at: END, amount: -10n, actor: 'time' });
  });

  test('a hold can be captured up to a millisecond before its time-out, and not at it', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    const no = reserve(ledger, 4n, { ttlMs: 1000 });
    expect(at(ledger, END - 1).ask(capture(no))).toHaveProperty('entries');
    expect(refusalOf(at(ledger, END).ask(capture(no)))).toEqual({ code: 'hold_closed', state: 'timed_out' });
    expect(ledger.entries.at(-1)).toMatchObject({ type: 'release', at: END, held: -4n, actor: 'time' });
  });

  test('a lot can be extended, frozen or voided up to a millisecond before its end, and not at it', () => {
    const ledger = new Ledger();
    const { no } = issue(ledger, 10n, until(END));
    const commands = [extend(no, END + 1), onLot('freeze', no), onLot('void', no)];
    for (const command of commands) expect(at(ledger, END - 1).ask(command)).toHaveProperty('entries');
    at(ledger, END);
    for (const command of commands) expect(code(ledger, command)).toBe('grant_closed');
  });

  test('a quote holds up to a millisecond before its end, and not at it', () => {
    const ledger = new Ledger();
    issue(ledger, 10n);
    const quote = { expiresAt: END, amount: 5n, byClass: new Map([['promotional', 5n]]) };
    expect(at(ledger, END - 1).ask(consume(5n, { quote }))).toHaveProperty('entries');
    for (const command of [consume(5n, { quote }), hold(5n, { quote })]) {
      expect(refusalOf(at(ledger, END).ask(command))).toEqual({ code: 'quote_expired', expiresAt: END });
    }
  });

  test('a lot that ends the moment another starts leaves neither a gap nor an overlap', () => {
    const ledger = new Ledger();
    issue(ledger, 10n, { class: 'subscription', ...until(END) });
    issue(ledger, 10n, { class: 'subscription', effectiveAt: END, ...until(END + 1000) });
    for (const now of [END - 1, END, END + 999]) {
      expect(at(ledger, now).account.total).toBe(10n);
      expect(ledger.ask(consume(10n))).toHaveProperty('entries');
      expect(code(ledger, consume(11n))).toBe('insufficient_credits');
    }
    expect(at(ledger, END + 1000).account.total).toBe(0n);
  });

  test('a hold that times out the moment its lot ends frees nothing for anybody', () => {
    const ledger = new Ledger();
    issue(ledger, 10n, until(END));
    reserve(ledger, 4n, { ttlMs: 1000 });
    at(ledger, END + 5);
    expect(ledger.entries.slice(2)).toMatchObject([
      { type: 'release', at: END, amount: 0n, held: -4n },
      { type: 'expire', at: END, amount: -4n },
      { type: 'expire', at: END, amount: -6n },
    ]);
    expect(code(ledger, adjust(-1n))).toBe('insufficient_credits');
  });

  test('settling late enters the instants at which things happened, not the one at which it was noticed', () => {
    const ledger = new Ledger();
    issue(ledger, 10n, until(END));
    issue(ledger, 5n, { effectiveAt: END + 1, ...until(END + 9) });
    at(ledger, END + 1_000_000);
    expect(ledger.entries.map((entry) => entry.at)).toEqual([START, START, END, END + 1, END + 9]);
    expect(ledger.until(END + 1_000_000)).toEqual([]);
  });
});
