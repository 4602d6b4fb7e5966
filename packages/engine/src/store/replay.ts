import { createHash } from 'node:crypto';
import { type Account, emptyAccount, type Grant, isFinished, type Redaction } from '../core/account.ts';
import { apply } from '../core/apply.ts';
import { bucketOf } from '../core/id.ts';

import { CHAIN_START, chainHash, profileHash } from './chain.ts';
import { accountColumns, differing, grantColumns, holdColumns, readEntry } from './columns.ts';
import { bucketOfId } from './create-accounts.ts';
import type { Head } from './heads.ts';
import { MemberTally } from './member-tally.ts';
import { attestedLine, textDigest } from './redaction.ts';
import type { StoredEntry } from './rows.ts';
import type {
  ScannedAccount,
  ScannedEntry,
  ScannedGrant,
  ScannedHold,
  ScannedMember,
  ScannedRedaction,
} from './scan.ts';

/**
 * Something that is not as the ledger says. `seq` is the entry's; of a hold, that of the entry which opened or closed
 * it; of a lot or of the account itself, the account's last.
 */
export interface Fault {
  readonly account: string;
  readonly seq: number;
  readonly what: string;
}

export interface ReplaySetting {
  readonly row: ScannedAccount;
  /** As it was exported earlier, where it was. */
  readonly exported: Head | null;
  readonly catalogs: { has(version: string): boolean };
  readonly report: (fault: Fault) => void;
}

/** Draw order is no part of what is stored, so lots are replayed in any. */
const ANY_ORDER = () => 0;
/** Live lots from which on finished ones are set aside, so that moves find their lots at once. */
const FEW_LOTS = 32;

/**
 * One account, replayed from nothing: its entries and holds in order, then `ended`, its lots, and `finish`. What does not fit is
 * reported and gone on from; once an entry cannot be applied, the chain alone is followed to its end.
 */
export class Replay {
  readonly #setting: ReplaySetting;
  readonly #account: Account;
  /** Lots that are finished; behind the last entry all lots, until their rows were met. */
  readonly #aside = new Map<number, Grant>();
  /** Rows of holds that are still open. */
  readonly #holds = new Map<number, ScannedHold>();
  /** What members used, by the entries that name them. */
  readonly #members = new MemberTally();
  /** What the next entry may follow: the hash as stored, and as it should have been; null: a gap hides it. */
  #previous: readonly string[] | null = [CHAIN_START];
  #lastHash = CHAIN_START;
  #lastSeq = 0;
  #lost = false;
  #pruneAt = FEW_LOTS;
  readonly #redacted = createHash('sha256');
  #redactions = 0;
  #attestation: { readonly seq: number; readonly redaction: Redaction } | null = null;
  /** An account that was the person's stays so, whoever else is taken out of its ledger later. */
  #erased = false;

  constructor(setting: ReplaySetting) {
    const { number, id, kind, time_zone: timeZone } = setting.row;
    this.#setting = setting;
    this.#account = emptyAccount({ number: Number(number), id, kind, timeZone });
  }

  #fault(what: string, seq = this.#lastSeq === 0 ? Number(this.#setting.row.seq) : this.#lastSeq): void {
    this.#setting.report({ account: this.#account.id, seq, what });
  }

  /** `redaction`: what the entry was redacted to, where it was. */
  entry(row: ScannedEntry, redaction?: ScannedRedaction): void {
    const seq = Number(row.seq);
    if (seq !== this.#lastSeq + 1) {
      this.#fault(`entries ${this.#lastSeq + 1} to ${seq - 1} are missing`, this.#lastSeq + 1);
      this.#previous = null;
      this.#lost = true;
    }
    this.#lastSeq = seq;
    this.#lastHash = row.hash.toString('hex');
    let entry: StoredEntry;
    try {
      entry = readEntry(row);
    } catch (error) {
      this.#fault(`entry: ${messageOf(error)}`);
      this.#previous = null;
      this.#lost = true;
      return;
    }
    this.#checkEntry(row, entry, redaction);
    if (entry.detail?.redaction !== undefined) {
      this.#attestation = { seq, redaction: entry.detail.redaction };
      this.#erased ||= entry.detail.redaction.erased;
    }
    if (!this.#lost) this.#apply(entry);
  }

  #checkEntry(row: ScannedEntry, entry: StoredEntry, redaction?: ScannedRedaction): void {
    const { number } = this.#account;
    const { exported, catalogs } = this.#setting;
    if (redaction === undefined) this.#checkChain(entry);
    else this.#checkRedacted(entry, redaction);
    if (row.bucket !== bucketOf(number)) this.#fault("entry: bucket is not the account's");
    if (!catalogs.has(entry.catalog)) {
      this.#fault(`entry: catalog ${entry.catalog} was never recorded`);
    }
    if (exported?.seq === entry.seq && exported.head !== entry.hash) {
      this.#fault('entry: the hash is not the one that was exported');
    }
  }

  #checkChain(entry: StoredEntry): void {
    const { number: account } = this.#account;
    const { key, fingerprint } = entry;
    const chained = this.#previous?.map((previous) =>
      chainHash(previous, entry, { account, key, fingerprint }),
    );
    const fits = chained === undefined || chained.includes(entry.hash);
    if (!fits) this.#fault('entry: the hash is not that of its columns behind the entry before');
    this.#previous = fits ? [entry.hash] : [entry.hash, ...(chained ?? [])];
  }

  /** What it was chained by it no longer says: it is held to what it was redacted to, and that to the attestation. */
  #checkRedacted(entry: StoredEntry, { digest }: ScannedRedaction): void {
    const attested = digest.toString('hex');
    if (textDigest(this.#account.number, entry) !== attested)
      this.#fault('entry: it is not as it was redacted');
    this.#redacted.update(attestedLine(entry.seq, entry.hash, attested));
    this.#redactions += 1;
    this.#previous = [entry.hash];
  }

  strayRedaction({ seq }: ScannedRedaction): void {
    this.#fault('redaction: there is no entry of that number', Number(seq));
  }

  /** The last attestation is over all that was ever redacted. */
  #checkAttestation(): void {
    if (this.#attestation === null && this.#redactions === 0) return;
    const { seq, redaction } = this.#attestation ?? { seq: this.#lastSeq, redaction: null };
    const isTrue =
      redaction !== null &&
      redaction.entries === this.#redactions &&
      redaction.digest === this.#redacted.digest('hex');
    if (!isTrue) this.#fault('entry: it does not attest to what the redacted entries say', seq);
  }

  #apply(entry: StoredEntry): void {
    const account = this.#account;
    try {
      for (const move of entry.moves) this.#atHand(move.grant);
      if (entry.detail?.grant !== undefined) this.#atHand(entry.detail.grant);
      apply(account, entry, ANY_ORDER);
    } catch (error) {
      this.#fault(`entry: ${messageOf(error)}`);
      this.#lost = true;
      return;
    }
    this.#members.add(entry);
    if (account.grants.length >= this.#pruneAt) this.#setAside();
    const hold = entry.hold === null ? undefined : account.holds.get(entry.hold);
    if (hold !== undefined && hold.state !== 'open') this.#compareHold(hold.no);
  }

  /** Brings back a lot that was set aside: a refund goes back to the very lots. */
  #atHand(no: number): void {
    const lot = this.#aside.get(no);
    if (lot === undefined) return;
    this.#aside.delete(no);
    this.#account.grants.push(lot);
  }

  #setAside(): void {
    for (const grant of this.#account.grants) if (isFinished(grant)) this.#aside.set(grant.no, grant);
    this.#account.grants = this.#account.grants.filter((grant) => !isFinished(grant));
    this.#pruneAt = Math.max(FEW_LOTS, 2 * this.#account.grants.length);
  }

  #setAsideAll(): void {
    for (const grant of this.#account.grants) this.#aside.set(grant.no, grant);
    this.#account.grants = [];
  }

  /** The row of a member: before the first entry, since it says where its counts begin. */
  member(row: ScannedMember): void {
    this.#members.expect(row);
    if (row.bucket !== bucketOf(this.#account.number))
      this.#fault(`member ${row.member}: bucket is not the account's`);
  }

  /** The row of the hold that the last entry opened; undefined where there is none. */
  hold(no: number, row: ScannedHold | undefined): void {
    if (this.#lost) return;
    if (row === undefined) this.#fault(`hold ${no}: the row is missing`);
    else this.#holds.set(no, row);
  }

  strayHold(row: ScannedHold): void {
    if (!this.#lost) this.#fault(`hold ${row.no}: no entry opened it`);
  }

  /** Compares a hold with its row and lets go of both: a closed hold never changes. */
  #compareHold(no: number): void {
    const { number, holds } = this.#account;
    const hold = holds.get(no);
    const row = this.#holds.get(no);
    if (hold !== undefined && row !== undefined && !this.#lost) {
      this.#compare(`hold ${no}`, () => differing(row, holdColumns(number, hold)));
    }
    holds.delete(no);
    this.#holds.delete(no);
  }

  /** Behind the last entry: the account's own row, the end of the ledger, and the holds that are open. */
  ended(): void {
    const { row } = this.#setting;
    this.#checkAttestation();
    this.#checkProfile(row);
    this.#checkEnd(row);
    for (const no of [...this.#account.holds.keys()]) this.#compareHold(no);
    this.#setAsideAll();
  }

  #checkProfile(row: ScannedAccount): void {
    const { number, id, kind, timeZone } = this.#account;
    const profile = { number, id, kind, timeZone, metadata: row.metadata, createdAt: Number(row.created_at) };
    if (profileHash(profile) !== row.profile_hash.toString('hex')) {
      this.#fault(
        'account: profile_hash is not that of number, id, kind, time zone, metadata and created_at',
      );
    }
    if (bucketOf(number) !== bucketOfId(id)) this.#fault('account: number is not in the bucket of the id');
    if (row.bucket !== bucketOf(number)) this.#fault('account: bucket is not that of the number');
  }

  #checkEnd(row: ScannedAccount): void {
    const { exported } = this.#setting;
    const last = Math.max(Number(row.seq), exported?.seq ?? 0);
    // A person's data may have been removed since the export: then the ledger says so.
    if (exported !== null && exported.account !== this.#account.id && !this.#erased) {
      this.#fault(`account: it was exported as ${exported.account}`);
    }
    const head = Buffer.from(this.#lastHash, 'hex');
    // With the head of what is there, it is the number that is wrong and not the ledger that is short.
    const short = Number(row.seq) > this.#lastSeq && !row.head.equals(head);
    if (short || (exported?.seq ?? 0) > this.#lastSeq) {
      const known = last > Number(row.seq) ? ', which were exported once,' : '';
      this.#fault(`entries ${this.#lastSeq + 1} to ${last}${known} are missing`, this.#lastSeq + 1);
      this.#lost ||= short;
    }
    if (!this.#lost) {
      this.#compare('account', () => differing(row, accountColumns(this.#account, head)));
    } else if (Number(row.seq) === this.#lastSeq && !row.head.equals(head)) {
      this.#fault('account: head is not the hash of the last entry');
    }
  }

  grant(row: ScannedGrant): void {
    if (this.#lost) return;
    const lot = this.#aside.get(Number(row.no));
    this.#aside.delete(Number(row.no));
    if (lot === undefined) this.#fault(`grant ${row.no}: no entry issued it`);
    else this.#compare(`grant ${row.no}`, () => differing(row, grantColumns(this.#account.number, lot)));
  }

  finish(): void {
    if (this.#lost) return;
    for (const no of this.#aside.keys()) this.#fault(`grant ${no}: the row is missing`);
    for (const what of this.#members.differences()) this.#fault(what);
  }

  #compare(name: string, differences: () => string[]): void {
    try {
      for (const column of differences()) this.#fault(`${name}: ${column} is not what the entries lead to`);
    } catch (error) {
      this.#fault(`${name}: ${messageOf(error)}`);
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
