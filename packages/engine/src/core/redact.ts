import type { Entry, EntryDetail, Json, Metadata, Terms } from './account.ts';
import { parsePurchaseId, parseSubscriptionId } from './id.ts';

/** Whose traces are to go, and what stands in their place. */
export interface Person {
  /** The account's id, by which everybody calls the person. */
  readonly id: string;
  readonly pseudonym: string;
}

/** Reasons that the engine gives by itself; any other is somebody's sentence. */
const OWN_REASONS = /^(account_closed|debt_repaid|debt_forgiven|cash_out|(purchase|subscription)_[a-z_]+)$/;
/**
 * Lots that the engine makes for what it sells, gives and puts right: their refs and metadata are its own words. Anybody
 * may call a source so, hence the form of the ref tells.
 */
const OWN_LOTS: Readonly<Record<string, (terms: Pick<Terms, 'source' | 'metadata'>) => boolean>> = {
  purchase: ({ source: { ref } }) => ref !== null && parsePurchaseId(ref) !== null,
  subscription: ({ source: { ref } }) => ref !== null && parseSubscriptionId(ref) !== null,
  campaign: ({ metadata }) => Object.keys(metadata).sort().join() === 'campaign_kind,role',
  refund: ({ source: { ref }, metadata }) => /^\d+$/.test(ref ?? '') && Object.keys(metadata).length === 0,
  adjustment: ({ source: { ref }, metadata }) => ref === null && Object.keys(metadata).length === 0,
};
const isOwnLot = (terms: Pick<Terms, 'source' | 'metadata'>): boolean =>
  OWN_LOTS[terms.source.type]?.(terms) === true;
const REDACTED = 'redacted';

/** `user:u_1` and the bare id are the person; a key of the product or of staff is not. */
function redactActor(actor: string, { id, pseudonym }: Person): string {
  if (actor === id) return pseudonym;
  return actor === `user:${id}` ? `user:${pseudonym}` : actor;
}

/**
 * Finds the person's id where it stands as a word, with or without `user:` before it, in a text or in the JSON of one:
 * `u_1` is neither `u_12` nor `u_1.old`. JavaScript and PostgreSQL read it alike.
 */
export const namePattern = ({ id }: Pick<Person, 'id'>): string =>
  `((?<![A-Za-z0-9_.:@-])|(?<=\\\\[bfnrt]))(user:)?${id.replaceAll('.', '\\.')}(?![A-Za-z0-9_@-]|[.:][A-Za-z0-9_])`;

/** Every text in it, however deep, without the person's name. */
export function withoutName(value: Json, person: Person): Json {
  const pattern = new RegExp(namePattern(person), 'g');
  const inText = (text: string): string =>
    text.replace(pattern, (_, __, user: string | undefined) => `${user ?? ''}${person.pseudonym}`);
  const of = (one: Json): Json => {
    if (typeof one === 'string') return inText(one);
    if (one === null || typeof one !== 'object') return one;
    if (Array.isArray(one)) return one.map(of);
    return Object.fromEntries(Object.entries(one).map(([name, field]) => [inText(name), of(field)]));
  };
  return of(value);
}

/**
 * An entry without the person: amounts, lots, instants and the catalog stay, so it leads to the same state. Of the
 * person's own ledger everything goes that somebody wrote; of others', the person's name, wherever somebody wrote it.
 */
export function redactEntry<E extends Entry>(entry: E, person: Person, { own }: { own: boolean }): E {
  const { actor, detail } = entry;
  return {
    ...entry,
    actor: redactActor(actor, person),
    detail: detail === null ? null : redactDetail(detail, person, own),
  };
}

function redactDetail(detail: EntryDetail, person: Person, own: boolean): EntryDetail {
  const { metadata, reason, member, grants, ...rest } = detail;
  const named = <T extends Json>(value: T): T => withoutName(value, person) as T;
  return {
    ...rest,
    ...(member === undefined ? {} : { member: member === person.id ? person.pseudonym : member }),
    ...(reason === undefined ? {} : { reason: own ? redactReason(reason) : named(reason) }),
    ...(metadata === undefined || own ? {} : { metadata: named(metadata) }),
    ...(grants === undefined
      ? {}
      : { grants: grants.map((terms) => (own ? redactTerms(terms) : termsWithoutName(terms, person))) }),
  };
}

const redactReason = (reason: string): string => (OWN_REASONS.test(reason) ? reason : REDACTED);

export function redactTerms<T extends Pick<Terms, 'source' | 'metadata'>>(terms: T): T {
  if (isOwnLot(terms)) return terms;
  const { type, ref } = terms.source;
  return {
    ...terms,
    source: { type, ref: ref === null ? null : REDACTED },
    metadata: asReported(terms.metadata),
  };
}

/** What the engine wrote on a lot names nobody, and may be the same word as somebody's id. */
export function termsWithoutName<T extends Pick<Terms, 'source' | 'metadata'>>(terms: T, person: Person): T {
  if (isOwnLot(terms)) return terms;
  const { source, metadata } = terms;
  return {
    ...terms,
    source: { ...source, ref: withoutName(source.ref, person) as string | null },
    metadata: withoutName(metadata, person) as Metadata,
  };
}

/** News of a team without the person: what is told of members, and what somebody wrote. */
export function newsWithoutName(data: Metadata, person: Person): Metadata {
  const { member, metadata, source } = data;
  const lot = { source, metadata } as Pick<Terms, 'source' | 'metadata'>;
  return {
    ...data,
    ...(member === undefined ? {} : { member: withoutName(member, person) }),
    ...(source === undefined
      ? metadata !== undefined && { metadata: withoutName(metadata, person) }
      : termsWithoutName(lot, person)),
  } as Metadata;
}

/** Where a lot was sold, and that it took back a reversal, is no trace of a person, and reports are told by it. */
function asReported({ channel, reinstated }: Metadata): Metadata {
  return {
    ...(typeof channel === 'string' ? { channel } : {}),
    ...(reinstated === true ? { reinstated } : {}),
  };
}
