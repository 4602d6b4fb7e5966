import type { Quote } from '../wire.ts';

/** From when on a person wants to be asked before credits are spent; kept on this device, for one account. */
export interface Asking {
  /** What costs less is spent without a question; 0: nothing is. */
  readonly below: number;
  /** Also where credits would be used that were paid for. */
  readonly paid: boolean;
}

const ALWAYS: Asking = { below: 0, paid: false };

/** Credits that were bought are never spent without a question, unless that was allowed by itself. */
export function mustAsk(quote: Quote, asking: Asking, isPaid: (classId: string) => boolean): boolean {
  if (quote.amount >= asking.below) return true;
  return !asking.paid && quote.draws.some((draw) => isPaid(draw.class));
}

const keyOf = (account: string): string => `drawdown.asking.${account}`;

export function readAsking(account: string): Asking {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(account)) ?? 'null') as Partial<Asking> | null;
    return { below: typeof kept?.below === 'number' ? kept.below : 0, paid: kept?.paid === true };
  } catch {
    return ALWAYS;
  }
}

export function keepAsking(account: string, asking: Asking): void {
  try {
    localStorage.setItem(keyOf(account), JSON.stringify(asking));
  } catch {
    // Then the question comes again.
  }
}
