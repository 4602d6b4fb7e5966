import type {
  AccountRequest,
  AdjustRequest,
  Balance,
  CaptureRequest,
  ConsumeRequest,
  Entry,
  Explanation,
  ExtendGrantRequest,
  ExtendHoldRequest,
  FreeOnDevice,
  Grant,
  GrantReceipt,
  GrantRequest,
  Hold,
  HoldReceipt,
  HoldRequest,
  Operation,
  Problem,
  Quote,
  QuoteRequest,
  ReasonRequest,
  Receipt,
  RefundRequest,
  ReleaseRequest,
  Statement,
} from '@drawdown/client';

import type { SourceTarget } from './source-target.ts';

export interface Replayed {
  replayed: boolean;
}

/**
 * What a scenario runs against: the contract's verbs on real ids. Every change takes its idempotency key last.
 * A refusal is thrown, in whatever class the target throws, and read by `problemOf`.
 */
export interface ScenarioTarget {
  /** The problem document of a refusal; null for every other error, which then ends the scenario. */
  problemOf(error: unknown): Problem | null;
  /** Where credits come from; null for a target that has no more than a ledger. */
  readonly sources: SourceTarget | null;
  now(): Promise<string>;
  /** Moves the clock forward to an instant, RFC 3339. */
  setClock(now: string): Promise<void>;
  putAccount(account: string, body: AccountRequest): Promise<void>;
  balance(account: string, at?: string): Promise<Balance>;
  /** Every lot the account ever had. */
  lots(account: string): Promise<Grant[]>;
  grantById(grant: string): Promise<Grant>;
  holdById(hold: string): Promise<Hold>;
  operation(operation: string): Promise<Operation>;
  explain(operation: string): Promise<Explanation>;
  /** The whole ledger, oldest first. */
  ledger(account: string): Promise<Entry[]>;
  statement(account: string, period: { from: string; to: string }): Promise<Statement>;
  quote(account: string, body: QuoteRequest): Promise<Quote | FreeOnDevice>;
  grant(account: string, body: GrantRequest, key: string): Promise<GrantReceipt & Replayed>;
  consume(account: string, body: ConsumeRequest, key: string): Promise<(Receipt & Replayed) | FreeOnDevice>;
  hold(account: string, body: HoldRequest, key: string): Promise<(HoldReceipt & Replayed) | FreeOnDevice>;
  capture(hold: string, body: CaptureRequest, key: string): Promise<HoldReceipt & Replayed>;
  release(hold: string, body: ReleaseRequest, key: string): Promise<HoldReceipt & Replayed>;
  extendHold(hold: string, body: ExtendHoldRequest, key: string): Promise<HoldReceipt & Replayed>;
  refund(operation: string, body: RefundRequest, key: string): Promise<Receipt & Replayed>;
  voidGrant(grant: string, body: ReasonRequest, key: string): Promise<GrantReceipt & Replayed>;
  extendGrant(grant: string, body: ExtendGrantRequest, key: string): Promise<GrantReceipt & Replayed>;
  freezeGrant(grant: string, body: ReasonRequest, key: string): Promise<GrantReceipt & Replayed>;
  unfreezeGrant(grant: string, body: ReasonRequest, key: string): Promise<GrantReceipt & Replayed>;
  adjust(account: string, body: AdjustRequest, key: string): Promise<Receipt & Replayed>;
}
