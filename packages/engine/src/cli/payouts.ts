/** Small balances that are paid out, and what finance has to pay. */
import { type ClientCommand, parameter, stated } from './command.ts';
import { KEY_OPTION, takeKey } from './options.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { money } from './purchases.ts';
import { credits } from './show.ts';

const cashOut: ClientCommand = {
  name: 'cash-out',
  summary: 'Take back what is left of bought credits where the law of their sale has it paid out',
  parameters: [['<account>', 'the account id']],
  options: [
    ['--currency <code>', 'which of the currencies that were paid in'],
    ['--preview', 'only show what would happen'],
    KEY_OPTION,
  ],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const body = stated({ currency: options.text('currency') });
    if (options.flag('preview')) {
      const preview = await client.previewCashOut(account, body);
      const sum = preview.lots.reduce((all, lot) => all + lot.credits, 0);
      output.answer(
        preview,
        () =>
          `${credits(sum)} of ${account} would be taken back; in minor units, payable: ${money(preview.payable)}.`,
      );
      return undefined;
    }
    const done = await client.cashOut(account, body, takeKey(options));
    const sum = done.settlements.reduce((all, one) => all + one.credits, 0);
    output.answer(
      done,
      () => `${credits(sum)} of ${account} were taken back; in minor units, payable: ${money(done.payable)}.`,
    );
    return undefined;
  },
};

const payables: ClientCommand = {
  name: 'payables',
  summary: 'List what is to be paid to people and is not marked as paid',
  options: [CURSOR_OPTION],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const page = await client.payables(pageOption(options));
    output.answer(page, () => {
      const table = output.table(
        [
          { title: 'settlement' },
          { title: 'account' },
          { title: 'since' },
          { title: 'payable', align: 'right' },
          { title: 'currency' },
        ],
        page.data.map((one) => [
          one.id,
          one.account,
          one.created_at,
          String(one.payable_minor),
          one.value.currency,
        ]),
      );
      return pageText(page, 'Nothing is to be paid.', () => table);
    });
    return undefined;
  },
};

const paid: ClientCommand = {
  name: 'paid',
  summary: 'Record that a settlement was paid',
  parameters: [['<settlement>', 'its id, as payables lists it']],
  options: [['--reference <text>', 'how the bank or the provider calls it']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const reference = options.demand('reference');
    const one = await client.markPaid(parameter(invocation, 0), { reference });
    output.answer(one, () =>
      one.paid_at === null
        ? 'Nothing was left to be paid: the provider has paid it back.'
        : `Paid: ${one.paid_minor} ${one.value.currency} to ${one.account}, ${one.reference}.`,
    );
    return undefined;
  },
};

export const payoutCommands = [cashOut, payables, paid];
