/**
 * PostgreSQL refuses to run as root, so a root process runs it as another user. Who that is, and what that user can reach.
 */
import { execFileSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

/** Users that may run the server, in order of preference; the last is what distributions' packages create. */
const NAMES = ['drawdown', 'postgres', '_postgres'];
const NEW_NAME = 'drawdown';

/**
 * The user that runs the server, or null when this process is not root and runs it as itself. Existing data keep their
 * owner. When no suitable user exists, a system user `drawdown` without a shell or a home is created.
 */
export function serviceUser(data: string): ServiceUser | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of NAMES) {
    const found = lookUp(name);
    if (found !== null) return found;
  }
  return create();
}

function lookUp(name: string): ServiceUser | null {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function create(): ServiceUser {
  const commands: [string, string[]][] = [
    [
      'useradd',
      [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        NEW_NAME,
      ],
    ],
    ['adduser', ['-S', '-D', '-H', NEW_NAME]],
  ];
  for (const [command, args] of commands) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
    } catch {
      continue;
    }
    const created = lookUp(NEW_NAME);
    if (created !== null) return created;
  }
  throw new Error(
    'PostgreSQL does not run as root and no user could be created to run it: create a system user "drawdown", run as another user, or set DATABASE_URL',
  );
}

/** Whether the user can pass through every directory down to this existing one. Judged by mode bits, so never too kindly. */
export function canReach(user: ServiceUser | null, directory: string): boolean {
  if (user === null) return true;
  for (let path = realpathSync(directory); ; path = dirname(path)) {
    if (!permits(user, path, 1)) return false;
    if (path === dirname(path)) return true;
  }
}

/** Whether the mode bits give the user read (4), write (2) and execute (1), as asked. */
export function permits(user: ServiceUser, path: string, bits: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}
