/** One thing by its id, which says what it is. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type Invocation, parameter } from './command.ts';
import { CommandError } from './exit.ts';
import { credits, drawsText, grantsTable } from './show.ts';

type Shown = Invocation & { readonly client: wire.Client };

async function showGrant({ client, output }: Shown, id: string): Promise<void> {
  const one = await client.getGrant(id);
  const { type, ref, name } = one.source;
  const called = name === null ? '' : ` (${name})`;
  const from = `From ${type}${ref === null ? '' : ` ${ref}`}${called}, of ${one.account}.`;
  output.answer(one, () => `${grantsTable(output, [one])}\n\n${from}`);
}

async function showHold({ client, output }: Shown, id: string): Promise<void> {
  const one = await client.getHold(id);
  const on = one.feature === null ? '' : ` for ${one.feature}`;
  output.answer(
    one,
    () =>
      `${one.id}: ${credits(one.amount)} of ${one.account}${on}, ${one.state}, until ${one.expires_at}: ${drawsText(one.draws)}.`,
  );
}

async function showOperation({ client, output }: Shown, id: string): Promise<void> {
  const one = await client.operation(id);
  output.answer(
    one,
    () =>
      `${one.id}: ${one.type} of ${credits(one.amount)} of ${one.account} at ${one.at}: ${drawsText(one.draws)}.`,
  );
}

const BY_PREFIX = { grt: showGrant, hld: showHold, op: showOperation };

export const showCommand: ClientCommand = {
  name: 'show',
  summary: 'Show a grant, a hold or an operation by its id',
  parameters: [['<id>', 'grt_…, hld_… or op_…']],
  target: {},
  run: async (invocation) => {
    const id = parameter(invocation, 0);
    const prefix = id.slice(0, id.indexOf('_'));
    if (!(prefix in BY_PREFIX))
      throw new CommandError('usage', `"${id}" is not the id of a grant, a hold or an operation`);
    await BY_PREFIX[prefix as keyof typeof BY_PREFIX](invocation, id);
    return undefined;
  },
};
