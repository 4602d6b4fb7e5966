/**
 * Where webhooks may be sent. Whoever can name a URL could otherwise make this server ask its own neighbours, so only
 * public addresses are dialled: every address that a name stands for is judged, at every attempt, and the one that was
 * judged is the one that is dialled.
 */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface GuardSetting {
  /** Loopback addresses, and plain http to them: for development and tests only. */
  readonly allowLoopback: boolean;
}

const MAX_URL = 2_000;
/** What clouds answer their own machines at, although its address is a public one. */
const METADATA = new Set(['168.63.129.16']);

/** Why nobody may be sent there; null: they may, as far as the URL itself says. */
export function urlFault(text: string, setting: GuardSetting): string | null {
  if (text.length > MAX_URL) return `must be at most ${MAX_URL} characters`;
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const url = new URL(text);
  if (url.href.length > MAX_URL) return `must be at most ${MAX_URL} characters`;
  const local = setting.allowLoopback && isLoopback(url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  if (url.hash !== '') return 'must not hold a fragment';
  const literal = literalOf(url);
  if (local) return null;
  if (literal === null ? isLocalName(url.hostname) : !isPublic(literal))
    return 'must lead to a public address';
  return null;
}

/** An address written out in the URL; null: a name, which is resolved when it is needed. */
function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(bare) ? bare : null;
}

const isLocalName = (name: string): boolean =>
  /(^|\.)(localhost|local|internal)\.?$/i.test(name) || !name.replace(/\.$/, '').includes('.');

function isLoopback(url: URL): boolean {
  const literal = literalOf(url);
  return literal === null
    ? /^localhost\.?$/i.test(url.hostname)
    : ipaddr.parse(literal).range() === 'loopback';
}

/** A unicast address of the public internet: no private, shared, local, embedded or reserved range. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address) || METADATA.has(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6, nothing else than 2000::/3 was ever given out.
  return !(parsed instanceof ipaddr.IPv6) || ((parsed.parts[0] as number) & 0xe000) === 0x2000;
}

/** An address was refused: the attempt fails like any other, and says no more than that. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor() {
    super('the name leads to an address that is not public');
  }
}

/** Resolves a name for a socket: all of its addresses, or none where one of them may not be dialled. */
export function guardedLookup(setting: GuardSetting): LookupFunction {
  const mayDial = ({ address }: LookupAddress): boolean =>
    isPublic(address) || (setting.allowLoopback && ipaddr.parse(address).range() === 'loopback');
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(mayDial)) return callback(new AddressRefused(), '', 0);
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
