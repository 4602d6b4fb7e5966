/** Reserving credits, and the two ways in which a reservation ends. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, parameter, stated } from './command.ts';
import {
  AMOUNT_OPTION,
  KEY_OPTION,
  METADATA_OPTION,
  metadataOption,
  SURFACE_OPTION,
  takeKey,
  UNITS_OPTION,
} from './options.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits, drawsText, receiptText } from './show.ts';
import { FREE_TEXT, MEMBER_OPTION, QUOTE_OPTION, spendBody } from './spend.ts';

const HOLD = ['<hold>', 'the hold: hld_…'] as const;
/** The contract's bound: a day. */
const MAX_TTL_SECONDS = 86_400;

const hold: ClientCommand = {
  name: 'hold',
  summary: 'Reserve credits until they are captured, released, or the time runs out',
  parameters: [
    ['<account>', 'the account id'],
    ['[feature]', 'the feature that will be used; its price is the amount'],
  ],
  options: [
    AMOUNT_OPTION,
    UNITS_OPTION,
    SURFACE_OPTION,
    ['--ttl <seconds>', 'how long it holds'],
    QUOTE_OPTION,
    MEMBER_OPTION,
    METADATA_OPTION,
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output, parameters } = invocation;
    const account = parameter(invocation, 0);
    const body: wire.HoldRequest = {
      ...spendBody(parameters[1], options),
      ...stated({
        ttl_seconds: options.whole('ttl', { min: 1, max: MAX_TTL_SECONDS }),
        quote: options.text('quote'),
        member: options.text('member'),
        metadata: metadataOption(options),
      }),
    };
    const receipt = await client.hold(account, body, takeKey(options));
    output.answer(receipt, () => {
      if (receipt.operation === null) return FREE_TEXT;
      const { amount, draws, expires_at } = receipt.hold;
      const did = `Holds ${credits(amount)} of ${account} until ${expires_at}: ${drawsText(draws)}.`;
      return receiptText(output, receipt, { did, ids: [['hold', receipt.hold.id]] });
    });
    return undefined;
  },
};

const capture: ClientCommand = {
  name: 'capture',
  summary: 'Spend what a hold reserves; what is not captured goes back',
  parameters: [HOLD],
  options: [['--amount <credits>', 'a part (default: all)'], METADATA_OPTION, KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = stated({ amount: options.text('amount'), metadata: metadataOption(options) });
    const receipt = await client.capture(parameter(invocation, 0), body, takeKey(options));
    output.answer(receipt, () => {
      const { amount, draws, account } = receipt.operation;
      return receiptText(output, receipt, {
        did: `Spent ${credits(amount)} of ${account}: ${drawsText(draws)}.`,
      });
    });
    return undefined;
  },
};

const release: ClientCommand = {
  name: 'release',
  summary: 'Give back what a hold reserves',
  parameters: [HOLD],
  options: [['--reason <text>', 'why; kept in the ledger'], KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = stated({ reason: options.text('reason') });
    const receipt = await client.release(parameter(invocation, 0), body, takeKey(options));
    output.answer(receipt, () => {
      const { amount, account } = receipt.operation;
      return receiptText(output, receipt, { did: `Released ${credits(amount)} of ${account}.` });
    });
    return undefined;
  },
};

const extendHold: ClientCommand = {
  name: 'extend-hold',
  summary: 'Set the time-out of a hold anew, counted from now',
  parameters: [HOLD],
  options: [['--ttl <seconds>', 'how long it holds'], KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    options.demand('ttl');
    const body = { ttl_seconds: options.whole('ttl', { min: 1, max: MAX_TTL_SECONDS }) as number };
    const receipt = await client.extendHold(parameter(invocation, 0), body, takeKey(options));
    const { account, amount, expires_at } = receipt.hold;
    const did = `Holds ${credits(amount)} of ${account} until ${expires_at}.`;
    output.answer(receipt, () => receiptText(output, receipt, { did }));
    return undefined;
  },
};

const holds: ClientCommand = {
  name: 'holds',
  summary: 'List what of an account is reserved, newest first',
  parameters: [['<account>', 'the account id']],
  options: [['--state <state>', 'open or all (default: open)'], CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    // The server judges the word.
    const state = options.text('state') as 'open' | 'all' | undefined;
    const page = await client.listHolds(parameter(invocation, 0), {
      ...pageOption(options),
      ...stated({ state }),
    });
    output.answer(page, () =>
      pageText(page, 'Nothing is reserved.', (data) =>
        output.table(
          [
            { title: 'hold' },
            { title: 'amount', align: 'right' },
            ...['feature', 'member', 'state', 'until'].map((title) => ({ title })),
          ],
          data.map((one) => [
            one.id,
            String(one.amount),
            one.feature ?? '-',
            one.member ?? '-',
            one.state,
            one.expires_at,
          ]),
        ),
      ),
    );
    return undefined;
  },
};

export const holdCommands: readonly CommandData[] = [hold, holds, capture, release, extendHold];
