/**
 * One owner per directory, without a file lock of the operating system (Node has none).
 *
 * The lock is a symbolic link `owner.<n>` whose target text names the owner's process; making a link is atomic and
 * fails when it exists. The highest n counts. Who finds its owner dead claims n + 1, which only one can, and the highest
 * link is never removed, so two claimants never both win and nothing has to be cleaned up after kill −9.
 */
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity.ts';

/** The directory belongs to a living process. */
export class EmbeddedInUse extends Error {
  override readonly name = 'EmbeddedInUse';
  readonly directory: string;
  /** The process that owns the directory; it may be this one. */
  readonly pid: number;

  constructor(directory: string, pid: number) {
    const owner = pid === process.pid ? `this process (${pid})` : `process ${pid}`;
    super(`The data directory ${directory} is in use by ${owner}; stop it first or choose another directory`);
    this.directory = directory;
    this.pid = pid;
  }
}

export interface DirectoryLock {
  /** Gives the directory free at once; without it the lock ends with the process. */
  release(): void;
}

const RELEASED = 'released';

/** Takes the directory or throws `EmbeddedInUse`. */
export function lockDirectory(directory: string): DirectoryLock {
  const mine = `${process.pid}:${processIdentity(process.pid)}`;
  for (;;) {
    const current = highest(directory);
    const owner = current === 0 ? RELEASED : read(directory, current);
    if (owner === undefined) continue;
    const pid = livingOwner(owner);
    if (pid !== null) throw new EmbeddedInUse(directory, pid);
    if (!claim({ directory, generation: current + 1, text: mine })) continue;
    removeBelow(directory, current + 1);
    return { release: () => release(directory, current + 1) };
  }
}

function release(directory: string, generation: number): void {
  claim({ directory, generation: generation + 1, text: RELEASED });
  removeBelow(directory, generation + 1);
}

function linkOf(directory: string, generation: number): string {
  return join(directory, `owner.${generation}`);
}

function generations(directory: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync(directory)) {
    const match = /^owner\.(\d+)$/.exec(name);
    if (match?.[1] !== undefined) found.push(Number(match[1]));
  }
  return found;
}

function highest(directory: string): number {
  return Math.max(0, ...generations(directory));
}

/** Undefined when a newer link has replaced it meanwhile. */
function read(directory: string, generation: number): string | undefined {
  try {
    return readlinkSync(linkOf(directory, generation));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function livingOwner(text: string): number | null {
  if (text === RELEASED) return null;
  const separator = text.indexOf(':');
  const pid = Number(text.slice(0, separator));
  return processIdentity(pid) === text.slice(separator + 1) ? pid : null;
}

function claim(link: { directory: string; generation: number; text: string }): boolean {
  try {
    symlinkSync(link.text, linkOf(link.directory, link.generation));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  // A claimant that was slow may have made a link that others had already made, overtaken and removed.
  if (highest(link.directory) === link.generation) return true;
  rmSync(linkOf(link.directory, link.generation), { force: true });
  return false;
}

function removeBelow(directory: string, generation: number): void {
  for (const older of generations(directory)) {
    if (older < generation) rmSync(linkOf(directory, older), { force: true });
  }
}
