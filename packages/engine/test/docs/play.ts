/** Plays a document against a server of its own, as its reader would: one directory, one shell, block after block. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Installation } from '../cli/support.ts';
import { type Block, blocksOf, commandsOf, comparable, readable } from './blocks.ts';

/** What is shown and not run: output, pictures, and what needs a page to be in, which is compiled. */
const SHOWN: ReadonlySet<string> = new Set(['text', 'mermaid', 'tsx', 'css']);

/** What documents call the server; the one that is played against listens elsewhere. */
const SHOWN_URL = 'http://127.0.0.1:4400';
/** Lines for the reader's own machine, which are run by the tests elsewhere or cannot be: each with the place. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['npm install && npm start', '.ci/run'],
  ['npm install && npm test', '.ci/run'],
  ['npm run bench', 'by hand: it takes the whole machine for minutes'],
  ['npm run lint', '.ci/run'],
  ['npm run typecheck', '.ci/run'],
  ['npm run format', 'by hand'],
  ['.ci/run', 'itself'],
  ['DATABASE_URL=postgres://user:password@host/database npm test', '.ci/run'],
  ['DATABASE_URL=postgres://user:password@host/database npm start', 'test/cli/serve.test.ts'],
  ['npx drawdown watch u_1', 'test/cli/commands.test.ts'],
  ['pg_dump --format=custom --file=drawdown.dump "$DATABASE_URL"', 'the tools of PostgreSQL'],
  ['pg_restore --clean --if-exists --dbname="$DATABASE_URL" drawdown.dump', 'the tools of PostgreSQL'],
  ['RECORD_DOCS=1 npx vitest run packages/engine/test/docs.test.ts', 'this very test'],
]);

/** One place where the document and the world are compared. */
export interface Comparison {
  readonly line: number;
  readonly what: string;
  readonly shown: string;
  readonly printed: string;
}

export interface Played {
  readonly comparisons: readonly Comparison[];
  /** The document with what was printed in place of what it showed. */
  readonly recorded: string;
}

/** A first line such as `<!-- server: DRAWDOWN_TEST_CLOCK=1 -->` sets variables of the server. */
function serverOf(document: string): Record<string, string> {
  const words = /^<!-- server: (.*) -->$/m.exec(document)?.[1]?.split(' ') ?? [];
  return Object.fromEntries(words.map((word) => word.split('=', 2) as [string, string]));
}

export async function play(document: string, drawdown: Installation): Promise<Played> {
  const cwd = drawdown.directory();
  const server = await drawdown.serve({ cwd, env: serverOf(document) });
  try {
    return await new Play({ cwd, url: server.url, drawdown }).run(document);
  } finally {
    await server.stop();
  }
}

interface Setting {
  readonly cwd: string;
  readonly url: string;
  readonly drawdown: Installation;
}

class Play {
  readonly #setting: Setting;
  readonly #bin: string;
  readonly #comparisons: Comparison[] = [];
  /** What earlier commands did to the shell, done again before each. */
  readonly #shell: string[] = [];
  #programs = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    // `npx drawdown` in a clone is the program of this very repository.
    this.#bin = join(setting.cwd, '.bin');
    mkdirSync(this.#bin);
    const program = join(setting.drawdown.dist, '../bin/drawdown.js');
    const npx = join(this.#bin, 'npx');
    writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(npx, 0o755);
  }

  async run(document: string): Promise<Played> {
    const blocks = blocksOf(document);
    const changes: { block: Block; text: string }[] = [];
    for (const [index, block] of blocks.entries()) {
      if (block.language === 'console') {
        changes.push({ block, text: await this.#console(block) });
      } else if (block.language === 'ts') {
        const output = blocks[index + 1];
        const printed = await this.#program(block);
        const shows = output?.language === 'text' && document.slice(block.end, output.start).length < 20;
        this.#compare({ line: block.line, what: 'ts', shown: shows ? output.text : '', printed });
        if (shows) changes.push({ block: output, text: printed });
      } else if (block.language === 'sh') demandRunElsewhere(block);
      else if (!SHOWN.has(block.language)) {
        throw new Error(`line ${block.line}: nobody runs blocks of "${block.language}"`);
      }
    }
    let recorded = document;
    for (const { block, text } of changes.reverse()) {
      recorded = recorded.slice(0, block.start) + text + recorded.slice(block.end);
    }
    return { comparisons: this.#comparisons, recorded };
  }

  async #console(block: Block): Promise<string> {
    let text = '';
    for (const { typed, shown } of commandsOf(block.text)) {
      const isState = /^(\. |[A-Z_]+=(\S*|\$\(.*\))$)/s.test(typed);
      const printed = this.#hideUrl(readable(await this.#bash(this.#showUrl(typed))));
      if (isState) this.#shell.push(this.#showUrl(typed));
      this.#compare({ line: block.line, what: typed, shown, printed });
      text += `$ ${typed}\n${printed}`;
    }
    return text;
  }

  #compare(comparison: Comparison): void {
    const { shown, printed } = comparison;
    this.#comparisons.push({ ...comparison, shown: comparable(shown), printed: comparable(printed) });
  }

  #showUrl(text: string): string {
    return text.replaceAll(SHOWN_URL, this.#setting.url);
  }

  #hideUrl(text: string): string {
    return text.replaceAll(this.#setting.url, SHOWN_URL);
  }

  async #bash(command: string): Promise<string> {
    const script = [...this.#shell, command].join('\n');
    const child = spawn('bash', ['-c', script], {
      cwd: this.#setting.cwd,
      env: { PATH: `${this.#bin}:${process.env.PATH ?? ''}`, NO_COLOR: '1', DRAWDOWN_LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    await new Promise((resolve) => child.once('close', resolve));
    // CSV ends its lines with CR LF; documents do not.
    printed = printed.replaceAll('\r\n', '\n');
    return printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`;
  }

  /** A program of its own beside the server, with the server's keys in its environment. */
  async #program(block: Block): Promise<string> {
    const file = join(this.#setting.cwd, `snippet-${this.#programs}.mjs`);
    this.#programs += 1;
    const { outputText } = ts.transpileModule(this.#showUrl(block.text), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(file, outputText);
    const env = Object.fromEntries(
      readFileSync(join(this.#setting.cwd, '.drawdown/keys.env'), 'utf8')
        .split('\n')
        .map((line) => line.split('=', 2))
        .filter((pair): pair is [string, string] => pair.length === 2),
    );
    const { stdout, stderr, code } = await this.#setting.drawdown.program(file, {
      cwd: this.#setting.cwd,
      env: { ...env, NO_COLOR: '1' },
    });
    return this.#hideUrl(code === 0 ? stdout : `${stdout}${stderr}`);
  }
}

function demandRunElsewhere(block: Block): void {
  for (const line of block.text.split('\n')) {
    const command = line.replace(/\s+#.*$/, '').trim();
    if (command !== '' && !command.startsWith('#') && !ELSEWHERE.has(command)) {
      throw new Error(`line ${block.line}: nobody runs "${command}"; show it as console, with its output`);
    }
  }
}

export function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
