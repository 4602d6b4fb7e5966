/** Bugs that others had, where the core alone can show that they are not ours. The calendar's are beside the calendar. */
import { expect, test } from 'vitest';
import type { Grant } from '../../src/core/account.ts';
import { summarise } from '../../src/core/balance.ts';
import {
  capture,
  consume,
  entriesOf,
  hold,
  issue,
  operationOf,
  refund,
  refusalOf,
  release,
  reserve,
  until,
} from './commands.ts';
import { DAY, Ledger, RULES, START } from './ledger.ts';

const MONTH_END = START + 30 * DAY;

/** A month of a plan with its renewal, a promotion, and a purchase. */
function subscribed() {
  const ledger = new Ledger();
  const plan = issue(ledger, 20n, { class: 'subscription', ...until(MONTH_END) });
  const next = issue(ledger, 20n, {
    class: 'subscription',
    effectiveAt: MONTH_END,
    ...until(MONTH_END + 30 * DAY),
  });
  const gift = issue(ledger, 15n, until(MONTH_END + DAY));
  const bought = issue(ledger, 100n, { class: 'purchased' });
  return { ledger, plan: plan.no, next: next.no, gift: gift.no, bought: bought.no };
}

const remaining = (ledger: Ledger, lots: readonly number[]): bigint[] =>
  lots.map((no) => ledger.lot(no).remaining);

test('lessons 1, 4 and 5: a reset touches its own lot alone; no other class is lowered', () => {
  const { ledger, plan, next, gift, bought } = subscribed();
  ledger.do(consume(25n));
  ledger.until(MONTH_END);
  expect(remaining(ledger, [plan, next, gift, bought])).toEqual([0n, 20n, 10n, 100n]);
  const atReset = ledger.entries.filter((entry) => entry.at === MONTH_END);
  expect(atReset.flatMap((entry) => entry.moves.map((move) => move.grant))).toEqual([next]);
});

test('lesson 3: what ends and what begins at one instant are entered together, in that order', () => {
  const { ledger, plan, next } = subscribed();
  ledger.until(MONTH_END + 5);
  expect(ledger.entries.slice(-2)).toMatchObject([
    { type: 'expire', at: MONTH_END, moves: [{ grant: plan, remaining: -20n }] },
    { type: 'grant', at: MONTH_END, moves: [{ grant: next, remaining: 20n }] },
  ]);
});

test('lesson 11: a lot granted later pays for nothing that came before it', () => {
  const ledger = new Ledger();
  issue(ledger, 10n, { effectiveAt: START + 5 });
  expect(refusalOf(ledger.do(consume(1n))).code).toBe('insufficient_credits');
  ledger.until(START + 5);
  expect(ledger.account.total).toBe(10n);
});

test('lesson 15: a hold is real: what it reserves, nobody else can spend', () => {
  const ledger = new Ledger();
  issue(ledger, 10n);
  expect(refusalOf(ledger.ask(hold(11n))).code).toBe('insufficient_credits');
  reserve(ledger, 10n);
  expect(refusalOf(ledger.ask(consume(1n)))).toMatchObject({ available: 0n, held: 10n });
  expect(refusalOf(ledger.ask(hold(1n)))).toMatchObject({ available: 0n, held: 10n });
});

test('lesson 16: a hold that nobody ends gives everything back at its time-out', () => {
  const ledger = new Ledger();
  issue(ledger, 10n);
  reserve(ledger, 10n, { ttlMs: 1000 });
  ledger.until(START + 1000);
  expect(ledger.ask(consume(10n))).toHaveProperty('entries');
});

test('lesson 17: ending one hold leaves every other as it is', () => {
  const ledger = new Ledger();
  issue(ledger, 10n);
  const [first, second] = [reserve(ledger, 4n), reserve(ledger, 5n)];
  ledger.do(release(second));
  expect(refusalOf(ledger.ask(release(second)))).toEqual({ code: 'hold_closed', state: 'released' });
  expect(ledger.hold(first)).toMatchObject({ state: 'open', amount: 4n });
  expect(operationOf(ledger.ask(capture(first))).amount).toBe(-4n);
});

test('lesson 18: a hold lowers what is available, not what is owned: total, held and available are three numbers', () => {
  const ledger = new Ledger();
  issue(ledger, 10n);
  reserve(ledger, 4n);
  expect(summarise(ledger.account, RULES, ledger.now)).toMatchObject({ total: 10n, held: 4n, frozen: 0n });
});

test('lesson 21: what was paid for comes back as paid', () => {
  const { ledger, plan, gift, bought } = subscribed();
  const spent = operationOf(ledger.do(consume(60n)));
  const before = (no: number): Pick<Grant, 'class' | 'expiresAt'> => ledger.lot(no);
  const terms = [plan, gift, bought].map((no) => [before(no).class, before(no).expiresAt]);
  ledger.do(refund(spent));
  expect(remaining(ledger, [plan, gift, bought])).toEqual([20n, 15n, 100n]);
  expect([plan, gift, bought].map((no) => [before(no).class, before(no).expiresAt])).toEqual(terms);
});

test('lesson 22: an expiry takes from the lot that ends, whatever else there is', () => {
  const { ledger, gift, bought, next } = subscribed();
  ledger.until(MONTH_END + DAY);
  expect(remaining(ledger, [gift, bought, next])).toEqual([0n, 100n, 20n]);
  expect(ledger.entries.at(-1)).toMatchObject({ type: 'expire', moves: [{ grant: gift, remaining: -15n }] });
});

test('lesson 26: amounts are signed: their sum is the balance', () => {
  const { ledger } = subscribed();
  const spent = operationOf(ledger.do(consume(30n)));
  entriesOf(ledger.do(refund(spent, { amount: 12n })));
  ledger.until(MONTH_END);
  const sum = ledger.entries.reduce((total, entry) => total + entry.amount, 0n);
  expect(sum).toBe(ledger.account.total);
  expect(ledger.entries.filter((entry) => entry.type === 'consume').every((entry) => entry.amount < 0n)).toBe(
    true,
  );
});
