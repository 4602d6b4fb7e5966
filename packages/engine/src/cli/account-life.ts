/** What staff does with an account as a whole: merge it into another one, close it, pay what is left. */
import { once } from 'node:events';
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter } from './command.ts';
import { KEY_OPTION, takeKey } from './options.ts';
import type { Output } from './output.ts';
import { money } from './purchases.ts';
import { balanceTable, credits } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const REASON = ['--reason <text>', 'why; kept with the entry'] as const;
const PREVIEW = ['--preview', 'only show what would happen'] as const;
const RIGHT = 'right' as const;

const merge: ClientCommand = {
  name: 'merge',
  summary: 'Put everything of an account into another one and close it',
  parameters: [ACCOUNT, ['<into>', 'the account that everything goes to']],
  options: [REASON, PREVIEW, KEY_OPTION],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const body = { into: parameter(invocation, 1), reason: options.demand('reason') };
    if (options.flag('preview')) {
      const preview = await client.previewMerge(account, body);
      output.answer(preview, () => mergeText(output, preview, 'would go'));
      return undefined;
    }
    const done = await client.mergeAccount(account, body, takeKey(options));
    output.answer(done, () => mergeText(output, done, done.state === 'delivered' ? 'went' : 'is on its way'));
    return undefined;
  },
};

function mergeText(
  output: Output,
  { account, into, lots, debt, balance }: wire.MergePreview,
  word: string,
): string {
  const sum = lots.reduce((all, { amount }) => all + amount, 0);
  const owed = debt === 0 ? '' : `, with a debt of ${credits(debt)}`;
  const table = output.table(
    [
      { title: 'grant' },
      { title: 'class' },
      { title: 'amount', align: RIGHT },
      { title: 'expires' },
      { title: 'is now' },
    ],
    lots.map((one) => [
      one.grant,
      `${one.class}${one.frozen ? ' (frozen)' : ''}`,
      String(one.amount),
      one.expires_at ?? 'never',
      one.moved_to ?? '-',
    ]),
  );
  return [
    `${credits(sum)} of ${account} ${word} to ${into}${owed}.`,
    ...(lots.length === 0 ? [] : ['', table]),
    '',
    `${into}:`,
    balanceTable(output, balance),
  ].join('\n');
}

const merged: ClientCommand = {
  name: 'merged',
  summary: 'Show where everything of a merged account went, or is',
  parameters: [ACCOUNT],
  target: { staff: true },
  run: async (invocation) => {
    const { client, output } = invocation;
    const report = await client.getMerge(parameter(invocation, 0));
    output.answer(report, () =>
      mergeText(output, report, report.state === 'delivered' ? 'went' : 'is on its way'),
    );
    return undefined;
  },
};

const close: ClientCommand = {
  name: 'close',
  summary: 'Close an account for good, and settle what was paid for and not spent',
  parameters: [ACCOUNT],
  options: [REASON, PREVIEW, ['--forfeit', 'the person gives up unspent paid credits'], KEY_OPTION],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    if (options.flag('preview')) {
      const preview = await client.previewClosing(account);
      output.answer(preview, () => closingText(output, preview));
      return undefined;
    }
    const body: wire.CloseRequest = { reason: options.demand('reason') };
    if (options.flag('forfeit')) body.forfeit = true;
    const done = await client.closeAccount(account, body, takeKey(options));
    output.answer(done, () => closureText(output, done));
    return undefined;
  },
};

function closingText(
  output: Output,
  { account, lots, value, subscriptions, debt }: wire.ClosePreview,
): string {
  const lines = value.map((one) => `${one.outcome}: ${money(one)}`);
  const table = output.table(
    [
      { title: 'grant' },
      { title: 'class' },
      { title: 'amount', align: RIGHT },
      { title: 'paid' },
      { title: 'outcome' },
    ],
    lots.map((one) => [
      one.grant,
      one.class,
      String(one.amount),
      one.value === null ? '-' : money(one.value),
      one.outcome,
    ]),
  );
  return [
    `Closing ${account} would take back ${lots.length} grants; ${lines.length === 0 ? 'nothing was paid for them' : `paid for them, in minor units, ${lines.join(', ')}`}.`,
    ...(subscriptions.length === 0 ? [] : [`It ends the subscriptions ${subscriptions.join(', ')}.`]),
    ...(debt === 0 ? [] : [`A debt of ${credits(debt)} stays on record.`]),
    ...(lots.length === 0 ? [] : ['', table]),
  ].join('\n');
}

const closure: ClientCommand = {
  name: 'closure',
  summary: 'Show what is still to be paid for a closed account; --paid records that it was',
  parameters: [ACCOUNT],
  options: [['--paid <reference>', 'it was paid: how the bank or the provider calls it']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const reference = options.text('paid');
    const report =
      reference === undefined
        ? await client.getClosure(account)
        : await client.settleClosure(account, { reference });
    output.answer(report, () => closureText(output, report));
    return undefined;
  },
};

function closureText(output: Output, { account, settlements, payable }: wire.ClosureReport): string {
  const due = payable.map(money).join(', ');
  const table = output.table(
    [{ title: 'of' }, { title: 'credits', align: RIGHT }, { title: 'paid' }, { title: 'became' }],
    settlements.map((one) => [
      one.grant ?? one.purchase ?? '-',
      String(one.credits),
      money(one.value),
      one.paid_at === null ? one.way : `paid out: ${one.reference}`,
    ]),
  );
  const lead = `${account.account} is closed since ${account.closed_at}; in minor units, to be paid: ${due || 'nothing'}.`;
  return settlements.length === 0 ? lead : `${lead}\n\n${table}`;
}

const exporting: ClientCommand = {
  name: 'export',
  summary: 'Write everything that is kept about an account, a JSON document a line',
  parameters: [ACCOUNT],
  target: { staff: true },
  run: async (invocation) => {
    for await (const line of invocation.client.exportAccount(parameter(invocation, 0))) {
      const written = process.stdout.write(`${JSON.stringify(line)}\n`);
      if (!written) await once(process.stdout, 'drain');
    }
    return undefined;
  },
};

const erase: ClientCommand = {
  name: 'erase',
  summary: "Remove a closed account's personal data; the ledger stays whole, under a pseudonym",
  parameters: [ACCOUNT],
  options: [REASON],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const done = await client.eraseAccount(account, { reason: options.demand('reason') });
    output.answer(done, () => {
      const teams = done.teams.length === 0 ? '' : ` and ${done.teams.length} teams`;
      const merged =
        done.merged.length === 0 ? '' : `, ${done.merged.length} accounts that were merged into it`;
      return `${account} is ${done.account} from now on: ${done.entries} entries of its ledger${merged}${teams} no longer say who.`;
    });
    return undefined;
  },
};

export const accountLifeCommands: readonly ClientCommand[] = [
  merge,
  merged,
  close,
  closure,
  exporting,
  erase,
];
