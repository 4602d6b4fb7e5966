/** Selling from the command line: what a purchase costs, checkouts of packs, amounts and plans, and what became of them. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type Invocation, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';
import { KEY_OPTION, takeKey } from './options.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const PURCHASE = ['<purchase>', 'pur_…'] as const;
const CURRENCY = [
  '--currency <code>',
  'ISO 4217, e.g. USD (default: the first that there is a price in)',
] as const;
const CREDITS = ['--credits <credits>', 'any amount of credits that the catalog allows'] as const;
const MONEY = ['--money <minor>', 'what this sum in minor units buys'] as const;
const MAX_MINOR = 1_000_000_000_000;
const RIGHT = 'right' as const;

export const money = ({ amount_minor, currency }: wire.Cost): string => `${amount_minor} ${currency}`;

/** A pack, an amount or a sum: the server sees to it that it is one of them. */
function wished({ options }: Invocation, pack: string | undefined): wire.PriceQuery {
  return stated({
    pack,
    credits: options.text('credits'),
    amount_minor: options.whole('money', { min: 1, max: MAX_MINOR }),
    currency: options.text('currency'),
  });
}

const price: ClientCommand = {
  name: 'price',
  summary: 'Say what a pack, an amount of credits or a sum of money comes to; a checkout charges the same',
  parameters: [['[pack]', 'a pack of the catalog']],
  options: [CREDITS, MONEY, CURRENCY],
  target: {},
  run: async (invocation) => {
    const { client, output, parameters } = invocation;
    const [pack] = parameters;
    const one = await client.price(wished(invocation, typeof pack === 'string' ? pack : undefined));
    output.answer(one, () => {
      const bonus = one.bonus === 0 ? '' : ` and ${one.bonus} on top`;
      const validity = one.validity === null ? 'they never expire' : `good for ${one.validity}`;
      return `${credits(one.credits)}${bonus}, class ${one.class}, ${validity}: in minor units, ${money(one.price)}.`;
    });
    return undefined;
  },
};

const checkout: ClientCommand = {
  name: 'checkout',
  summary: 'Open a checkout for a pack, an amount or a plan; send the buyer to the URL that it prints',
  parameters: [ACCOUNT, ['[pack]', 'a pack of the catalog']],
  options: [
    CREDITS,
    MONEY,
    ['--plan <plan>', 'a plan of the catalog instead'],
    ['--interval <interval>', 'of the plan: month or year'],
    ['--seats <number>', "one of the plan's sizes"],
    ['--trial', "begin with the plan's trial"],
    CURRENCY,
    ['--return-url <url>', 'where the buyer goes afterwards, on an origin that the server allows'],
    ['--provider <provider>', 'stripe or sandbox (default: the real one where there is one)'],
    ['--jurisdiction <key>', 'whose law the sale is under'],
    ['--immediate-use', 'the buyer agreed to use the credits at once; it is recorded'],
    ['--save-payment-method', 'keep how the buyer pays, for automatic top-ups'],
    KEY_OPTION,
  ],
  help: 'Example: drawdown checkout u_1 pack_100 --currency USD --return-url http://127.0.0.1:4400/credits',
  target: { creates: true },
  run: async (invocation) => {
    const { client, options, output, parameters } = invocation;
    const account = parameter(invocation, 0);
    const shared = {
      return_url: options.demand('return-url'),
      ...stated({
        provider: options.text('provider') as wire.PaymentProvider | undefined,
        jurisdiction: options.text('jurisdiction'),
        consent: options.flag('immediate-use') ? { immediate_use: true as const } : undefined,
        save_payment_method: options.flag('save-payment-method') ? true : undefined,
      }),
    };
    const plan = options.text('plan');
    if (plan !== undefined) {
      const body = planBody(invocation, plan);
      const opened = await client.checkoutPlan(account, { ...body, ...shared }, takeKey(options));
      output.answer(
        opened,
        () => `${opened.url}\n\nIt begins ${opened.plan_checkout.subscription} when it is paid.`,
      );
      return undefined;
    }
    const pack = parameters[1];
    const body: wire.CheckoutRequest = {
      ...wished(invocation, typeof pack === 'string' ? pack : undefined),
      ...shared,
    };
    const opened = await client.checkout(account, body, takeKey(options));
    output.answer(opened, () => `${opened.url}\n\n${purchaseText(opened.purchase)}`);
    return undefined;
  },
};

/** What only packs know is refused rather than passed over. */
function planBody({ options, parameters }: Invocation, plan: string) {
  const alien = ['credits', 'money'].filter((name) => options.text(name) !== undefined);
  if (parameters[1] !== undefined || alien.length > 0) {
    const what = parameters[1] === undefined ? `--${alien[0]}` : 'a pack';
    throw new CommandError('usage', `${what} does not go with --plan`);
  }
  return {
    plan,
    ...stated({
      interval: options.text('interval') as 'month' | 'year' | undefined,
      seats: options.whole('seats', { min: 1, max: 1_000_000 }),
      trial: options.flag('trial') ? true : undefined,
      currency: options.text('currency'),
    }),
  };
}

function purchaseText(one: wire.Purchase): string {
  const bonus = one.bonus === 0 ? '' : ` and ${one.bonus} on top`;
  const what = one.pack ?? one.plan ?? 'an amount';
  const lines = [
    `${one.id} of ${one.account}: ${what}, ${credits(one.credits)}${bonus}, ${one.state}; in minor units, ${money(one.price)}.`,
    ...(one.grants.length === 0 ? [] : [`Grants: ${one.grants.join(', ')}`]),
    ...(one.reversed + one.lost + one.owed === 0
      ? []
      : [`Went back: ${one.reversed}. Spent before: ${one.lost} lost, ${one.owed} owed.`]),
    ...(one.refundable_until === null ? [] : [`It may be given back unspent until ${one.refundable_until}.`]),
  ];
  return lines.join('\n');
}

const list: ClientCommand = {
  name: 'purchases list',
  summary: 'List the purchases of an account, newest first',
  parameters: [ACCOUNT],
  options: [CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const page = await client.listPurchases(parameter(invocation, 0), pageOption(options));
    output.answer(page, () => {
      const columns = [
        { title: 'purchase' },
        { title: 'of' },
        { title: 'state' },
        { title: 'credits', align: RIGHT },
        { title: 'price', align: RIGHT },
        { title: 'made' },
      ];
      const rows = page.data.map((one) => [
        one.id,
        one.pack ?? one.plan ?? 'an amount',
        one.state,
        String(one.credits + one.bonus),
        money(one.price),
        one.created_at,
      ]);
      return pageText(page, 'No purchases.', () => output.table(columns, rows));
    });
    return undefined;
  },
};

const show: ClientCommand = {
  name: 'purchases show',
  summary: 'Show a purchase: its state, its grants and what went back of it',
  parameters: [PURCHASE],
  target: {},
  run: async (invocation) => {
    const one = await invocation.client.getPurchase(parameter(invocation, 0));
    invocation.output.answer(one, () => purchaseText(one));
    return undefined;
  },
};

const giveBack: ClientCommand = {
  name: 'purchases refund',
  summary: 'Give an unspent purchase back within its window; the money goes back the way it came',
  parameters: [PURCHASE],
  options: [['--reason <text>', 'why; kept with the purchase'], KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = stated({ reason: options.text('reason') });
    const one = await client.refundPurchase(parameter(invocation, 0), body, takeKey(options));
    output.answer(one, () => purchaseText(one));
    return undefined;
  },
};

const claim: ClientCommand = {
  name: 'purchases claim',
  summary: 'Hand over what an app bought in its store; again gives the same purchase',
  parameters: [ACCOUNT],
  options: [
    ['--app-store <transaction>', 'the signed transaction, as StoreKit gives it'],
    ['--google-play <token>', "the purchase's token, with --product"],
    ['--product <product>', 'as Google Play names it'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const [transaction, token] = [options.text('app-store'), options.text('google-play')];
    if ((transaction === undefined) === (token === undefined)) {
      throw new CommandError('usage', 'either --app-store or --google-play is to be given');
    }
    const one =
      transaction !== undefined
        ? await client.claimAppStorePurchase(account, { signed_transaction: transaction })
        : await client.claimGooglePlayPurchase(account, {
            product: options.demand('product'),
            purchase_token: token as string,
          });
    output.answer(one, () => purchaseText(one));
    return undefined;
  },
};

const token: ClientCommand = {
  name: 'purchases app-account-token',
  summary: "Show what an app passes on to its store with a purchase, so that it is this account's",
  parameters: [ACCOUNT],
  target: {},
  run: async (invocation) => {
    const one = await invocation.client.appAccountToken(parameter(invocation, 0));
    invocation.output.answer(one, () => one.app_account_token);
    return undefined;
  },
};

export const purchaseCommands: readonly ClientCommand[] = [
  price,
  checkout,
  list,
  show,
  giveBack,
  claim,
  token,
];
