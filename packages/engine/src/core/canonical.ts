import type { Entry, EntryDetail, Terms } from './account.ts';

/**
 * One text per value: objects with sorted keys, no white space. What is hashed and compared goes through here, so
 * neither key order nor formatting ever matters. Numbers are as JSON writes them; a bigint is its decimal digits.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** What is kept with an entry besides its columns. */
export interface EntryEnvelope {
  readonly account: number;
  /** Hash of the idempotency key with its principal, hex; null for what follows from another entry or from time. */
  readonly key: string | null;
  /** Hash of the command's input, hex. */
  readonly fingerprint: string | null;
}

/**
 * The text of an entry under the hash chain: every column that is stored, in a fixed order. A field that is text of
 * others' making is JSON-quoted, so that no two entries share a text.
 */
export function canonicalEntry(entry: Entry, envelope: EntryEnvelope): string {
  let moves = '';
  for (const move of entry.moves) moves += `${move.grant}:${move.remaining}:${move.held};`;
  return (
    `${envelope.account}|${entry.seq}|${entry.type}|${entry.at}|${entry.amount}|${entry.held}|${entry.debt}|` +
    `${entry.total}|${entry.feature === null ? '' : JSON.stringify(entry.feature)}|${moves}|${entry.hold ?? ''}|` +
    `${entry.reverses ?? ''}|${JSON.stringify(entry.actor)}|${JSON.stringify(entry.catalog)}|` +
    `${entry.detail === null ? '' : detailText(entry.detail)}|${envelope.key ?? ''}|${envelope.fingerprint ?? ''}`
  );
}

/** The stored JSON of an entry's detail; amounts inside are decimal text, since JSON numbers round above 2^53. */
export function detailText(detail: EntryDetail): string {
  const { grants, ...rest } = detail;
  return canonicalJson(grants === undefined ? rest : { ...rest, grants: grants.map(termsToJson) });
}

function termsToJson(terms: Terms): Record<string, unknown> {
  return { ...terms, amount: terms.amount.toString() };
}

/** Reads back what `detailText` wrote. */
export function parseDetail(text: string): EntryDetail {
  const raw = JSON.parse(text) as EntryDetail & { grants?: (Omit<Terms, 'amount'> & { amount: string })[] };
  if (raw.grants === undefined) return raw;
  return { ...raw, grants: raw.grants.map((terms) => ({ ...terms, amount: BigInt(terms.amount) })) };
}
