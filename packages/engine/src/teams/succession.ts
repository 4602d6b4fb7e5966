/** What becomes of a person's memberships when their account ends. */
import type { Call } from '../change.ts';
import type { Role } from '../core/team.ts';
import type { SourceSetting } from '../sources/source.ts';
import { stopWithoutConsent } from '../sources/top-up-end.ts';
import type { MemberRow } from '../store/members.ts';
import { withdrawing } from './request-rows.ts';
import { joined, putting, type Roster, readRoster, teamsWith } from './rows.ts';

/** Teams at a time: those that were left are not found again. */
const ROUND = 100;
const RANK: readonly Role[] = ['member', 'admin', 'owner'];

type By = Pick<Call, 'actor'>;

interface Person {
  readonly id: string;
}

/**
 * Ends memberships with the account of their person, or hands them to the account that it became one with. Each team is a
 * change in its own lane; the same call again goes on where one broke off.
 */
export class Succession {
  readonly #setting: Pick<SourceSetting, 'accounts' | 'database' | 'runner'>;

  constructor(setting: Pick<SourceSetting, 'accounts' | 'database' | 'runner'>) {
    this.#setting = setting;
  }

  /** `heir`: who takes the place, with the same role and limit, unless they are a member already; null: nobody. */
  async ofMember(person: Person, heir: Person | null, by: By): Promise<void> {
    for (;;) {
      const memberships = await teamsWith(this.#setting.database, person.id, -1, ROUND);
      for (const { account } of memberships) await this.#inTeam(Number(account), { person, heir, by });
      if (memberships.length < ROUND) return;
    }
  }

  async #inTeam(
    number: number,
    { person, heir, by: { actor = 'system' } }: { person: Person; heir: Person | null; by: By },
  ): Promise<void> {
    const { accounts, runner } = this.#setting;
    const id = await accounts.idOf(number);
    if (id === null) return;
    await runner.runPrepared({
      account: { number, id },
      verb: 'remove_member',
      input: { member: person.id, heir: heir?.id ?? null },
      call: { actor, principal: 'source' },
      // It may have been closed a moment ago, and then nothing of it is in anybody's way.
      alsoClosed: true,
      prepare: async (on, { account, now }) => {
        const roster = await readRoster(on, number, [person.id, heir?.id]);
        const before = roster.rows.get(person.id);
        const isThere = before !== undefined && before.left_at === null;
        if (!isThere) return { command: { verb: 'settle' }, writes: () => [] };
        const left = putting({ ...before, left_at: BigInt(now) });
        const taken = heir === null ? [] : [putting(successor(before, roster, { heir, account, now }))];
        // Whoever goes on under another account agreed to it all the same.
        const stopped = heir === null ? await stopWithoutConsent(on, { account, now }, person.id) : null;
        const writes = [
          left,
          ...taken,
          withdrawing(number, person.id, { now, actor }),
          ...(stopped?.writes ?? []),
        ];
        return {
          command: { verb: 'settle' },
          writes: () => writes,
          notices: () => stopped?.notices ?? [],
        };
      },
      answer: () => undefined,
    });
  }
}

/** Whoever is a member already keeps their limit, and has the higher of the two roles. */
function successor(
  before: MemberRow,
  roster: Roster,
  { heir, account, now }: { heir: Person; account: Parameters<typeof joined>[0]; now: number },
): MemberRow {
  const { role, limit_amount, limit_per } = before;
  const own = roster.rows.get(heir.id);
  const wish = { member: heir.id, role, limit_amount, limit_per };
  if (own === undefined) return joined(account, wish, { no: roster.last + 1, now });
  if (own.left_at !== null) return { ...own, ...wish, joined_at: BigInt(now), left_at: null };
  return RANK.indexOf(role) > RANK.indexOf(own.role) ? { ...own, role } : own;
}
