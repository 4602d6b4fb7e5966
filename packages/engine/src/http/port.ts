import type {
  Account, AccountRequest, AdjustRequest, Balance, BatchRequest, BatchResponse, CaptureRequest, ConsumeRequest, Entry,
  Explanation, ExtendGrantRequest, ExtendHoldRequest, FreeOnDevice, Grant, GrantReceipt, GrantRequest, Hold, HoldReceipt,
  HoldRequest, Operation, Page, Quote, QuoteRequest, ReasonRequest, Receipt, RefundRequest, ReleaseRequest, Statement,
  StreamEvent, Surface,
} from '@drawdown/client';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database } from '../store/database.ts';

export interface Call {
  idempotencyKey?: string;
  actor?: string;
  principal?: string;
  surface?: Surface;
  ownHoldsOf?: string;
  accounts?: readonly string[];
}
export interface Replayed { replayed: boolean }
interface Paging { limit?: number; cursor?: string }

export interface Engine {
  readonly catalog: Catalog;
  readonly database: Database;
  putAccount(account: string, body: AccountRequest, call: Call): Promise<{ account: Account; created: boolean }>;
  getAccount(account: string): Promise<Account>;
  balance(account: string, at?: string): Promise<Balance>;
  grants(account: string, query: Paging & { state?: string }): Promise<Page<Grant>>;
  grantById(grant: string, call: Call): Promise<Grant>;
  grant(account: string, body: GrantRequest, call: Call): Promise<GrantReceipt & Replayed>;
  voidGrant(grant: string, body: ReasonRequest, call: Call): Promise<GrantReceipt & Replayed>;
  extendGrant(grant: string, body: ExtendGrantRequest, call: Call): Promise<GrantReceipt & Replayed>;
  freezeGrant(grant: string, body: ReasonRequest, call: Call): Promise<GrantReceipt & Replayed>;
  unfreezeGrant(grant: string, body: ReasonRequest, call: Call): Promise<GrantReceipt & Replayed>;
  adjust(account: string, body: AdjustRequest, call: Call): Promise<Receipt & Replayed>;
  consume(account: string, body: ConsumeRequest, call: Call): Promise<(Receipt & Replayed) | FreeOnDevice>;
  consumeBatch(body: BatchRequest, call: Call): Promise<BatchResponse>;
  quote(account: string, body: QuoteRequest, call: Call): Promise<Quote>;
  hold(account: string, body: HoldRequest, call: Call): Promise<(HoldReceipt & Replayed) | FreeOnDevice>;
  capture(hold: string, body: CaptureRequest, call: Call): Promise<HoldReceipt & Replayed>;
  release(hold: string, body: ReleaseRequest, call: Call): Promise<HoldReceipt & Replayed>;
  extendHold(hold: string, body: ExtendHoldRequest, call: Call): Promise<HoldReceipt & Replayed>;
  holdById(hold: string, call: Call): Promise<Hold>;
  holds(account: string, query: Paging & { state?: 'open' | 'all' }): Promise<Page<Hold>>;
  refund(operation: string, body: RefundRequest, call: Call): Promise<Receipt & Replayed>;
  operation(operation: string, call: Call): Promise<Operation>;
  explain(operation: string, call: Call): Promise<Explanation>;
  entries(account: string, query: Paging & { type?: string; class?: string; feature?: string; from?: string; to?: string }): Promise<Page<Entry>>;
  statement(account: string, range: { from: string; to: string }): Promise<Statement>;
  statementCsv(account: string, range: { from: string; to: string }): Promise<string>;
  events(account: string, options: { after?: number; signal: AbortSignal }): AsyncIterable<StreamEvent>;
  ready(): Promise<{ database: true; schema: number }>;
  now(): Promise<number>;
  setTestClock(now: string): Promise<{ now: string }>;
  advanceTestClock(duration: string): Promise<{ now: string }>;
  metrics(): Record<string, number>;
  drain(): Promise<void>;
  close(): Promise<void>;
}
