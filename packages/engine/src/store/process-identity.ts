/**
 * Who a process is, beyond its number: numbers are reused, so a number alone never proves that a lock's owner lives.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A word that is the same for as long as this very process lives, and different for any later process of the same
 * number, also after a reboot. Null when no such process runs (a zombie does not run).
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    if (state === 'Z' || state === 'X') return null;
    const startedAtTick = fields[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${startedAtTick}@${boot}`;
  } catch {
    return null;
  }
}

function fromPs(pid: number): string | null {
  const line = ps(pid, 'stat=,lstart=');
  if (line === null || line.startsWith('Z')) return null;
  return line.replace(/^\S+\s+/, '').replaceAll(/\s+/g, '_');
}

/** One line of `ps` about a process, or null when there is none. */
export function ps(pid: number, columns: string): string | null {
  try {
    const options = { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const;
    const line = execFileSync('ps', ['-ww', '-p', String(pid), '-o', columns], options).trim();
    return line === '' ? null : line;
  } catch {
    return null;
  }
}
