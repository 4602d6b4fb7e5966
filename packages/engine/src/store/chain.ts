import { hash } from 'node:crypto';
import type { Entry } from '../core/account.ts';
import { canonicalEntry, canonicalJson, type EntryEnvelope } from '../core/canonical.ts';

/** The hash before an account's first entry, hex. */
export const CHAIN_START = '0'.repeat(64);

/** sha256 over the previous hash (hex), a line feed and the entry's canonical text; hex. */
export function chainHash(previous: string, entry: Entry, envelope: EntryEnvelope): string {
  return hash('sha256', `${previous}\n${canonicalEntry(entry, envelope)}`);
}

/** 128 bits are kept of a key and of an input: no two will ever share them by chance. */
const SHORT_HEX = 32;

/**
 * What is kept of an Idempotency-Key, hex. A key belongs to one principal and one account, so theirs is hashed with
 * it: neither ever meets another's.
 */
export function keyHash(principal: string, account: string, key: string): string {
  return hash('sha256', `${principal}\n${account}\n${key}`).slice(0, SHORT_HEX);
}

/** What tells one input from another, hex: of what was asked for, not of what it resolved to. */
export function fingerprintOf(verb: string, input: unknown): string {
  return hash('sha256', `${verb}\n${canonicalJson(input)}`).slice(0, SHORT_HEX);
}

export interface Profile {
  readonly number: number;
  readonly id: string;
  readonly kind: string;
  readonly timeZone: string;
  /** Canonical JSON. */
  readonly metadata: string;
  readonly createdAt: number;
}

/** Over the columns of an account that change without an entry; hex. */
export function profileHash(profile: Profile): string {
  return hash('sha256', canonicalJson(profile));
}
