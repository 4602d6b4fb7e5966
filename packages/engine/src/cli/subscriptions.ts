/** Beginning, renewing, changing and cancelling subscriptions, as the product's server would. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, type Invocation, parameter, stated } from './command.ts';
import { costOption, KEY_OPTION, takeKey } from './options.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { balanceTable, credits } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const SUBSCRIPTION = ['<subscription>', 'the subscription: sub_…'] as const;
const INTERVAL = ['--interval <interval>', 'month or year'] as const;
const SEATS = ['--seats <number>', "one of the plan's sizes"] as const;
const PAID = ['--paid <minor>', 'what was in fact paid, net, in minor units, with --currency'] as const;
const CURRENCY = ['--currency <code>', "of the plan's prices and of --paid, e.g. USD"] as const;
const PREVIEW = ['--preview', 'only say what it would do to each lot'] as const;
/** Plans have few sizes; the server knows them. */
const MAX_SEATS = 1_000_000;

function did(one: wire.Subscription): string {
  const until = one.paid_until === null ? 'nothing is paid yet' : `paid until ${one.paid_until}`;
  const seats = one.seats === null ? '' : `, ${one.seats} seats`;
  return `${one.id} of ${one.account}: ${one.plan} by the ${one.interval}${seats}, ${one.status}; ${until}.`;
}

function answer({ output }: Invocation, receipt: wire.SubscriptionReceipt): undefined {
  output.answer(receipt, () => {
    const next = receipt.subscription.next_refill_at;
    const refill = next === null ? '' : `\n${credits(receipt.subscription.credits)} follow at ${next}.`;
    return `${did(receipt.subscription)}${refill}\n\n${balanceTable(output, receipt.balance)}`;
  });
  return undefined;
}

function answerPreview({ output }: Invocation, preview: wire.SubscriptionPreview): undefined {
  output.answer(preview, () => {
    const rows = preview.lots.map((lot) => [lot.class, String(lot.remaining), lot.effect, lot.because]);
    const columns = [{ title: 'class' }, { title: 'credits', align: 'right' as const }];
    return output.table([...columns, { title: 'effect' }, { title: 'because' }], rows);
  });
  return undefined;
}

/** The server judges the words. */
const intervalOf = ({ options }: Invocation) => options.text('interval') as 'month' | 'year' | undefined;
const seatsOf = ({ options }: Invocation) => options.whole('seats', { min: 1, max: MAX_SEATS });

const subscribe: ClientCommand = {
  name: 'subscribe',
  summary: 'Begin a subscription: its first period is paid, or its trial begins',
  parameters: [ACCOUNT, ['<plan>', 'a plan of the catalog']],
  options: [
    INTERVAL,
    SEATS,
    ['--trial', "begin with the plan's trial"],
    ['--started-at <time>', 'when its first period began (default: now)'],
    PAID,
    CURRENCY,
    ['--ref <ref>', 'what it is called where it was sold; the same again is the same subscription'],
    KEY_OPTION,
  ],
  help: 'Example: drawdown subscribe u_1 pro --interval year --currency USD',
  target: { creates: true },
  run: async (invocation) => {
    const { client, options } = invocation;
    const body: wire.SubscriptionRequest = {
      plan: parameter(invocation, 1),
      ...stated({
        interval: intervalOf(invocation),
        seats: seatsOf(invocation),
        trial: options.flag('trial') ? true : undefined,
        started_at: options.text('started-at'),
        currency: options.text('currency'),
        ref: options.text('ref'),
        cost: costOption(options, 'paid'),
      }),
    };
    return answer(invocation, await client.subscribe(parameter(invocation, 0), body, takeKey(options)));
  },
};

const renew: ClientCommand = {
  name: 'renew',
  summary: 'Report a payment: its period is granted once, however often it is reported',
  parameters: [ACCOUNT, SUBSCRIPTION],
  options: [
    ['--ref <ref>', 'the payment'],
    ['--period-end <time>', 'the end of the period that it pays (default: the first unpaid one)'],
    PAID,
    CURRENCY,
    PREVIEW,
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const body: wire.RenewRequest = {
      ref: options.demand('ref'),
      ...stated({ period_end: options.text('period-end'), cost: costOption(options, 'paid') }),
    };
    const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
    if (options.flag('preview')) {
      const preview = await client.previewSubscription(account, on, { action: 'renew', ...body });
      return answerPreview(invocation, preview);
    }
    return answer(invocation, await client.renewSubscription(account, on, body, takeKey(options)));
  },
};

const change: ClientCommand = {
  name: 'change',
  summary: "Change plan, interval or seats: more at once, less at the period's end",
  parameters: [ACCOUNT, SUBSCRIPTION],
  options: [
    ['--plan <plan>', 'a plan of the catalog'],
    INTERVAL,
    SEATS,
    ['--at <time>', 'now or period_end'],
    ['--ref <ref>', 'the payment of the period that begins now'],
    PAID,
    CURRENCY,
    PREVIEW,
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
    const body: wire.SubscriptionChangeRequest = stated({
      plan: options.text('plan'),
      interval: intervalOf(invocation),
      seats: seatsOf(invocation),
      at: options.text('at') as 'now' | 'period_end' | undefined,
      currency: options.text('currency'),
      ref: options.text('ref'),
      cost: costOption(options, 'paid'),
    });
    if (options.flag('preview')) {
      const preview = await client.previewSubscription(account, on, { action: 'change', ...body });
      return answerPreview(invocation, preview);
    }
    return answer(invocation, await client.changeSubscription(account, on, body, takeKey(options)));
  },
};

const cancel: ClientCommand = {
  name: 'cancel',
  summary: "Cancel at the period's end, or --now: the running lot keeps its window either way",
  parameters: [ACCOUNT, SUBSCRIPTION],
  options: [['--now', 'take back what has not begun'], PREVIEW, KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
    const at = options.flag('now') ? 'now' : 'period_end';
    if (options.flag('preview')) {
      const preview = await client.previewSubscription(account, on, { action: 'cancel', at });
      return answerPreview(invocation, preview);
    }
    return answer(invocation, await client.cancelSubscription(account, on, { at }, takeKey(options)));
  },
};

function plain(name: 'pause' | 'resume', summary: string): ClientCommand {
  return {
    name,
    summary,
    parameters: [ACCOUNT, SUBSCRIPTION],
    options: [PREVIEW, KEY_OPTION],
    target: {},
    run: async (invocation) => {
      const { client, options } = invocation;
      const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
      if (options.flag('preview')) {
        return answerPreview(invocation, await client.previewSubscription(account, on, { action: name }));
      }
      const call = name === 'pause' ? client.pauseSubscription : client.resumeSubscription;
      return answer(invocation, await call(account, on, takeKey(options)));
    },
  };
}

const reactivate: ClientCommand = {
  name: 'reactivate',
  summary: 'Take a cancellation back, or begin anew after the end: then a payment pays the first period',
  parameters: [ACCOUNT, SUBSCRIPTION],
  options: [
    ['--ref <ref>', 'the payment of the period that begins now'],
    PAID,
    CURRENCY,
    PREVIEW,
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
    const body = stated({ ref: options.text('ref'), cost: costOption(options, 'paid') });
    if (options.flag('preview')) {
      const preview = await client.previewSubscription(account, on, { action: 'reactivate', ...body });
      return answerPreview(invocation, preview);
    }
    return answer(invocation, await client.reactivateSubscription(account, on, body, takeKey(options)));
  },
};

const subscriptions: ClientCommand = {
  name: 'subscriptions',
  summary: 'List the subscriptions of an account, newest first',
  parameters: [ACCOUNT],
  options: [CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const page = await client.listSubscriptions(parameter(invocation, 0), pageOption(options));
    output.answer(page, () => pageText(page, 'No subscriptions.', (data) => data.map(did).join('\n')));
    return undefined;
  },
};

const subscription: ClientCommand = {
  name: 'subscription',
  summary: 'Show a subscription: what was agreed, what is paid, what follows',
  parameters: [ACCOUNT, SUBSCRIPTION],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const one = await client.getSubscription(parameter(invocation, 0), parameter(invocation, 1));
    const next =
      one.pending === null
        ? ''
        : `\nFrom ${one.pending.at} on: ${one.pending.plan} by the ${one.pending.interval}.`;
    output.answer(one, () => `${did(one)}${next}`);
    return undefined;
  },
};

const paymentFailed: ClientCommand = {
  name: 'payment-failed',
  summary: 'Report that a payment failed: the grace period begins',
  parameters: [ACCOUNT, SUBSCRIPTION],
  options: [
    ['--ref <ref>', 'the payment'],
    ['--period-end <time>', 'the end of the period that it was for (default: the first unpaid one)'],
    KEY_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const [account, on] = [parameter(invocation, 0), parameter(invocation, 1)];
    const body: wire.PaymentFailedRequest = stated({
      ref: options.text('ref'),
      period_end: options.text('period-end'),
    });
    return answer(invocation, await client.reportFailedPayment(account, on, body, takeKey(options)));
  },
};

export const subscriptionCommands: readonly CommandData[] = [
  subscribe,
  renew,
  change,
  cancel,
  plain('pause', 'Pause at the end of what is paid: nothing is granted until it is resumed'),
  plain('resume', 'Go on after a pause'),
  reactivate,
  paymentFailed,
  subscriptions,
  subscription,
];
