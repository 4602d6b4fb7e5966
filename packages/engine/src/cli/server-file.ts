/**
 * `server.json` in the data directory of a running server: where it listens, and how to reach its database beside it.
 * Mode 0600, since the database's URL holds a password. It is believed only while the very process that wrote it runs.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../store/process-identity.ts';

export interface RunningServer {
  readonly pid: number;
  readonly url: string;
  readonly databaseUrl: string;
}

export function writeServerFile(
  directory: string,
  { url, databaseUrl }: { url: string; databaseUrl: string },
): void {
  const identity = processIdentity(process.pid);
  const content = { pid: process.pid, identity, url, database_url: databaseUrl };
  const making = `${pathIn(directory)}.${randomBytes(6).toString('hex')}`;
  writeFileSync(making, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(making, pathIn(directory));
}

export function removeServerFile(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}

/** The server that runs on the directory; null where none does, or where it is not ours to see. */
export function readServerFile(directory: string): RunningServer | null {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(readFileSync(pathIn(directory), 'utf8'));
  } catch {
    return null;
  }
  const { pid, identity, url, database_url: databaseUrl } = content;
  if (typeof pid !== 'number' || typeof url !== 'string' || typeof databaseUrl !== 'string') return null;
  return processIdentity(pid) === identity ? { pid, url, databaseUrl } : null;
}

function pathIn(directory: string): string {
  return join(directory, 'server.json');
}
