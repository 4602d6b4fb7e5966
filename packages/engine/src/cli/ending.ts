/** Why a process ends, and how long it may take over it. */
import type { Log } from './log.ts';

/** Requests are given 15 s, the embedded server 30 s: who has not stopped after this never will. */
const STOP_DEADLINE_MS = 60_000;

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export interface Ending {
  /** Resolves with the exit code as soon as the process is to end. */
  readonly code: Promise<number>;
  readonly begun: boolean;
}

/**
 * Waits for a signal (0: an orderly end) or for an error that nobody caught (1: what can be closed is closed). A
 * second signal ends the process at once, as does the deadline.
 */
export function awaitEnding(log: Log): Ending {
  let resolve: (code: number) => void = () => undefined;
  const code = new Promise<number>((settle) => {
    resolve = settle;
  });
  const state = { begun: false };
  const begin = (exitCode: number) => {
    if (state.begun) return;
    state.begun = true;
    const deadline = setTimeout(() => {
      log.fatal('the stop took too long and was cut short');
      process.exit(1);
    }, STOP_DEADLINE_MS);
    deadline.unref();
    resolve(exitCode);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (state.begun) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
      log.info({ signal }, 'stopping: what was accepted is finished first');
      begin(0);
    });
  }
  const fail = (error: unknown) => {
    log.fatal({ err: error }, 'an error that nobody caught');
    begin(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  return {
    code,
    get begun() {
      return state.begun;
    },
  };
}
