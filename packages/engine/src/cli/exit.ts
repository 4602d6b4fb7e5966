/** How a command ends: the exit code, and the sentence that says why. */
import { DrawdownApiError, DrawdownNetworkError } from '@drawdown/client';
import { CatalogError } from '../catalog/issue.ts';
import { ConfigError } from '../config.ts';
import { DrawdownError } from '../errors.ts';
import { ScenarioError } from '../scenario/error.ts';
import { ScaleFixed } from '../store/catalogs.ts';
import { DatabaseError } from '../store/database.ts';
import { EmbeddedFailed, EmbeddedInUse } from '../store/embedded.ts';
import { SchemaError } from '../store/migrate.ts';
import { UnsafeServer } from '../store/safety.ts';

/** Scripts rely on these numbers; they never change their meaning. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  unauthorised: 5,
  unavailable: 6,
  faults: 7,
  repaired: 8,
} as const;

export const EXIT_HELP = `
Exit codes:
  0  done
  1  failed: something broke, or a scenario was not as expected
  2  wrong usage: an argument, a variable, a file or a value that cannot be
  3  refused: not enough credits, a closed hold, a key used with another input, …
  4  not found: no such account, grant, operation, hold or key
  5  unauthorised: no key, an unknown one, or one that may not do this
  6  unavailable: no server, no database, a directory or port in use; of a change the outcome is unknown
  7  verify found faults, or reconcile what differs and is not taken in
  8  reconcile found something missing and took it in; nothing is left to do`;

/** What a command finds out by itself: how it ends, and the sentence. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly ends: 'usage' | 'notFound' | 'unauthorised' | 'unavailable';

  constructor(ends: CommandError['ends'], sentence: string) {
    super(sentence);
    this.ends = ends;
  }
}

/** The codes of those ends in a problem document. */
const ENDS = {
  usage: 'usage',
  notFound: 'not_found',
  unauthorised: 'unauthenticated',
  unavailable: 'unavailable',
} as const;

export interface Failure {
  readonly exitCode: number;
  /** For people: what happened and, where there is one, what to do. */
  readonly sentence: string;
  /** For machines: the server's problem document, or one in its shape. */
  readonly problem: object;
}

/** Says of any error what it means to the caller of a command. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DrawdownApiError) {
    const exitCode = exitCodeOf(error.status, error.code);
    const retry = unknownOutcome(exitCode, error.idempotencyKey);
    return {
      exitCode,
      sentence: `${problemSentence(error)}${hintFor(error.code)}${retry}`,
      problem: error.problem,
    };
  }
  if (error instanceof DrawdownError) {
    const exitCode = exitCodeOf(error.status, error.code);
    return { exitCode, sentence: error.message, problem: error.toProblem() };
  }
  if (error instanceof DrawdownNetworkError) {
    const sentence = error.message.replace(
      /repeat it with the idempotency key "(.*)" to learn it\./,
      'repeat the command with --idempotency-key $1 to learn it.',
    );
    const failure = made(EXIT.unavailable, 'no_answer', sentence);
    return { ...failure, problem: { ...failure.problem, idempotency_key: error.idempotencyKey } };
  }
  return processFailure(error);
}

function processFailure(error: unknown): Failure {
  if (error instanceof CommandError) return made(EXIT[error.ends], ENDS[error.ends], error.message);
  if (error instanceof ConfigError || error instanceof ScenarioError) {
    return made(EXIT.usage, 'usage', error.message);
  }
  if (error instanceof ScaleFixed) return made(EXIT.usage, 'catalog', error.message);
  if (error instanceof CatalogError) return made(EXIT.usage, 'catalog', error.message);
  if (error instanceof EmbeddedInUse) return made(EXIT.unavailable, 'data_directory_in_use', error.message);
  if (error instanceof EmbeddedFailed) return made(EXIT.failed, 'embedded_failed', error.message);
  if (error instanceof UnsafeServer) {
    return made(EXIT.failed, 'unsafe_server', `${error.message} (DRAWDOWN_ALLOW_UNSAFE=1)`);
  }
  if (error instanceof SchemaError) return made(EXIT.failed, error.code, error.message);
  if (error instanceof DatabaseError) {
    const lost = error.kind === 'connection';
    const about = lost ? 'The database does not answer' : 'The database refused';
    return made(lost ? EXIT.unavailable : EXIT.failed, 'database', `${about}: ${error.message}`);
  }
  return systemFailure(error);
}

/** What the operating system refused, in words. */
function systemFailure(error: unknown): Failure {
  const { code, syscall, address, port, path } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  const message = error instanceof Error ? error.message : String(error);
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const where = port === undefined ? message : `${address ?? 'this address'}, port ${port},`;
    if (code === 'EADDRINUSE') {
      const remedy = 'stop what listens there or choose another port (PORT or --port)';
      return made(EXIT.unavailable, 'port_in_use', `${where} is in use: ${remedy}`);
    }
    return made(EXIT.unavailable, 'cannot_listen', `Cannot listen on ${where} (${code})`);
  }
  if (path !== undefined && (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')) {
    const reason = { ENOENT: 'is not there', EACCES: 'may not be opened', EISDIR: 'is a directory' }[code];
    return made(EXIT.usage, 'file', `${path} ${reason}`);
  }
  return made(EXIT.failed, 'failed', message);
}

function made(exitCode: number, code: string, sentence: string): Failure {
  const problem = { type: 'about:blank', title: 'The command failed', code, detail: sentence };
  return { exitCode, sentence, problem };
}

function exitCodeOf(status: number, code: string): number {
  if (status === 401 || code === 'forbidden') return EXIT.unauthorised;
  if (status === 404) return EXIT.notFound;
  if (status === 402 || status === 403 || status === 409) return EXIT.refused;
  if (status === 429 || status >= 500) return EXIT.unavailable;
  return EXIT.usage;
}

function problemSentence({ problem }: DrawdownApiError): string {
  const detail = problem.detail.replace(/\.$/, '');
  return detail === problem.code ? detail : `${detail} (${problem.code})`;
}

function hintFor(code: string): string {
  if (code !== 'unauthenticated') return '';
  return '; pass --key or set DRAWDOWN_SECRET_KEY or DRAWDOWN_ADMIN_KEY';
}

function unknownOutcome(exitCode: number, idempotencyKey: string | null): string {
  if (exitCode !== EXIT.unavailable || idempotencyKey === null) return '';
  return ` Repeat the command with --idempotency-key ${idempotencyKey}: it takes effect at most once.`;
}
