import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import type { Call } from './change.ts';
import { findGrant, type Grant } from './core/account.ts';
import { apply } from './core/apply.ts';
import { copyOf } from './core/balance.ts';
import { formatInstant } from './core/calendar.ts';
import { decide } from './core/decide.ts';
import { grantId } from './core/id.ts';
import { draw } from './core/order.ts';
import type { Rules } from './core/rules.ts';
import type { Presenter } from './present.ts';
import type { Queries, Settled } from './queries.ts';
import type { Quotes } from './quote.ts';
import { accountClosed } from './refusal.ts';
import { type Priced, readSpend } from './request.ts';
import type { Spending } from './spending.ts';

export interface QuotingSetting {
  readonly catalog: Catalog;
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
  readonly presenter: Presenter;
  readonly queries: Queries;
  readonly quotes: Quotes;
  readonly spending: Spending;
}

/** Gives quotes: what something costs now, from which lots, and what would remain. Writes nothing. */
export class Quoting {
  readonly #setting: QuotingSetting;

  constructor(setting: QuotingSetting) {
    this.#setting = setting;
  }

  async quote(id: string, body: wire.QuoteRequest, call: Call): Promise<wire.Quote | wire.FreeOnDevice> {
    const settled = await this.#setting.queries.settled(id);
    if (settled.account.closed !== null) {
      throw accountClosed((await this.#setting.queries.profile(id)).mergedInto);
    }
    if (this.#setting.spending.isFree(id, body, call.surface)) {
      return { operation: null, charged: 0, mode: 'free_on_device', balance: null };
    }
    return this.#give(settled, readSpend(this.#setting.catalog, body));
  }

  /** A quote for an account at hand; of what is short, it shows what there is. */
  #give({ account, now }: Settled, priced: Priced): wire.Quote {
    const { catalog, presenter, quotes } = this.#setting;
    const { draws, missing } = draw(account.grants, priced.amount, priced, now);
    const expiresAt = now + catalog.policies.quotes.ttlSeconds * 1000;
    const byClass = new Map<string, bigint>();
    for (const one of draws) {
      const { class: id } = findGrant(account, one.grant) as Grant;
      byClass.set(id, (byClass.get(id) ?? 0n) + one.amount);
    }
    return {
      quote: quotes.sign({
        account: account.id,
        feature: priced.feature,
        units: priced.units,
        amount: priced.amount,
        issuedAt: now,
        expiresAt,
        byClass,
      }),
      feature: priced.feature,
      ...(priced.units === undefined ? {} : { units: priced.units as wire.Units }),
      amount: presenter.credits(priced.amount),
      price_version: catalog.version,
      draws: draws.map((one) => ({
        grant: grantId(account.number, one.grant),
        class: (findGrant(account, one.grant) as Grant).class,
        amount: presenter.credits(one.amount),
      })),
      after: this.#after({ account, now }, priced),
      sufficient: missing === 0n,
      shortfall: presenter.credits(missing),
      expires_at: formatInstant(expiresAt),
    };
  }

  /** The balance that the spending would leave: by doing it to a copy; unchanged where it would be refused. */
  #after({ account, now }: Settled, priced: Priced): wire.Balance {
    const { rules, inOrder, presenter } = this.#setting;
    const copy = copyOf(account);
    const command = {
      verb: 'consume' as const,
      amount: priced.amount,
      feature: priced.feature,
      classes: priced.classes,
      overdraft: false,
      quote: null,
    };
    const decision = decide(copy, command, { now, rules, actor: 'quote' });
    if ('entries' in decision) for (const entry of decision.entries) apply(copy, entry, inOrder);
    return { ...presenter.balance(copy, now), version: account.seq };
  }
}
