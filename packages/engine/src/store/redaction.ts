import { createHash, hash, randomBytes } from 'node:crypto';
import type { Metadata, Redaction } from '../core/account.ts';
import { canonicalEntry, canonicalJson, detailText } from '../core/canonical.ts';
import { bucketOf } from '../core/id.ts';
import { namePattern, type Person, redactEntry, redactTerms, termsWithoutName } from '../core/redact.ts';
import { byteaArray, hexArray, int8Array, textArray } from './binary.ts';
import { type Connection, statement } from './database.ts';
import { ENTRY_COLUMNS, type EntryRow, entryOf, type StoredEntry } from './rows.ts';

/*
 * The only code that ever updates entries: it takes a person out of a ledger, and nothing else may. It runs in the
 * transaction of an entry that attests to it, changes four columns, and keeps for each changed entry the hash of what
 * it says now; the attestation is over all of these and under the chain. `verify` then holds every changed entry to its
 * hash, the hashes to the attestation, and the rest of the chain to itself. An installation whose role may not update
 * the ledger gives it these columns: grant update (actor, detail, key, fingerprint) on drawdown.entries.
 */

type Page = [account: number, after: number, limit: number];

const OWN = statement<Page, EntryRow>(
  'redaction_own',
  `select ${ENTRY_COLUMNS} from drawdown.entries where account = $1 and seq > $2 order by seq limit $3`,
);
/** Entries that name somebody: in a column or anywhere in what was written. Parameters: the id, and its pattern. */
export const names = (entry: string, id: string, pattern: string): string =>
  `(${entry}.actor in (${id}, 'user:' || ${id})
    or (strpos(${entry}.detail::text, ${id}) > 0 and ${entry}.detail::text ~ ${pattern}))`;
const OTHERS = statement<[...Page, string, string], EntryRow>(
  'redaction_others',
  `select ${ENTRY_COLUMNS} from drawdown.entries e
    where account = $1 and seq > $2 and ${names('e', '$4::text', '$5::text')} order by seq limit $3`,
);
const UPDATE = statement<[number, ...Buffer[]], never>(
  'redaction_update',
  `update drawdown.entries e set actor = u.actor, detail = u.detail::json, key = u.key, fingerprint = u.fingerprint
     from unnest($2::int8[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
       as u (seq, actor, detail, key, fingerprint)
    where e.account = $1 and e.seq = u.seq`,
);
const KEEP = statement<[number, number, Buffer, Buffer], never>(
  'redaction_keep',
  `insert into drawdown.redactions as r (account, seq, digest, bucket)
   select $1, seq, digest, $2 from unnest($3::int8[], $4::bytea[]) as u (seq, digest)
   on conflict (account, seq, bucket) do update set digest = excluded.digest`,
);
const ALL = statement<Page, { seq: bigint; digest: Buffer; hash: Buffer }>(
  'redaction_all',
  `select r.seq, r.digest, e.hash from drawdown.redactions r
     join drawdown.entries e on e.account = r.account and e.seq = r.seq
    where r.account = $1 and r.seq > $2 order by r.seq limit $3`,
);
const LOTS = statement<
  [number],
  { no: bigint; source_type: string; source_ref: string | null; metadata: string }
>('redaction_lots', 'select no, source_type, source_ref, metadata from drawdown.grants where account = $1');
const UPDATE_LOTS = statement<[number, Buffer, Buffer, Buffer], never>(
  'redaction_update_lots',
  `update drawdown.grants g set source_ref = u.ref, metadata = u.metadata::json
     from unnest($2::int8[], $3::text[], $4::text[]) as u (no, ref, metadata)
    where g.account = $1 and g.no = u.no`,
);
const UPDATE_HOLDS = statement<[number, string, string], never>(
  'redaction_update_holds',
  `update drawdown.holds set
     actor = case actor when $2 then $3 when 'user:' || $2 then 'user:' || $3 else actor end,
     member = case member when $2 then $3 else member end
   where account = $1 and (actor in ($2, 'user:' || $2) or member = $2)`,
);

/** Entries in memory at a time, whatever the length of the ledger. */
const PAGE = 1_000;

/** What an entry says, hex; with the hash that it was chained by, a line of what is attested to. */
export function textDigest(account: number, entry: StoredEntry): string {
  const { key, fingerprint } = entry;
  return hash('sha256', canonicalEntry(entry, { account, key, fingerprint }));
}

export const attestedLine = (seq: number, chained: string, digest: string): string =>
  `${seq}|${chained}|${digest}\n`;

/** Takes the person out of a ledger whose account is locked; answers what is to be attested to, and how many entries changed. */
export async function redact(
  on: Connection,
  account: number,
  person: Person,
  { own }: { own: boolean },
): Promise<{ attested: Omit<Redaction, 'erased'>; changed: number }> {
  let changed = 0;
  for (let after = 0; ; ) {
    const { rows } = own
      ? await on.query(OWN, [account, after, PAGE])
      : await on.query(OTHERS, [account, after, PAGE, person.id, namePattern(person)]);
    changed += await redactPage(on, account, rows.map(entryOf), { person, own });
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = Number(last.seq);
  }
  await redactLots(on, account, { person, own });
  await on.query(UPDATE_HOLDS, [account, person.id, person.pseudonym]);
  return { attested: await attest(on, account), changed };
}

async function redactPage(
  on: Connection,
  account: number,
  entries: readonly StoredEntry[],
  { person, own }: { person: Person; own: boolean },
): Promise<number> {
  const after = entries.map((entry) => {
    const redacted = redactEntry(entry, person, { own });
    // Of what is hashed into them somebody may know all but the person: of an own ledger they are chance from now on.
    return own ? { ...redacted, key: chance(entry.key), fingerprint: chance(entry.fingerprint) } : redacted;
  });
  const changed = after.filter(
    (entry, i) => textDigest(account, entry) !== textDigest(account, entries[i] as StoredEntry),
  );
  if (changed.length === 0) return 0;
  const seqs = int8Array(changed.map((entry) => entry.seq));
  await on.query(UPDATE, [
    account,
    seqs,
    textArray(changed.map((entry) => entry.actor)),
    textArray(changed.map((entry) => (entry.detail === null ? null : detailText(entry.detail)))),
    hexArray(changed.map((entry) => entry.key)),
    hexArray(changed.map((entry) => entry.fingerprint)),
  ]);
  const digests = changed.map((entry) => Buffer.from(textDigest(account, entry), 'hex'));
  await on.query(KEEP, [account, bucketOf(account), seqs, byteaArray(digests)]);
  return changed.length;
}

const chance = (hex: string | null): string | null => (hex === null ? null : randomBytes(16).toString('hex'));

/** Lots say the same as the entries that issued them. */
async function redactLots(
  on: Connection,
  account: number,
  { person, own }: { person: Person; own: boolean },
): Promise<void> {
  const { rows } = await on.query(LOTS, [account]);
  const lots = rows.flatMap((row) => {
    const before = {
      source: { type: row.source_type, ref: row.source_ref },
      metadata: JSON.parse(row.metadata) as Metadata,
    };
    const after = own ? redactTerms(before) : termsWithoutName(before, person);
    return canonicalJson(after) === canonicalJson(before) ? [] : [{ no: row.no, ...after }];
  });
  if (lots.length === 0) return;
  await on.query(UPDATE_LOTS, [
    account,
    int8Array(lots.map(({ no }) => no)),
    textArray(lots.map(({ source }) => source.ref)),
    textArray(lots.map(({ metadata }) => canonicalJson(metadata))),
  ]);
}

/** Over every entry that was ever redacted, as it stands now: the last attestation is the one that counts. */
async function attest(on: Connection, account: number): Promise<Omit<Redaction, 'erased'>> {
  const digest = createHash('sha256');
  let entries = 0;
  for (let after = 0; ; ) {
    const { rows } = await on.query(ALL, [account, after, PAGE]);
    for (const row of rows) {
      digest.update(attestedLine(Number(row.seq), row.hash.toString('hex'), row.digest.toString('hex')));
    }
    entries += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return { entries, digest: digest.digest('hex') };
    after = Number(last.seq);
  }
}
