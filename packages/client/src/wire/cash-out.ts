/** Small balances that are paid out, and what is payable to people. */
import type { Cost } from './account.ts';
import type { Settlement } from './account-life.ts';
import type { Operation } from './change.ts';
import type { Instant } from './common.ts';

export interface CashOutRequest {
  /** Which of the currencies that were paid in; absent where there is one. */
  currency?: string;
}

export interface CashOutPreview {
  account: string;
  /** Lots that would be taken back. */
  lots: { grant: string; credits: number; value: Cost }[];
  /** What was paid for all credits that are left under such a policy: this is what is small, or is not. */
  balance: Cost;
  payable: Cost;
}

export interface CashOutReceipt {
  operation: Operation;
  account: string;
  at: Instant;
  settlements: Settlement[];
  payable: Cost;
}

/** What is to be paid to a person, until somebody says that it has been. */
export interface Payable extends Settlement {
  /** Its grant or, of money that came after its account was closed, its purchase. */
  id: string;
  account: string;
  created_at: Instant;
}
