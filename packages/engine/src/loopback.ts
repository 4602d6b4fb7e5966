/** Addresses and names that lead to this machine and nowhere else. */
import { isIPv4 } from 'node:net';

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const address = bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare;
  return bare === 'localhost' || bare === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
