/** What support does to a single grant, and corrections of a balance; each with a reason that stays in the ledger. */
import type { Client, ReasonRequest } from '@drawdown/client';
import { type ClientCommand, parameter, stated } from './command.ts';
import { KEY_OPTION, METADATA_OPTION, metadataOption, takeKey } from './options.ts';
import { credits, receiptText } from './show.ts';

const GRANT = ['<grant>', 'grt_…'] as const;
const REASON = ['--reason <text>', 'why; kept in the ledger'] as const;

type Verb = 'voidGrant' | 'freezeGrant' | 'unfreezeGrant';

function onGrant(name: string, about: { summary: string; verb: Verb; did: string }): ClientCommand {
  return {
    name,
    summary: about.summary,
    parameters: [GRANT],
    options: [REASON, KEY_OPTION],
    target: { staff: true },
    run: async (invocation) => {
      const { client, options, output } = invocation;
      const body: ReasonRequest = { reason: options.demand('reason') };
      const call: Client[Verb] = client[about.verb];
      const receipt = await call(parameter(invocation, 0), body, takeKey(options));
      const { class: kind, remaining, id } = receipt.grant;
      const did = `${about.did}: ${id} of class ${kind}, with ${credits(remaining)} left.`;
      output.answer(receipt, () => receiptText(output, receipt, { did }));
      return undefined;
    },
  };
}

const extend: ClientCommand = {
  name: 'extend',
  summary: 'Move the expiry of a grant later; never earlier',
  parameters: [GRANT],
  options: [['--until <time>', 'the new expiry, RFC 3339'], REASON, KEY_OPTION],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = { expires_at: options.demand('until'), reason: options.demand('reason') };
    const receipt = await client.extendGrant(parameter(invocation, 0), body, takeKey(options));
    const did = `Extended: ${receipt.grant.id} expires at ${receipt.grant.expires_at}.`;
    output.answer(receipt, () => receiptText(output, receipt, { did }));
    return undefined;
  },
};

const adjust: ClientCommand = {
  name: 'adjust',
  summary:
    'Correct a balance: a positive amount is a grant of --class, a negative one is taken in the usual order',
  parameters: [['<account>', 'the account id']],
  options: [
    ['--amount <credits>', 'signed: --amount=-5 takes five'],
    ['--class <class>', 'of what is added, or what alone is taken from'],
    REASON,
    METADATA_OPTION,
    KEY_OPTION,
  ],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = {
      amount: options.demand('amount'),
      reason: options.demand('reason'),
      ...stated({ class: options.text('class'), metadata: metadataOption(options) }),
    };
    const account = parameter(invocation, 0);
    const receipt = await client.adjust(account, body, takeKey(options));
    const did = `Corrected ${account} by ${credits(receipt.operation.amount)}.`;
    output.answer(receipt, () => receiptText(output, receipt, { did }));
    return undefined;
  },
};

export const correctionCommands: readonly ClientCommand[] = [
  adjust,
  extend,
  onGrant('freeze', {
    summary: 'Keep what is left of a grant from being spent until it is unfrozen',
    verb: 'freezeGrant',
    did: 'Frozen',
  }),
  onGrant('unfreeze', {
    summary: 'Let a frozen grant be spent again',
    verb: 'unfreezeGrant',
    did: 'Unfrozen',
  }),
  onGrant('void', { summary: 'Take back what is left of a grant', verb: 'voidGrant', did: 'Voided' }),
];
