import { randomBytes } from 'node:crypto';
import type * as wire from '@drawdown/client';
import { type Call, staffOf } from '../change.ts';
import { formatInstant } from '../core/calendar.ts';
import { bucketOf, holdId } from '../core/id.ts';
import { namePattern, type Person } from '../core/redact.ts';
import { DrawdownError } from '../errors.ts';
import { readText } from '../request.ts';
import { profileHash } from '../store/chain.ts';
import { nowStatement } from '../store/clock.ts';
import { bucketOfId } from '../store/create-accounts.ts';
import { redact } from '../store/redaction.ts';
import type { Prepared } from '../store/task.ts';
import type { AutoTopUps } from './auto-top-ups.ts';
import type { Closures } from './closures.ts';
import {
  BEGIN_ERASURE,
  type ErasureRow,
  erasureWrites,
  MERGED_HERE,
  memberWrites,
  NAMED_IN,
  newsWrites,
  OPEN_HOLDS_OF,
  profileWrites,
} from './erasure-rows.ts';
import type { SourceSetting } from './source.ts';

type By = Pick<Call, 'staff'> & { readonly actor: string };

/**
 * Removes a person's data and leaves the ledger: every amount, lot and instant stays, and nothing says whose they were.
 * Ledgers of others that name the person come first and its own last, each in one transaction with an entry that attests
 * to it; the same call again goes on where one broke off.
 */
export class Erasures {
  readonly #setting: SourceSetting;
  readonly #closures: Closures;
  readonly #topUps: Pick<AutoTopUps, 'forgetNow'>;

  constructor(
    setting: SourceSetting,
    { closures, topUps }: { closures: Closures; topUps: Pick<AutoTopUps, 'forgetNow'> },
  ) {
    this.#setting = setting;
    this.#closures = closures;
    this.#topUps = topUps;
  }

  async erase(id: string, body: wire.EraseRequest, call: Call): Promise<wire.Erasure> {
    const reason = readText(body.reason, 'reason');
    const { clock, database, queries } = this.#setting;
    const profile = await queries.profile(id);
    if (profile.closedAt === null)
      throw new DrawdownError('account_open', 'Only a closed account is erased.');
    const now = Number((await database.query(nowStatement(clock), [])).rows[0]?.now);
    // Accounts that were merged into it were the same person's: a name that led here would be left with them.
    const merged = (await database.query(MERGED_HERE, [profile.number])).rows.map(
      ({ number, id: other }) => ({
        number: Number(number),
        id: other,
      }),
    );
    const all = [...merged, { number: profile.number, id }];
    // Whoever has themselves removed is not named by that.
    const isPerson = all.some((one) => call.actor === one.id || call.actor === `user:${one.id}`);
    const actor = isPerson ? 'redacted' : (call.actor ?? 'library');
    for (const one of all) await this.#demandSettled(one.id);
    // What a provider keeps of a person is found by what is erased here.
    for (const one of all) await this.#topUps.forgetNow(one.number);
    const teams = new Set<string>();
    const done: { pseudonym: string; entries: number }[] = [];
    const by = { actor, ...staffOf(call) };
    for (const one of all) done.push(await this.#one(one, { reason, by, now, teams }));
    const { pseudonym, entries } = done.pop() as (typeof done)[number];
    return {
      account: pseudonym,
      entries,
      merged: done.map((one) => one.pseudonym),
      teams: [...teams],
      at: formatInstant(now),
    };
  }

  /** What a token knows its account by besides the id, which may be somebody else's after an erasure. */
  async numberOf(id: string): Promise<number> {
    return (await this.#setting.queries.profile(id)).number;
  }

  /** Whether the id is still that account's, as far as this process knows: whoever reads the account learns the rest. */
  async isStill({ account, number }: { account: string; number: number }): Promise<boolean> {
    return (await this.#setting.accounts.numberOf(account)) === number;
  }

  async #one(
    { number, id }: { number: number; id: string },
    { reason, by, now, teams }: { reason: string; by: By; now: number; teams: Set<string> },
  ): Promise<{ pseudonym: string; entries: number }> {
    const { accounts, database } = this.#setting;
    const { rows } = await database.query(BEGIN_ERASURE, [
      number,
      pseudonymIn(bucketOf(number)),
      reason,
      by.actor,
      now,
      bucketOf(number),
    ]);
    const begun = rows[0] as ErasureRow;
    const person: Person = { id, pseudonym: begun.pseudonym };
    const { rows: others } = await database.query(NAMED_IN, [number, id, namePattern(person)]);
    for (const other of others) {
      if (other.kind === 'team') teams.add(other.id);
      await this.#attested({ number: Number(other.number), id: other.id }, person, { by, own: false });
    }
    // Under the pseudonym: the key of the entry is hashed from it, and nobody could try out ids on that.
    const self = { number, id: person.pseudonym };
    const entries = await this.#attested(self, person, { by, own: true });
    accounts.forget(number);
    return { pseudonym: person.pseudonym, entries };
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
    { by, own }: { by: By; own: boolean },
  ): Promise<number> {
    let changed = 0;
    await this.#setting.runner.runPrepared({
      account,
      verb: 'erase',
      input: { pseudonym: person.pseudonym },
      call: { ...by, principal: 'source', idempotencyKey: `erase:${person.pseudonym}` },
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
        const write = { account: locked.number, ...person, now, entries: changed };
        const told = own
          ? []
          : [
              ...(await newsWrites(on, locked.number, person)),
              ...(await profileWrites(on, locked.number, person)),
            ];
        return {
          command: { verb: 'attest', redaction: { ...done.attested, erased: own } },
          writes: () =>
            own
              ? erasureWrites({ ...write, profileHash: profileHash(profile) })
              : [...memberWrites(locked.number, person, now), ...told],
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
