import { isDeepStrictEqual } from 'node:util';
import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import { formatAmount } from './core/amount.ts';
import type { Command, Spend } from './core/command.ts';
import { DrawdownError, invalid } from './errors.ts';
import { promiseOf, type Quotes, type QuoteTerms } from './quote.ts';
import { type Priced, readAccountId, readMetadata, readMode, readSpend, readSurface } from './request.ts';

/** Reads what a consume or hold asks for: its price, its quote, and whether it is charged where it comes from. */
export class Spending {
  readonly #catalog: Catalog;
  readonly #quotes: Quotes;

  constructor(catalog: Catalog, quotes: Quotes) {
    this.#catalog = catalog;
    this.#quotes = quotes;
  }

  /**
   * Whether the feature runs free on the person's device. Throws `surface_not_supported` where credits do not work;
   * judged before anything else, so nothing is decided and nothing written there.
   */
  isFree(account: string, body: wire.SpendRequest, acting: wire.Surface | undefined): boolean {
    const surface = body.surface === undefined ? (acting ?? 'server') : readSurface(body.surface);
    if (surface === 'server') return false;
    const feature = this.#asked(account, body).feature ?? null;
    // A quote of a bare amount is the server's own to use.
    if (acting !== undefined && feature === null && body.amount === undefined) {
      throw new DrawdownError('forbidden', 'quote: a person is charged for a feature', { field: 'quote' });
    }
    // A feature that is not there is told so, rather than that it does not work here.
    if (feature !== null) readSpend(this.#catalog, { feature });
    return readMode(this.#catalog, { account, feature, surface }) === 'free_on_device';
  }

  read(account: string, body: wire.SpendRequest): Spend {
    const metadata = readMetadata(body.metadata);
    const terms = body.quote === undefined ? null : this.#quotes.read(body.quote, account);
    const priced = readSpend(this.#catalog, this.#asked(account, body));
    if (terms !== null) demandSame(terms, priced);
    // What was shown is the most that is charged, whatever the price has become since.
    const capped = terms !== null && body.amount === undefined && priced.amount > terms.amount;
    return {
      amount: capped ? terms.amount : priced.amount,
      feature: priced.feature,
      classes: priced.classes,
      quote: terms === null ? null : promiseOf(terms),
      ...(priced.units === undefined ? {} : { units: priced.units }),
      ...(body.member === undefined ? {} : { member: readAccountId(body.member, 'member') }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  /** A quote alone asks for what it quoted. */
  #asked(account: string, body: wire.SpendRequest): Pick<wire.SpendRequest, 'feature' | 'units' | 'amount'> {
    if (body.quote === undefined || body.feature !== undefined || body.amount !== undefined) return body;
    const terms = this.#quotes.read(body.quote, account);
    if (terms.feature === null) return { amount: formatAmount(terms.amount, this.#catalog.scale) };
    return {
      feature: terms.feature,
      ...(terms.units === undefined ? {} : { units: terms.units as wire.Units }),
    };
  }

  /** What to quote anew where a promise no longer holds. */
  again(command: Command): wire.QuoteRequest {
    if (command.verb !== 'consume' && command.verb !== 'hold') throw new Error('only spending is quoted');
    const member = command.member === undefined ? {} : { member: command.member };
    if (command.feature === null || command.units === undefined) {
      return {
        ...member,
        amount: formatAmount(command.amount, this.#catalog.scale),
        ...(command.feature === null ? {} : { feature: command.feature }),
      };
    }
    return { ...member, feature: command.feature, units: command.units as wire.Units };
  }
}

function demandSame(terms: QuoteTerms, priced: Priced): void {
  if (terms.feature !== priced.feature || !isDeepStrictEqual(terms.units, priced.units)) {
    throw invalid('quote', 'is for something else', 'invalid_quote');
  }
}
