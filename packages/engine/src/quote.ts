import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Json } from './core/account.ts';
import type { QuotedDraw } from './core/command.ts';
import { invalid } from './errors.ts';

/** What a quote says: all of it travels in the quote itself, so giving one writes nothing. */
export interface QuoteTerms {
  readonly account: string;
  readonly feature: string | null;
  readonly units: Json | undefined;
  readonly amount: bigint;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Atoms by class id. */
  readonly byClass: ReadonlyMap<string, bigint>;
}

const PREFIX = 'qte_';
/** Hex digits of the instant that leads a quote, so that quotes sort by creation: enough until the year 10889. */
const INSTANT_DIGITS = 12;
const MAX_QUOTE = 4_096;

/** Makes quotes that only this installation can have made, and reads them back. */
export class Quotes {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  sign(terms: QuoteTerms): string {
    const body = {
      a: terms.account,
      f: terms.feature,
      u: terms.units,
      n: terms.amount.toString(),
      x: terms.expiresAt,
      d: [...terms.byClass].map(([id, amount]) => [id, amount.toString()]),
    };
    const lead = terms.issuedAt.toString(16).padStart(INSTANT_DIGITS, '0');
    const text = `${lead}${Buffer.from(JSON.stringify(body)).toString('base64url')}`;
    return `${PREFIX}${text}.${this.#mac(text).toString('base64url')}`;
  }

  /** The terms of a quote for this account; a typed refusal for any other text. */
  read(quote: unknown, account: string): QuoteTerms {
    const terms = typeof quote === 'string' ? this.#verify(quote) : null;
    // A quote for another account is answered like a made-up one.
    if (terms === null || terms.account !== account)
      throw invalid('quote', 'is no quote for this account', 'invalid_quote');
    return terms;
  }

  #verify(quote: string): QuoteTerms | null {
    const match =
      quote.length <= MAX_QUOTE ? /^qte_([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})$/.exec(quote) : null;
    if (match === null) return null;
    const text = match[1] as string;
    const mac = Buffer.from(match[2] as string, 'base64url');
    const expected = this.#mac(text);
    if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return null;
    const body = JSON.parse(Buffer.from(text.slice(INSTANT_DIGITS), 'base64url').toString()) as {
      a: string;
      f: string | null;
      u?: Json;
      n: string;
      x: number;
      d: [string, string][];
    };
    return {
      account: body.a,
      feature: body.f,
      units: body.u,
      amount: BigInt(body.n),
      issuedAt: Number.parseInt(text.slice(0, INSTANT_DIGITS), 16),
      expiresAt: body.x,
      byClass: new Map(body.d.map(([id, amount]) => [id, BigInt(amount)])),
    };
  }

  /** 128 bits suffice against guessing online, and keep the quote short. */
  #mac(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest().subarray(0, 16);
  }
}

/** The part of a quote that binds. */
export const promiseOf = (terms: QuoteTerms): QuotedDraw => ({
  expiresAt: terms.expiresAt,
  amount: terms.amount,
  byClass: terms.byClass,
});
