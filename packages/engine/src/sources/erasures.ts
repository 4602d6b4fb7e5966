import { randomBytes } from 'node:crypto';
import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { formatInstant } from '../core/calendar.ts';
import { bucketOf, holdId } from '../core/id.ts';
import type { Person } from '../core/redact.ts';
import { DrawdownError } from '../errors.ts';
import { readText } from '../request.ts';
import { profileHash } from '../store/chain.ts';
import { nowStatement } from '../store/clock.ts';
import { bucketOfId } from '../store/create-accounts.ts';
import { redact } from '../store/redaction.ts';
import type { Prepared } from '../store/task.ts';
import type { Closures } from './closures.ts';
import {
  BEGIN_ERASURE,
  type ErasureRow,
  erasureWrites,
  memberWrites,
  NAMED_IN,
  OPEN_HOLDS_OF,
} from './erasure-rows.ts';
import type { SourceSetting } from './source.ts';

/**
 * Removes a person's data and leaves the ledger: every amount, lot and instant stays, and nothing says whose they were.
 * Ledgers of teams that name the person come first and its own last, each in one transaction with an entry that attests
 * to it; the same call again goes on where one broke off.
 */
export class Erasures {
  readonly #setting: SourceSetting;
  readonly #closures: Closures;

  constructor(setting: SourceSetting, closures: Closures) {
    this.#setting = setting;
    this.#closures = closures;
  }

  async erase(id: string, body: wire.EraseRequest, call: Call): Promise<wire.Erasure> {
    const reason = readText(body.reason, 'reason');
    const { accounts, clock, database, queries } = this.#setting;
    const profile = await queries.profile(id);
    if (profile.closedAt === null)
      throw new DrawdownError('account_open', 'Only a closed account is erased.');
    await this.#demandSettled(id);
    const actor = call.actor ?? 'library';
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    const { number } = profile;
    const { rows } = await database.query(BEGIN_ERASURE, [
      number,
      pseudonymIn(bucketOf(number)),
      reason,
      actor,
      now,
      bucketOf(number),
    ]);
    const begun = rows[0] as ErasureRow;
    const person: Person = { id, pseudonym: begun.pseudonym };
    const { rows: others } = await database.query(NAMED_IN, [number, id]);
    for (const other of others) {
      await this.#attested({ number: Number(other.number), id: other.id }, person, { actor, own: false });
    }
    // Under the pseudonym: the key of the entry is hashed from it, and nobody could try out ids on that.
    const self = { number, id: person.pseudonym };
    const entries = await this.#attested(self, person, { actor, own: true });
    accounts.forget(number);
    return {
      account: person.pseudonym,
      entries,
      teams: others.map((other) => other.id),
      at: formatInstant(now),
    };
  }

  async #demandSettled(id: string): Promise<void> {
    const { payable } = await this.#closures.report(id);
    const { rows: holds } = await this.#setting.database.query(OPEN_HOLDS_OF, [id]);
    if (payable.length === 0 && holds.length === 0) return;
    throw new DrawdownError('account_busy', 'Something is still to be paid to the person, or held by it.', {
      holds: holds.map(({ account, no }) => holdId(Number(account), Number(no))),
      subscriptions: [],
      purchases: [],
      merges: [],
      payable,
    });
  }

  /** Answers how many entries no longer say who. */
  async #attested(
    account: { number: number; id: string },
    person: Person,
    { actor, own }: { actor: string; own: boolean },
  ): Promise<number> {
    let changed = 0;
    await this.#setting.runner.runPrepared({
      account,
      verb: 'erase',
      input: { pseudonym: person.pseudonym },
      call: { actor, principal: 'source', idempotencyKey: `erase:${person.pseudonym}` },
      alsoClosed: true,
      prepare: async (on, { account: locked, now }): Promise<Prepared> => {
        const done = await redact(on, locked.number, person, { own });
        changed = done.changed;
        const profile = {
          number: locked.number,
          id: person.pseudonym,
          kind: locked.kind,
          timeZone: 'UTC',
          metadata: '{}',
          createdAt: (await this.#setting.accounts.byNumber(locked.number))?.createdAt ?? 0,
        };
        const write = { account: locked.number, pseudonym: person.pseudonym, now, entries: changed };
        return {
          command: { verb: 'attest', redaction: { ...done.attested, erased: own } },
          writes: () =>
            own
              ? erasureWrites({ ...write, profileHash: profileHash(profile) })
              : memberWrites({ team: locked.number, ...person, now }),
        };
      },
      answer: () => undefined,
    });
    return changed;
  }
}

/** Nothing of it follows from the person but the bucket, in which the account's rows lie: one of 1,024. */
function pseudonymIn(bucket: number): string {
  for (;;) {
    const pseudonym = `erased_${randomBytes(12).toString('hex')}`;
    if (bucketOfId(pseudonym) === bucket) return pseudonym;
  }
}
