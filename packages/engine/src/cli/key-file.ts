/**
 * The bootstrap keys of a development server: `keys.env` in its data directory, mode 0600, made on the first start.
 * Its lines are shell assignments, so `. .drawdown/keys.env` puts the keys into an environment.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BootstrapKeys {
  readonly secretKey: string;
  readonly adminKey: string;
}

/** What a random key is worth: 256 bits, as of every other key. */
const KEY_BYTES = 32;

export function keyFilePath(directory: string): string {
  return join(directory, 'keys.env');
}

/** The kept keys, or null where there are none. Throws where the file is damaged or may not be read. */
export function readKeyFile(directory: string): BootstrapKeys | null {
  const path = keyFilePath(directory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const secretKey = /^DRAWDOWN_SECRET_KEY=(sk_\S+)$/m.exec(text)?.[1];
  const adminKey = /^DRAWDOWN_ADMIN_KEY=(ak_\S+)$/m.exec(text)?.[1];
  if (secretKey === undefined || adminKey === undefined) {
    throw new Error(`${path} does not hold both keys: restore it, or remove it to have new keys made`);
  }
  return { secretKey, adminKey };
}

/** The kept keys; made where there are none. Only for the owner of the directory's lock. */
export function keepKeys(directory: string): BootstrapKeys & { readonly made: boolean } {
  const path = keyFilePath(directory);
  const kept = readKeyFile(directory);
  if (kept !== null) {
    // An editor or a copy may have opened it to others.
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return { ...kept, made: false };
  }
  const random = () => randomBytes(KEY_BYTES).toString('base64url');
  const keys = { secretKey: `sk_${random()}`, adminKey: `ak_${random()}` };
  const making = `${path}.${randomBytes(6).toString('hex')}`;
  const text = [
    '# The keys of this development server, made on its first start. Whoever has them may do everything.',
    '# Remove this file and start again to have new ones made.',
    `DRAWDOWN_SECRET_KEY=${keys.secretKey}`,
    `DRAWDOWN_ADMIN_KEY=${keys.adminKey}`,
    '',
  ].join('\n');
  writeFileSync(making, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(making, path);
  return { ...keys, made: true };
}
