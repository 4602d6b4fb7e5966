/** What the core in memory answers to who only asks: a quote, and why an entry drew as it did. */
import type * as wire from '@drawdown/client';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Entry } from '../../src/core/account.ts';
import { apply } from '../../src/core/apply.ts';
import { copyOf } from '../../src/core/balance.ts';
import { formatInstant } from '../../src/core/calendar.ts';
import type { Spend } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { explain } from '../../src/core/explain.ts';
import { grantId } from '../../src/core/id.ts';
import { draw } from '../../src/core/order.ts';
import type { Rules } from '../../src/core/rules.ts';
import { classIn, type Presenter } from '../../src/present.ts';
import type { Quotes } from '../../src/quote.ts';
import type { Ledger, MemoryLedgers } from './memory-ledgers.ts';

export interface CoreMeans {
  readonly catalog: Catalog;
  readonly rules: Rules;
  readonly presenter: Presenter;
  readonly ledgers: MemoryLedgers;
  readonly quotes: Quotes;
}

export function explanationOf(
  { catalog, rules, presenter, ledgers }: CoreMeans,
  { ledger, entry, operation }: { ledger: Ledger; entry: Entry; operation: wire.Operation },
): wire.Explanation {
  const before = ledgers.replay(ledger, (other) => other.seq < entry.seq);
  const { feature } = entry;
  const classes = feature === null ? null : (catalog.features[feature]?.classes ?? null);
  const explained = explain(before.grants, entry, { feature, classes }, rules);
  return {
    operation,
    grants: explained.map((one) => ({
      grant: presenter.grant(before, one.grant, entry.at).id,
      class: one.grant.class,
      position: one.position,
      available: presenter.credits(one.available),
      drawn: presenter.credits(one.drawn),
      rule: one.reason,
      because: one.reason,
    })),
  };
}

/** Of an account that is settled. */
export function quoteOf(
  { catalog, rules, presenter, ledgers, quotes }: CoreMeans,
  { ledger, account, spend }: { ledger: Ledger; account: string; spend: Spend },
): wire.Quote {
  const { now, inOrder } = ledgers;
  const { draws, missing } = draw(ledger.account.grants, spend.amount, spend, now);
  const classOf = classIn(ledger.account);
  const byClass = new Map<string, bigint>();
  for (const one of draws)
    byClass.set(classOf(one.grant), (byClass.get(classOf(one.grant)) ?? 0n) + one.amount);
  const expiresAt = now + catalog.policies.quotes.ttlSeconds * 1000;
  const { feature, amount, units } = spend;
  const terms = { account, feature, units, amount, issuedAt: now, expiresAt, byClass };

  const after = copyOf(ledger.account);
  const command = { verb: 'consume' as const, ...spend, quote: null, overdraft: false };
  const decision = decide(after, command, { now, rules, actor: 'quote' });
  if ('entries' in decision) for (const entry of decision.entries) apply(after, entry, inOrder);
  return {
    quote: quotes.sign(terms),
    feature,
    amount: presenter.credits(amount),
    price_version: catalog.version,
    draws: draws.map((one) => ({
      grant: grantId(ledger.account.number, one.grant),
      class: classOf(one.grant),
      amount: presenter.credits(one.amount),
    })),
    after: { ...presenter.balance(after, now), version: ledger.account.seq },
    sufficient: missing === 0n,
    shortfall: presenter.credits(missing),
    // No story quotes on somebody's behalf.
    member_limit: null,
    expires_at: formatInstant(expiresAt),
  };
}
