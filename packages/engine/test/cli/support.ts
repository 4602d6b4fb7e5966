/**
 * The command line as its users have it: the committed bin/drawdown.js in processes of its own, over the sources as
 * they are now. They are turned into JavaScript in a directory laid out like a built checkout, so that a process starts
 * as fast as an installed one and nothing depends on what was last built.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { compile } from '../support/compile.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A running process: what it has printed so far, and how it ends. */
export class Running {
  readonly child: Child;
  readonly ended: Promise<Finished>;
  stdout = '';
  stderr = '';
  #changed: () => void = () => undefined;

  constructor(child: Child) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#changed();
        resolve({ code: signal === null ? code : null, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** Waits until standard output has this; throws where the process ends without it. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`it ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
    this.child.kill(signal);
    return await this.ended;
  }
}

export interface Installation {
  /** Where the JavaScript is. */
  readonly dist: string;
  /** A new empty directory to work in. */
  directory(): string;
  start(words: readonly string[], options: RunOptions): Running;
  run(words: readonly string[], options: RunOptions): Promise<Finished>;
  /** Runs another program over the same JavaScript. */
  program(file: string, options: RunOptions): Promise<Finished>;
  /** Starts a server on any free port and waits until it listens. */
  serve(options: RunOptions & { words?: readonly string[] }): Promise<Running & { url: string }>;
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function install(): Installation {
  const home = mkdtempSync(join(tmpdir(), 'drawdown-cli-'));
  // A root process runs the database as another user, who must be able to pass.
  chmodSync(home, 0o755);
  for (const path of ['packages/client', 'packages/engine', 'examples/studio']) {
    transpile(path, home);
    copyFileSync(join(ROOT, path, 'package.json'), join(home, path, 'package.json'));
  }
  mkdirSync(join(home, 'packages/engine/bin'));
  const bin = join(home, 'packages/engine/bin/drawdown.js');
  copyFileSync(join(ROOT, 'packages/engine/bin/drawdown.js'), bin);
  symlinkSync(join(ROOT, 'packages/engine/sql'), join(home, 'packages/engine/sql'));
  linkModules(home);
  const running = new Set<Running>();
  const launch = (program: string, words: readonly string[], { cwd, env = {} }: RunOptions): Running => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd,
      // None of the variables that the person who runs the tests may have.
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const one = new Running(child);
    running.add(one);
    void one.ended.then(() => running.delete(one));
    return one;
  };
  const start: Installation['start'] = (words, options) => launch(bin, words, options);
  return {
    dist: join(home, 'packages/engine/dist'),
    directory: () => {
      const directory = mkdtempSync(join(home, 'work-'));
      chmodSync(directory, 0o755);
      return directory;
    },
    start,
    run: (words, options) => start(words, options).ended,
    program: (file, options) => launch(file, [], options).ended,
    serve: async ({ words = [], ...options }) => {
      const server = start(['serve', ...words], options);
      const [, url = ''] = await server.prints(/^drawdown listening on (http:\S+)$/m);
      return Object.assign(server, { url });
    },
    remove: async () => {
      await Promise.all([...running].map((one) => one.stop()));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function transpile(path: string, home: string): void {
  const source = join(ROOT, path, 'src');
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.(test|d)\.ts$/.test(file)) continue;
    const target = join(home, path, 'dist', file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compile(join(source, file), { rewriteRelativeImportExtensions: true }));
  }
}

/** The installed packages, and those of ours as they were just made. */
function linkModules(home: string): void {
  mkdirSync(join(home, 'node_modules/@drawdown'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.') || name === '@drawdown' || name === 'drawdown') continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(home, 'node_modules', name));
  }
  symlinkSync(join(home, 'packages/client'), join(home, 'node_modules/@drawdown/client'));
  symlinkSync(join(home, 'examples/studio'), join(home, 'node_modules/@drawdown/studio'));
}
