import type { Entry } from '../core/account.ts';
import { useOf } from '../core/team.ts';
import type { ScannedMember } from './scan.ts';

interface Tally {
  readonly row: ScannedMember;
  day: bigint;
  month: bigint;
}

/** What the members of one team used, told from the entries behind the versions at which their counts begin. */
export class MemberTally {
  readonly #members = new Map<string, Tally>();

  expect(row: ScannedMember): void {
    this.#members.set(row.member, { row, day: 0n, month: 0n });
  }

  add(entry: Entry): void {
    const id = entry.detail?.member;
    const tally = id === undefined ? undefined : this.#members.get(id);
    if (tally === undefined) return;
    // A refund gives back what was counted, and so belongs to where its operation was counted.
    const counted = entry.type === 'refund' ? (entry.reverses as number) : entry.seq;
    const use = useOf(entry);
    if (counted > tally.row.day_after) tally.day += use;
    if (counted > tally.row.month_after) tally.month += use;
  }

  *differences(): Iterable<string> {
    for (const [id, { row, day, month }] of this.#members) {
      if (row.day_used !== day) yield `member ${id}: day_used is not what the entries lead to`;
      if (row.month_used !== month) yield `member ${id}: month_used is not what the entries lead to`;
    }
  }
}
