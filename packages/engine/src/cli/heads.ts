/** How far each ledger has come, to be kept elsewhere: only that tells later that the end of one was cut off. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Head } from '../store/heads.ts';
import type { ProcessCommand } from './command.ts';
import { CommandError, EXIT } from './exit.ts';
import { readLedger } from './ledger.ts';
import { DATABASE_OPTIONS } from './process.ts';

export const headsCommand: ProcessCommand = {
  name: 'heads',
  summary: "Write the last version and hash of every account's ledger, for a later verify --heads",
  options: DATABASE_OPTIONS,
  help: 'One JSON document a line. Keep it where whoever can write to the database cannot.',
  target: null,
  run: ({ config, output }) =>
    readLedger(config, async (database) => {
      const { exportHeads } = await import('../store/heads.ts');
      for await (const head of exportHeads(database)) output.raw(JSON.stringify(head));
      return EXIT.ok;
    }),
};

/** Reads what `drawdown heads` wrote. */
export async function* readHeads(file: string): AsyncGenerator<Head> {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file) })) {
      line += 1;
      if (text.trim() !== '') yield headOf(JSON.parse(text));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('usage', `${file}${line === 0 ? '' : `, line ${line}`}: ${reason}`);
  }
}

function headOf(value: unknown): Head {
  const { number, account, seq, head } = (value ?? {}) as Record<string, unknown>;
  if (
    !Number.isSafeInteger(number) ||
    typeof account !== 'string' ||
    !Number.isSafeInteger(seq) ||
    typeof head !== 'string' ||
    !/^[0-9a-f]{64}$/.test(head)
  ) {
    throw new Error('this is no line of "drawdown heads"');
  }
  return { number: number as number, account, seq: seq as number, head };
}
