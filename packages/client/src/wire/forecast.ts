/** What is to come of an account. */
import type { Instant } from './common.ts';

export interface ForecastLapse {
  grant: string;
  class: string;
  expires_at: Instant;
  /** What of the lot will be left then, at the rate of use. */
  amount: number;
  /** What there is now that will be spent before it: what lapses earlier is not. */
  used_first: { class: string; amount: number }[];
}

export interface ForecastEvent {
  at: Instant;
  type: 'start' | 'expiry';
  class: string;
  /** Of a start, what arrives; of an expiry, what there is of the lot now, or will be when it starts. */
  amount: number;
  /** Of an expiry: what of it lapses at the rate of use. */
  lapses: number;
  /** Null for a lot that there is not yet. */
  grant: string | null;
  /** Not paid for yet: it comes if the subscription goes on. */
  expected: boolean;
}

export interface Forecast {
  account: string;
  as_of: Instant;
  until: Instant;
  /** How much was spent lately, refunds taken off; null where the account is too new to tell. */
  rate: { per_day: number; days: number } | null;
  /** Lots that will lapse in part or whole if spending goes on at that rate, soonest first. */
  at_risk: ForecastLapse[];
  /** What starts and what expires, in the order of time. */
  events: ForecastEvent[];
}
