/** Automatic top-ups of an account, and the way to pay that they are charged to. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter } from './command.ts';
import { CommandError } from './exit.ts';
import type { Output } from './output.ts';
import { money } from './purchases.ts';
import { credits } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const MAX_MINOR = 1_000_000_000_000;

function text(output: Output, one: wire.AutoTopUp | wire.NoAutoTopUp): string {
  const card = one.payment_method === null ? 'no way to pay' : one.payment_method.label;
  const lead = one.state === 'off' ? [`${one.account}: off, with ${card}.`] : agreed(one, card);
  if (one.history.length === 0) return lead.join('\n');
  const columns = [{ title: 'purchase' }, { title: 'packs', align: 'right' as const }, { title: 'price' }];
  const rows = one.history.map((top) => [
    top.purchase,
    String(top.packs),
    money(top.price),
    top.reason ?? top.state,
    top.created_at,
  ]);
  return [...lead, '', output.table([...columns, { title: 'state' }, { title: 'at' }], rows)].join('\n');
}

function agreed(one: wire.AutoTopUp, card: string): string[] {
  const because = one.reason === null ? '' : ` (${one.reason})`;
  const until = one.resumes_at === null ? '' : ` until ${one.resumes_at}`;
  return [
    `${one.account}: ${one.state}${because}${until}. Below ${credits(one.threshold)} it buys ${one.pack}, paid by ${card}.`,
    `In minor units, this month ${money(one.spent_this_month)} of ${money(one.monthly_cap)}.`,
  ];
}

const show: ClientCommand = {
  name: 'top-up show',
  summary: 'Show what an account agreed to, what it was charged this month, and each charge',
  parameters: [ACCOUNT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const one = await client.getAutoTopUp(parameter(invocation, 0));
    output.answer(one, () => text(output, one));
    return undefined;
  },
};

const set: ClientCommand = {
  name: 'top-up set',
  summary: 'Agree to automatic top-ups for an account whose owner left a way to pay and said yes',
  parameters: [ACCOUNT],
  options: [
    ['--threshold <credits>', 'below this it is topped up'],
    ['--pack <pack>', 'a pack of the catalog; as many of it as are needed'],
    ['--monthly-cap <minor>', 'the most that is charged in a calendar month, in minor units'],
    ['--currency <code>', 'of the cap and the charges, e.g. USD'],
    ['--off-session', 'the owner agreed to be charged while they are not there; kept with time and actor'],
  ],
  help: 'Example: drawdown top-up set u_1 --threshold 50 --pack pack_100 --monthly-cap 2000 --currency USD --off-session',
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    if (!options.flag('off-session')) {
      throw new CommandError(
        'usage',
        '--off-session is missing: nothing is charged without the owner’s word',
      );
    }
    options.demand('monthly-cap');
    const body: wire.AutoTopUpRequest = {
      threshold: options.demand('threshold'),
      pack: options.demand('pack'),
      monthly_cap: {
        amount_minor: options.whole('monthly-cap', { min: 1, max: MAX_MINOR }) as number,
        currency: options.demand('currency'),
      },
      consent: { off_session: true },
    };
    const one = await client.putAutoTopUp(parameter(invocation, 0), body);
    output.answer(one, () => text(output, one));
    return undefined;
  },
};

const off: ClientCommand = {
  name: 'top-up off',
  summary: 'Switch automatic top-ups off: what was not sent yet is not sent any more',
  parameters: [ACCOUNT],
  options: [['--forget-payment-method', 'forget how the account pays as well']],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    await client.deleteAutoTopUp(account);
    const forgets = options.flag('forget-payment-method');
    if (forgets) await client.deletePaymentMethod(account);
    const card = forgets ? ' How it paid is forgotten.' : '';
    output.answer({ account, state: 'off' }, () => `${account} is not topped up any more.${card}`);
    return undefined;
  },
};

const paymentMethod: ClientCommand = {
  name: 'top-up payment-method',
  summary: 'Show the way to pay that an account left',
  parameters: [ACCOUNT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const one = await client.getPaymentMethod(parameter(invocation, 0));
    output.answer(one, () => `${one.label}, at ${one.provider}`);
    return undefined;
  },
};

export const topUpCommands: readonly ClientCommand[] = [show, set, off, paymentMethod];
