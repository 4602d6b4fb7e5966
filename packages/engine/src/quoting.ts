import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import type { Call } from './change.ts';
import { findGrant, type Grant } from './core/account.ts';
import { apply } from './core/apply.ts';
import { copyOf } from './core/balance.ts';
import { formatInstant } from './core/calendar.ts';
import type { Command } from './core/command.ts';
import { decide } from './core/decide.ts';
import { grantId } from './core/id.ts';
import { draw } from './core/order.ts';
import type { Rules } from './core/rules.ts';
import { limitOf, refusedToMember } from './core/team.ts';
import type { Presenter } from './present.ts';
import type { Queries, Settled } from './queries.ts';
import type { Quotes } from './quote.ts';
import { accountClosed, errorOf, presentLimit } from './refusal.ts';
import { type Priced, readAccountId, readSpend } from './request.ts';
import type { Spending } from './spending.ts';
import type { Database } from './store/database.ts';
import { loadMembers } from './store/members.ts';

export interface QuotingSetting {
  readonly catalog: Catalog;
  readonly rules: Rules;
  readonly inOrder: (a: Grant, b: Grant) => number;
  readonly presenter: Presenter;
  readonly queries: Queries;
  readonly quotes: Quotes;
  readonly database: Database;
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
    const priced = readSpend(this.#setting.catalog, body);
    if (body.member === undefined) return this.#give(settled, priced);
    const member = readAccountId(body.member, 'member');
    return this.#give(settled, { ...priced, member });
  }

  /** What the member may spend now; null: nobody is named, or nothing limits them. Throws as the deduction would. */
  async #limit({ account, now }: Settled, wanted: Wanted): Promise<wire.QuotedLimit | null> {
    const { catalog, database } = this.#setting;
    if (wanted.member === undefined) return null;
    const command = consuming(wanted);
    await loadMembers(database, [{ account: account.number, command }], () => account);
    const refused = refusedToMember(account, command, now);
    if (refused !== null && refused.code !== 'member_limit_reached') throw errorOf(refused, catalog);
    const limit = limitOf(account, wanted.member, now);
    return limit && { ...presentLimit(limit, catalog), sufficient: refused === null };
  }

  /** A quote for an account at hand; of what is short, it shows what there is. */
  async #give({ account, now }: Settled, priced: Wanted): Promise<wire.Quote> {
    const { catalog, presenter, quotes } = this.#setting;
    const limit = await this.#limit({ account, now }, priced);
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
      member_limit: limit,
      expires_at: formatInstant(expiresAt),
    };
  }

  /** The balance that the spending would leave: by doing it to a copy; unchanged where it would be refused. */
  #after({ account, now }: Settled, wanted: Wanted): wire.Balance {
    const { rules, inOrder, presenter } = this.#setting;
    const copy = copyOf(account);
    const decision = decide(copy, consuming(wanted), { now, rules, actor: 'quote' });
    if ('entries' in decision) for (const entry of decision.entries) apply(copy, entry, inOrder);
    return { ...presenter.balance(copy, now), version: account.seq };
  }
}

/** What is priced, and on whose behalf. */
type Wanted = Priced & { readonly member?: string };

function consuming({ amount, feature, classes, member }: Wanted): Extract<Command, { verb: 'consume' }> {
  const command = { verb: 'consume', amount, feature, classes, overdraft: false, quote: null } as const;
  return member === undefined ? command : { ...command, member };
}
