import type { Entry, EntryDetail, Metadata, Terms } from './account.ts';

/** Whose traces are to go, and what stands in their place. */
export interface Person {
  /** The account's id, by which everybody calls the person. */
  readonly id: string;
  readonly pseudonym: string;
}

/** Reasons that the engine gives by itself; any other is somebody's sentence. */
const OWN_REASONS = /^(account_closed|debt_repaid|cash_out|(purchase|subscription)_[a-z_]+)$/;
/** Sources whose lots the engine makes: their refs and metadata are its own words. */
const OWN_SOURCES = ['purchase', 'subscription', 'campaign', 'refund', 'adjustment'];
const REDACTED = 'redacted';

/** `user:u_1` and the bare id are the person; a key of the product or of staff is not. */
function redactActor(actor: string, { id, pseudonym }: Person): string {
  if (actor === id) return pseudonym;
  return actor === `user:${id}` ? `user:${pseudonym}` : actor;
}

/**
 * An entry without the person: amounts, lots, instants and the catalog stay, so it leads to the same state. Of the
 * person's own ledger everything goes that somebody wrote; of others', the person's name.
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
  return {
    ...rest,
    ...(member === undefined ? {} : { member: member === person.id ? person.pseudonym : member }),
    ...(reason === undefined ? {} : { reason: own ? redactReason(reason) : reason }),
    ...(metadata === undefined || own ? {} : { metadata }),
    ...(grants === undefined ? {} : { grants: own ? grants.map(redactTerms) : grants }),
  };
}

const redactReason = (reason: string): string => (OWN_REASONS.test(reason) ? reason : REDACTED);

export function redactTerms<T extends Pick<Terms, 'source' | 'metadata'>>(terms: T): T {
  const { type, ref } = terms.source;
  if (OWN_SOURCES.includes(type)) return terms;
  return {
    ...terms,
    source: { type, ref: ref === null ? null : REDACTED },
    metadata: channelAlone(terms.metadata),
  };
}

/** Where a lot was sold is no trace of a person, and the reports are told by it. */
function channelAlone({ channel }: Metadata): Metadata {
  return typeof channel === 'string' ? { channel } : {};
}
