import type { Entry, Operation } from '@drawdown/client';
import { canonicalJson } from '../core/canonical.ts';
import type { Mismatch } from './run.ts';
import type { ScenarioTarget } from './target.ts';

/**
 * What must hold after every scenario, whatever it was about: versions are gapless, instants never decrease, each
 * `balance_after` is the running sum and the last one the balance's total; and every operation reads as it was answered.
 */
export async function audit(
  target: ScenarioTarget,
  { accounts, operations }: { accounts: Iterable<string>; operations: readonly Operation[] },
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  const report = (text: string, expected: string, got: string): void => {
    if (expected !== got) mismatches.push({ line: 0, text, expected, got });
  };
  for (const account of accounts) {
    const balance = await target.balance(account).catch((error: unknown) => {
      // An account in which every step was refused need not exist.
      if (target.problemOf(error)?.code === 'account_not_found') return null;
      throw error;
    });
    if (balance === null) continue;
    const entries = await target.ledger(account);
    const broken = brokenAt(entries);
    report(`the ledger of ${account}`, 'whole', broken ?? 'whole');
    const last = entries.at(-1);
    report(`the version of ${account}`, String(last?.seq ?? 0), String(balance.version));
    report(`the total of ${account}`, String(last?.balance_after ?? 0), String(balance.total));
  }
  for (const operation of new Map(operations.map((one) => [one.id, one])).values()) {
    const read = await target.operation(operation.id);
    report(`operation ${operation.id} as it is read`, canonicalJson(operation), canonicalJson(read));
  }
  return mismatches;
}

/** Amounts are JSON numbers here, so sums are compared at the finest scale there is. */
const MILLIONTH = 1_000_000;

function brokenAt(entries: readonly Entry[]): string | null {
  let before: Entry | null = null;
  for (const entry of entries) {
    if (entry.seq !== (before?.seq ?? 0) + 1) return `seq ${entry.seq} follows ${before?.seq ?? 0}`;
    if (before !== null && entry.at < before.at)
      return `seq ${entry.seq} is at ${entry.at}, before ${before.at}`;
    const sum = (before?.balance_after ?? 0) + entry.amount;
    const exact = Number.isInteger(sum) ? sum === entry.balance_after : isNear(sum, entry.balance_after);
    if (!exact) return `seq ${entry.seq} leaves ${entry.balance_after}, not ${sum}`;
    before = entry;
  }
  return null;
}

function isNear(a: number, b: number): boolean {
  return Math.round(a * MILLIONTH) === Math.round(b * MILLIONTH);
}
