/** A quote binds: at most this much, from no more precious class, until then; or the spending is refused. */
import { describe, expect, test } from 'vitest';
import type { QuotedDraw } from '../../src/core/command.ts';
import { availableFor } from '../../src/core/consume.ts';
import { consume, hold, issue, onLot, refusalOf, until } from './commands.ts';
import { DAY, Ledger, START } from './ledger.ts';

const FOREVER = START + 365 * DAY;

function quoted(byClass: Record<string, bigint>, rest: Partial<QuotedDraw> = {}): QuotedDraw {
  const amounts = new Map(Object.entries(byClass));
  const amount = [...amounts.values()].reduce((sum, one) => sum + one, 0n);
  return { expiresAt: FOREVER, amount, byClass: amounts, ...rest };
}

/** An account with so much of each class. */
function having(amounts: Record<string, bigint>): Ledger {
  const ledger = new Ledger();
  for (const [id, amount] of Object.entries(amounts)) issue(ledger, amount, { class: id });
  return ledger;
}

type Case = [what: string, has: Record<string, bigint>, asks: bigint, quote: Record<string, bigint>];

const KEPT: Case[] = [
  ['as shown', { subscription: 5n, promotional: 5n }, 8n, { subscription: 5n, promotional: 3n }],
  ['less than shown', { subscription: 5n, promotional: 5n }, 6n, { subscription: 5n, promotional: 3n }],
  ['cheaper than shown', { subscription: 9n }, 8n, { promotional: 8n }],
  ['all cheaper than shown', { subscription: 8n }, 8n, { subscription: 1n, purchased: 7n }],
  ['cheaper in one part', { subscription: 6n, purchased: 2n }, 8n, { subscription: 4n, purchased: 4n }],
  ['a withdrawn class, as shown', { withdrawn: 5n }, 5n, { withdrawn: 5n }],
  [
    'cheaper than a withdrawn class',
    { purchased: 5n, promotional: 5n },
    10n,
    { withdrawn: 5n, promotional: 5n },
  ],
];

const CHANGED: Case[] = [
  ['more than shown', { subscription: 9n }, 9n, { subscription: 8n }],
  ['all more precious', { promotional: 8n }, 8n, { subscription: 8n }],
  ['one credit more precious', { subscription: 7n, purchased: 1n }, 8n, { subscription: 8n }],
  [
    'cheaper in one part, more precious in another',
    { subscription: 5n, purchased: 3n },
    8n,
    { promotional: 8n },
  ],
  [
    'a part more precious, though most is cheaper',
    { promotional: 8n },
    8n,
    { subscription: 2n, purchased: 6n },
  ],
  ['more precious, though less', { purchased: 2n }, 2n, { promotional: 8n }],
  ['from a withdrawn class, which is drawn last', { withdrawn: 5n }, 5n, { purchased: 5n }],
  ['more of a withdrawn class', { subscription: 1n, withdrawn: 5n }, 6n, { purchased: 2n, withdrawn: 4n }],
];

describe.each([
  ['consume', consume],
  ['hold', hold],
] as const)('%s with a quote', (_verb, command) => {
  test.each(KEPT)('keeps it: %s', (_what, has, amount, quote) => {
    expect(having(has).ask(command(amount, { quote: quoted(quote) }))).toHaveProperty('entries');
  });

  test.each(CHANGED)('is refused: %s', (_what, has, amount, quote) => {
    const ledger = having(has);
    expect(refusalOf(ledger.do(command(amount, { quote: quoted(quote) })))).toEqual({
      code: 'quote_changed',
    });
    expect(ledger.entries).toHaveLength(Object.keys(has).length);
  });

  test('too little is said before anything about the quote', () => {
    const quote = quoted({ subscription: 8n }, { expiresAt: START });
    expect(refusalOf(having({ subscription: 7n }).ask(command(8n, { quote }))).code).toBe(
      'insufficient_credits',
    );
  });

  test('its end is said before what changed', () => {
    const quote = quoted({ subscription: 1n }, { expiresAt: START });
    expect(refusalOf(having({ purchased: 8n }).ask(command(8n, { quote }))).code).toBe('quote_expired');
  });
});

test('a quote of an overdraft is kept as long as the lots are as shown', () => {
  const ledger = having({ promotional: 5n });
  const quote = quoted({ promotional: 5n }, { amount: 8n });
  expect(ledger.ask(consume(8n, { quote, overdraft: true }))).toHaveProperty('entries');
});

test('what is available: of lots that have begun and not ended, unfrozen, unheld, for the feature and class', () => {
  const ledger = new Ledger();
  issue(ledger, 1n, { class: 'subscription' });
  issue(ledger, 20n, { features: ['script'] });
  issue(ledger, 300n, { features: ['cutout'] });
  issue(ledger, 4_000n, { effectiveAt: START + 1 });
  issue(ledger, 50_000n, until(START + 1));
  const frozen = issue(ledger, 600_000n);
  ledger.do(onLot('freeze', frozen.no));
  const available = (feature: string | null, classes: string[] | null = null): bigint =>
    availableFor(ledger.account, { feature, classes }, ledger.now);
  expect(available('script')).toBe(50_021n);
  expect(available('cutout')).toBe(50_301n);
  expect(available(null)).toBe(50_001n);
  expect(available('script', ['subscription'])).toBe(1n);
  expect(available('script', [])).toBe(0n);
  ledger.do(hold(2n));
  expect(available('script')).toBe(50_019n);
  ledger.until(START + 1);
  expect(available('script')).toBe(4_020n);
});
