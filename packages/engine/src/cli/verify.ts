/** Replays the ledger against what the tables say. Works beside a running server; of the ledger it only reads. */
import type { ProcessCommand } from './command.ts';
import { CommandError, EXIT } from './exit.ts';
import { readHeads } from './heads.ts';
import { readLedger } from './ledger.ts';
import { DATABASE_OPTIONS } from './process.ts';
import { ProgressBar } from './progress.ts';

/** `verify` was told to stop before its end: neither well nor ill is known of the rest. */
const INTERRUPTED = 130;
/** More than this in a row is not read; machines get them all. */
const SHOWN_FAULTS = 100;

export const verifyCommand: ProcessCommand = {
  name: 'verify',
  summary: 'Replay the ledger and compare it with every balance, grant, hold and hash, reading only',
  options: [
    ['--account <id>', 'this account only'],
    ['--from <number>', 'go on behind this account number, where an earlier run ended'],
    ['--heads <file>', 'what "drawdown heads" wrote earlier: tells that the end of a ledger was cut off'],
    ...DATABASE_OPTIONS,
  ],
  help: `Ends with 7 where something is not what the ledger says; each fault names the account and the entry. What came of a
run over all accounts is noted in the database, and "drawdown status" and the console show it.`,
  target: null,
  run: async ({ config, options, output }) => {
    const account = options.text('account');
    const from = options.whole('from', { min: 0, max: Number.MAX_SAFE_INTEGER });
    const heads = options.text('heads');
    const [{ verify }, { noteVerification }] = await Promise.all([
      import('../store/verify.ts'),
      import('../store/verifications.ts'),
    ]);
    const stop = new AbortController();
    const end = () => stop.abort();
    process.once('SIGINT', end).once('SIGTERM', end);
    const bar = new ProgressBar('accounts');
    return readLedger(config, async (database) => {
      const begun = performance.now();
      const result = await verify(database, {
        signal: stop.signal,
        onProgress: ({ accounts, ofAccounts, entries }) =>
          bar.show({ done: accounts, of: ofAccounts, beside: `${entries} entries` }),
        ...(account === undefined ? {} : { account }),
        ...(from === undefined ? {} : { from }),
        ...(heads === undefined ? {} : { heads: readHeads(heads) }),
      }).catch((error: unknown) => {
        throw error instanceof RangeError
          ? new CommandError('notFound', `No such account: ${account}`)
          : error;
      });
      bar.clear();
      const { accounts, entries, faults, reached } = result;
      const complete = !stop.signal.aborted;
      // A run that was stopped, or began in the middle, says nothing about all of them; unless it found something.
      const isWhole = account === undefined && from === undefined && complete;
      if (isWhole || faults.length > 0) {
        const run = { tookMs: performance.now() - begun, accounts, entries, faults: faults.length };
        await noteVerification(database, run).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          output.note(`The result could not be noted in the database: ${reason}`);
        });
      }
      output.answer({ ok: faults.length === 0 && complete, complete, ...result }, () => {
        const lines = faults.slice(0, SHOWN_FAULTS).map((fault) => {
          const word = output.colors.red('FAULT');
          // A catalog is nobody's: its fault says which it is.
          if (fault.account === '') return `${word}  ${fault.what}`;
          return `${word}  account ${fault.account}, entry ${fault.seq}: ${fault.what}`;
        });
        if (faults.length > SHOWN_FAULTS) lines.push(`… and ${faults.length - SHOWN_FAULTS} more`);
        const looked = `${entries} entries of ${accounts} accounts`;
        if (!complete) lines.push(`Interrupted after ${looked}; go on with --from ${reached}.`);
        else if (faults.length === 0)
          lines.push(`${output.colors.green('ok')}  ${looked}: as the ledger says.`);
        else lines.push(`${faults.length} faults in ${looked}.`);
        return lines.join('\n');
      });
      if (faults.length > 0) return EXIT.faults;
      return complete ? EXIT.ok : INTERRUPTED;
    }).finally(() => bar.clear());
  },
};
