/** Many operations in one request. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter } from './command.ts';
import { CommandError, EXIT } from './exit.ts';

export const batchCommand: ClientCommand = {
  name: 'consume-batch',
  summary: 'Spend for up to a thousand operations of any accounts at once, each judged on its own',
  parameters: [
    ['<file>', 'a JSON document a line, each with account and idempotency_key; - is standard input'],
  ],
  help: 'A line: {"account": "u_1", "idempotency_key": "job-1", "feature": "ai_script"}\n\nEnds with 3 where any of them was refused. Again gives the same answers.',
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const file = parameter(invocation, 0);
    const lines = (file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')).split('\n');
    const operations = lines.flatMap((line, index) =>
      line.trim() === '' ? [] : [operationOf(line, index + 1)],
    );
    const answer = await client.consumeBatch({ operations });
    output.answer(answer, () =>
      output.table(
        [{ title: 'account' }, { title: 'key' }, { title: 'status', align: 'right' }, { title: 'outcome' }],
        answer.results.map((one, index) => [
          operations[index]?.account ?? '-',
          operations[index]?.idempotency_key ?? '-',
          String(one.status),
          one.error?.code ?? one.operation?.id ?? 'free on the device',
        ]),
      ),
    );
    return answer.results.some((one) => one.error !== undefined) ? EXIT.refused : undefined;
  },
};

function operationOf(line: string, number: number): wire.BatchRequest['operations'][number] {
  try {
    // The server judges the fields.
    return JSON.parse(line) as wire.BatchRequest['operations'][number];
  } catch {
    throw new CommandError('usage', `line ${number} is not JSON`);
  }
}
