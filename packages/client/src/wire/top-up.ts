/** Automatic top-ups, and the way to pay that they are charged to. */
import type { Cost } from './account.ts';
import type { Amount, Instant } from './common.ts';
import type { PaymentProvider } from './purchase.ts';

export interface AutoTopUpRequest {
  /** Below this the account is topped up, to it or a little beyond. */
  threshold: Amount;
  /** A pack of the catalog; as many of it as are needed. */
  pack: string;
  /** The most that is charged in a calendar month of the account's zone. */
  monthly_cap: Cost;
  /** The owner's word that it may be charged while nobody is there; kept with time and actor. */
  consent: { off_session: true };
}

export interface TopUp {
  /** Its receipt. */
  purchase: string;
  packs: number;
  price: Cost;
  state: 'pending' | 'sent' | 'completed' | 'failed' | 'canceled';
  reason: string | null;
  created_at: Instant;
}

export interface AutoTopUp {
  account: string;
  /** `capped`: until `resumes_at`. `stopped`: until its owner switches it on again. */
  state: 'on' | 'capped' | 'stopped';
  reason:
    | 'declined'
    | 'authentication_required'
    | 'abnormal_use'
    | 'payment_method_removed'
    | 'pack_unavailable'
    | 'pack_above_cap'
    | 'payment_reversed'
    | 'consent_withdrawn'
    | 'charge_differs'
    | 'not_taken'
    | 'account_closed'
    | null;
  resumes_at: Instant | null;
  threshold: number;
  pack: string;
  monthly_cap: Cost;
  spent_this_month: Cost;
  payment_method: PaymentMethod | null;
  consent: { off_session: true; at: Instant; actor: string };
  /** Newest first. */
  history: TopUp[];
  updated_at: Instant;
}

/** Nothing is agreed: nothing is charged while nobody is there. */
export interface NoAutoTopUp {
  account: string;
  state: 'off';
  /** What it could be charged to. */
  payment_method: PaymentMethod | null;
  /** Of what was agreed before; newest first. */
  history: TopUp[];
}

export interface PaymentMethod {
  provider: PaymentProvider;
  label: string;
}
