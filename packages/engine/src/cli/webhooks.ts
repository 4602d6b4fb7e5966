/** Webhook endpoints, what became of what they were told, and sending it again. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, type Options, parameter, stated } from './command.ts';
import { EXIT } from './exit.ts';
import type { Output } from './output.ts';
import { CURSOR_OPTION, pageText } from './paging.ts';

const ENDPOINT = ['<endpoint>', 'the id: whe_…'] as const;

const typesOf = (options: Options) => options.list('type') as wire.NoticeType[] | undefined;

const create: ClientCommand = {
  name: 'webhooks create',
  summary: 'Have a URL told of what happens from now on; its secret is shown this once',
  parameters: [['<url>', 'where: https://…']],
  options: [
    ['--type <type...>', 'of what, such as credits.expiring (default: everything that the catalog tells)'],
    ['--description <text>', 'what it is for'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const made = await client.createWebhookEndpoint({
      url: parameter(invocation, 0),
      ...stated({ types: typesOf(options), description: options.text('description') }),
    });
    output.note(`Endpoint ${made.id}. Its secret is shown this once:`);
    output.answer(made, () => made.secret);
    return undefined;
  },
};

function endpointsTable(output: Output, endpoints: readonly wire.WebhookEndpoint[]): string {
  return output.table(
    ['endpoint', 'url', 'types', 'state', 'failing since', 'last error'].map((title) => ({ title })),
    endpoints.map((one) => [
      one.id,
      one.url,
      one.types?.join(' ') ?? 'all',
      one.disabled_reason === null ? one.state : `${one.state} (${one.disabled_reason})`,
      one.failing_since ?? '-',
      one.last_error ?? '-',
    ]),
  );
}

const list: ClientCommand = {
  name: 'webhooks list',
  summary: 'List webhook endpoints, newest first, and how they do',
  target: {},
  run: async ({ client, output }) => {
    const page = await client.listWebhookEndpoints();
    output.answer(page, () => {
      if (page.data.length === 0) return 'No webhook endpoints.';
      return endpointsTable(output, page.data);
    });
    return undefined;
  },
};

const enable = (enabled: boolean): ClientCommand => ({
  name: enabled ? 'webhooks enable' : 'webhooks disable',
  summary: enabled
    ? 'Switch an endpoint on again: what was pending goes on, what it missed can be replayed'
    : 'Switch an endpoint off: what happens meanwhile is not for it',
  parameters: [ENDPOINT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const { id, url, types, description } = await client.getWebhookEndpoint(parameter(invocation, 0));
    const changed = await client.updateWebhookEndpoint(id, { url, types, description, enabled });
    output.answer(changed, () => `${changed.id} is ${changed.state}.`);
    return undefined;
  },
});

const show: ClientCommand = {
  name: 'webhooks show',
  summary: 'Show a webhook endpoint and how it does',
  parameters: [ENDPOINT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const one = await client.getWebhookEndpoint(parameter(invocation, 0));
    output.answer(one, () => endpointsTable(output, [one]));
    return undefined;
  },
};

const update: ClientCommand = {
  name: 'webhooks update',
  summary: 'Change where an endpoint is, what it is told of, or what it is for; the rest stays',
  parameters: [ENDPOINT],
  options: [
    ['--to <url>', 'where: https://…'],
    ['--type <type...>', 'of what, such as credits.expiring; or all'],
    ['--description <text>', 'what it is for'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const before = await client.getWebhookEndpoint(parameter(invocation, 0));
    const types = typesOf(options);
    const isAll = options.list('type')?.join() === 'all';
    const changed = await client.updateWebhookEndpoint(before.id, {
      url: options.text('to') ?? before.url,
      types: isAll ? null : (types ?? before.types),
      description: options.text('description') ?? before.description,
    });
    output.answer(changed, () => endpointsTable(output, [changed]));
    return undefined;
  },
};

const remove: ClientCommand = {
  name: 'webhooks delete',
  summary: 'Remove an endpoint, with all that it was still to be told',
  parameters: [ENDPOINT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const removed = await client.deleteWebhookEndpoint(parameter(invocation, 0));
    output.answer(removed, () => `Deleted ${removed.id} (${removed.url}).`);
    return undefined;
  },
};

const rotate: ClientCommand = {
  name: 'webhooks rotate-secret',
  summary: 'Make a new secret, shown this once; those before it sign beside it for a while',
  parameters: [ENDPOINT],
  options: [['--overlap-seconds <seconds>', 'for how long (default: 86400, a day)']],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const overlap = options.whole('overlap-seconds', { min: 0, max: 604_800 });
    const made = await client.rotateWebhookSecret(
      parameter(invocation, 0),
      stated({ overlap_seconds: overlap }),
    );
    output.note(`The new secret of ${made.id}, shown this once:`);
    output.answer(made, () => made.secret);
    return undefined;
  },
};

const test: ClientCommand = {
  name: 'webhooks test',
  summary: 'Send a ping now and say what came of it',
  parameters: [ENDPOINT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const tried = await client.testWebhookEndpoint(parameter(invocation, 0));
    const { delivered, status, error, duration_ms } = tried;
    const what = error ?? `answered ${status}`;
    output.answer(
      tried,
      () => `${delivered ? 'Delivered' : 'Not delivered'}: ${what}, in ${duration_ms} ms.`,
    );
    return delivered ? undefined : EXIT.failed;
  },
};

const deliveries: ClientCommand = {
  name: 'webhooks deliveries',
  summary: 'List what an endpoint was told, newest first; --state dead is the dead letter list',
  parameters: [ENDPOINT],
  options: [
    ['--state <state>', 'pending, delivered, dead or all (default: all)'],
    ['--limit <count>', 'at most so many, up to 200 (default: 50)'],
    CURSOR_OPTION,
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const query = stated({
      state: options.text('state') as wire.DeliveriesQuery['state'],
      limit: options.whole('limit', { min: 1, max: 200 }),
      cursor: options.text('cursor'),
    });
    const page = await client.listWebhookDeliveries(parameter(invocation, 0), query);
    output.answer(page, () =>
      pageText(page, 'No deliveries.', (data) =>
        output.table(
          ['delivery', 'account', 'type', 'at', 'state', 'attempts', 'outcome'].map((title) => ({ title })),
          data.map((one) => [
            one.id,
            one.account,
            one.type,
            one.at,
            one.state,
            String(one.attempts),
            one.error ?? (one.status === null ? '-' : String(one.status)),
          ]),
        ),
      ),
    );
    return undefined;
  },
};

const redeliver: ClientCommand = {
  name: 'webhooks redeliver',
  summary: 'Send one again, whatever became of it',
  parameters: [ENDPOINT, ['<delivery>', 'the id: ntc_…']],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const again = await client.redeliverWebhook(parameter(invocation, 0), parameter(invocation, 1));
    output.answer(again, () => `${again.id} is ${again.state}.`);
    return undefined;
  },
};

const replay: ClientCommand = {
  name: 'webhooks replay',
  summary: 'Send again what happened in a range of time',
  parameters: [ENDPOINT],
  options: [
    ['--since <time>', 'from when on'],
    ['--until <time>', 'up to when (default: now)'],
    ['--state <state>', 'dead, missed (while it was off) or all (default: dead)'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const answer = await client.replayWebhooks(parameter(invocation, 0), {
      since: options.demand('since'),
      ...stated({
        until: options.text('until'),
        state: options.text('state') as wire.ReplayRequest['state'],
      }),
    });
    output.answer(answer, () => `${answer.replayed} will be sent again.`);
    return undefined;
  },
};

export const webhookCommands: readonly CommandData[] = [
  create,
  list,
  show,
  update,
  enable(true),
  enable(false),
  remove,
  rotate,
  test,
  deliveries,
  redeliver,
  replay,
];
