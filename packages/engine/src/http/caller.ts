/** Who asks, once the credential has been checked. */
import type { Scope, Surface } from '@drawdown/client';

export interface SessionFacts {
  readonly account: string;
  /** The engine's number of that account, which no other account of the same id ever has. */
  readonly number: number;
  /** Its own account first, then the teams that the token names. */
  readonly accounts: readonly string[];
  readonly surface: Surface;
  /** Where its person buys, as the product says. */
  readonly jurisdiction?: string;
  /** Epoch milliseconds of the engine's clock. */
  readonly expiresAt: number;
}

export interface Caller {
  readonly kind: 'key' | 'staff' | 'session';
  /** What the ledger records: `key:key_…`, `staff:key_…` or `user:u_1`. */
  readonly actor: string;
  /** The scope of idempotency keys: all of the product's own keys share one, each person has another. */
  readonly principal: string;
  /** All of them where one is `admin`. */
  readonly scopes: ReadonlySet<Scope>;
  /** Which of the staff; null: none of them. */
  readonly staff: { readonly id: string; readonly name: string; readonly keyHash: string | null } | null;
  /** A server's key that one of the staff made: what staff's acts are, it counts as theirs. */
  readonly counted: { readonly id: string; readonly name: string } | null;
  readonly session: SessionFacts | null;
  /** Throws as the credential's next request would: it expired, or was revoked. A stream asks from time to time. */
  check(): Promise<void>;
}
