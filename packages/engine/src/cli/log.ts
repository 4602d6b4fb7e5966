/** The only file that knows the logger: one JSON line per event, on standard error. */
import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config.ts';

export type Log = Logger;

/** Written at once: a process that ends a moment later has said why. */
export function createLog(level: LogLevel): Log {
  const settings = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  // Nothing that may hold a credential is ever passed to the logger; this is the second lock on that door.
  const redact = { paths: ['*.authorization', '*.headers.authorization', 'authorization'], remove: true };
  return pino({ ...settings, redact }, pino.destination({ fd: 2, sync: true }));
}

/** For the engine, which logs in words. */
export function engineLog(log: Log): (message: string, error?: unknown) => void {
  return (message, error) => (error === undefined ? log.info(message) : log.warn({ err: error }, message));
}

/** For the embedded server's own lines: only what somebody must act on is louder than `debug`. */
export function databaseLog(log: Log): (line: string) => void {
  return (line) => {
    // Details of an error repeat values of rows.
    if (/^\s|\b(DETAIL|STATEMENT|CONTEXT|HINT):/.test(line)) return;
    const isTrouble = /\b(PANIC|ended by itself|started again)\b/.test(line);
    log[isTrouble ? 'warn' : 'debug']({ from: 'postgres' }, line);
  };
}
