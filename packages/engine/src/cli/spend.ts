/** Spending: what it would cost, the charge itself, its undoing, and why it fell on which lots. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, type Options, parameter, stated } from './command.ts';
import {
  AMOUNT_OPTION,
  KEY_OPTION,
  METADATA_OPTION,
  metadataOption,
  SURFACE_OPTION,
  takeKey,
  UNITS_OPTION,
  unitsOption,
} from './options.ts';
import { balanceTable, credits, drawsText, receiptText } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const FEATURE = ['[feature]', 'the feature that is used; its price is the amount'] as const;

export const QUOTE_OPTION = ['--quote <quote>', 'pay at most what this quote says'] as const;
export const MEMBER_OPTION = ['--member <account>', 'of a team: on whose behalf'] as const;

/** What a feature, its units and an amount are on the wire; the server says what is missing. */
export function spendBody(feature: unknown, options: Options) {
  return stated({
    feature: typeof feature === 'string' ? feature : undefined,
    amount: options.text('amount'),
    units: unitsOption(options),
    surface: options.text('surface') as wire.Surface | undefined,
  });
}

export const FREE_TEXT = 'Free on the device: nothing was charged.';

const consume: ClientCommand = {
  name: 'consume',
  summary: 'Spend credits, all of the amount or none of it',
  parameters: [ACCOUNT, FEATURE],
  options: [
    AMOUNT_OPTION,
    UNITS_OPTION,
    SURFACE_OPTION,
    QUOTE_OPTION,
    MEMBER_OPTION,
    ['--overdraft', 'let what is missing become debt, where the catalog allows it'],
    METADATA_OPTION,
    KEY_OPTION,
  ],
  help: 'Examples: drawdown consume u_1 ai_script\n          drawdown consume u_1 --amount 25 --idempotency-key order-4711',
  target: {},
  run: async (invocation) => {
    const { client, options, output, parameters } = invocation;
    const account = parameter(invocation, 0);
    const body: wire.ConsumeRequest = {
      ...spendBody(parameters[1], options),
      ...stated({
        quote: options.text('quote'),
        member: options.text('member'),
        metadata: metadataOption(options),
      }),
      ...(options.flag('overdraft') ? { overdraft: true } : {}),
    };
    const receipt = await client.consume(account, body, takeKey(options));
    output.answer(receipt, () => {
      if (receipt.operation === null) return FREE_TEXT;
      const { amount, draws, feature } = receipt.operation;
      const on = feature === undefined ? '' : ` on ${feature}`;
      const did = `Spent ${credits(amount)} of ${account}${on}: ${drawsText(draws)}.`;
      return receiptText(output, receipt, { did });
    });
    return undefined;
  },
};

const quote: ClientCommand = {
  name: 'quote',
  summary: 'Say what it would cost and which credits it would take; writes nothing',
  parameters: [ACCOUNT, FEATURE],
  options: [AMOUNT_OPTION, UNITS_OPTION, SURFACE_OPTION, MEMBER_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output, parameters } = invocation;
    const body: wire.QuoteRequest = {
      ...spendBody(parameters[1], options),
      ...stated({ member: options.text('member') }),
    };
    const answer = await client.quote(parameter(invocation, 0), body);
    output.answer(answer, () => {
      if (!('quote' in answer)) return FREE_TEXT;
      if (!answer.sufficient) {
        return `It costs ${credits(answer.amount)}: ${answer.shortfall} too few are there.`;
      }
      const limit = answer.member_limit;
      if (limit?.sufficient === false) {
        return `It costs ${credits(answer.amount)}, and the limit per ${limit.per} of ${limit.member} leaves ${limit.remaining} until ${limit.resets_at}.`;
      }
      return [
        `It costs ${credits(answer.amount)}: ${drawsText(answer.draws)}. Afterwards:`,
        '',
        balanceTable(output, answer.after),
        '',
        `Until ${answer.expires_at}: --quote ${answer.quote}`,
      ].join('\n');
    });
    return undefined;
  },
};

const refund: ClientCommand = {
  name: 'refund',
  summary: 'Put spent credits back into the very grants they came from',
  parameters: [['<operation>', 'what is refunded: op_…']],
  options: [
    ['--reason <text>', 'why; kept in the ledger'],
    ['--amount <credits>', 'a part (default: all that is left of it)'],
    METADATA_OPTION,
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const reason = options.demand('reason');
    const more = stated({ amount: options.text('amount'), metadata: metadataOption(options) });
    const receipt = await client.refund(parameter(invocation, 0), { reason, ...more }, takeKey(options));
    output.answer(receipt, () => {
      const { account, amount, draws } = receipt.operation;
      const did = `Refunded ${credits(amount)} to ${account}: ${drawsText(draws)}.`;
      return receiptText(output, receipt, { did });
    });
    return undefined;
  },
};

const explain: ClientCommand = {
  name: 'explain',
  summary: 'Say for each grant why an operation drew on it or not',
  parameters: [['<operation>', 'op_…']],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const explanation = await client.explain(parameter(invocation, 0));
    output.answer(explanation, () => {
      const { type, amount, account, at } = explanation.operation;
      const title = `${type} of ${credits(amount)} of ${account} at ${at}`;
      const lines = explanation.grants.map((one) => [
        one.position === null ? '-' : String(one.position),
        one.class,
        String(one.available),
        String(one.drawn),
        one.because,
      ]);
      if (lines.length === 0) return `${title}: it drew on nothing.`;
      const right = 'right' as const;
      const columns = [
        { title: '#', align: right },
        { title: 'class' },
        { title: 'available', align: right },
        { title: 'drawn', align: right },
        { title: 'because' },
      ];
      return `${title}\n\n${output.table(columns, lines)}`;
    });
    return undefined;
  },
};

export const spendCommands: readonly CommandData[] = [quote, consume, refund, explain];
