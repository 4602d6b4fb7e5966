import type { Duration } from './calendar.ts';
import type { NoticeRules } from './notice.ts';

/** A class of credits as the draw order sees it. */
export interface ClassRule {
  readonly id: string;
  /** Position in the catalog's order: 0 is drawn first. */
  readonly rank: number;
  /** Whether people paid for it: never overtaken by a strategy that looks at expiry alone. */
  readonly paid: boolean;
}

/**
 * What the core needs to know of the catalog: plain data, so that a decision depends on nothing else than the
 * account, the command, the instant and these rules.
 */
export interface Rules {
  /** The catalog's version, recorded on every lot and entry. */
  readonly version: string;
  readonly scale: number;
  readonly strategy: 'class_order' | 'expiring_first';
  /** In draw order; every lot's class is among them. */
  readonly classes: readonly ClassRule[];
  /** Validity of the lot that a refund makes where the original has expired; calendar days in the account's zone. */
  readonly refundGrace: Duration;
  readonly overdraft: { readonly allowed: boolean; readonly limit: bigint };
  readonly hold: { readonly defaultTtlMs: number; readonly maxTtlMs: number };
  readonly notices: NoticeRules;
}
