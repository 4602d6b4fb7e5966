/** What is to come of an account, what was of it in a stretch of time, and what was told about it. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter, stated } from './command.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const MAX_DAYS = 366;
const right = (title: string) => ({ title, align: 'right' as const });

const forecast: ClientCommand = {
  name: 'forecast',
  summary: 'Say what arrives, what expires, and what would lapse at the recent rate of use',
  parameters: [ACCOUNT],
  options: [['--days <number>', 'how far ahead (default: 90)']],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const days = options.whole('days', { min: 1, max: MAX_DAYS });
    const one = await client.forecast(parameter(invocation, 0), stated({ days }));
    output.answer(one, () => {
      const rate = one.rate === null ? 'too new to tell a rate of use' : `${one.rate.per_day} a day lately`;
      const title = `${output.colors.bold(one.account)} until ${one.until}, ${rate}`;
      if (one.events.length === 0) return `${title}: nothing starts or expires.`;
      const rows = one.events.map((event) => [
        event.at,
        event.expected ? `${event.type}, if it is paid` : event.type,
        event.class,
        String(event.amount),
        event.lapses === 0 ? '-' : String(event.lapses),
      ]);
      const columns = [{ title: 'at' }, { title: 'what' }, { title: 'class' }];
      return `${title}\n\n${output.table([...columns, right('credits'), right('lapses')], rows)}`;
    });
    return undefined;
  },
};

const statement: ClientCommand = {
  name: 'statement',
  summary: 'Opening, what went in and out, and closing of a stretch of time, class by class',
  parameters: [ACCOUNT],
  options: [
    ['--from <time>', 'at or after'],
    ['--to <time>', 'before'],
    ['--csv', 'as a table for other programs'],
  ],
  help: 'Example: drawdown statement u_1 --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z',
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const period = { from: options.demand('from'), to: options.demand('to') };
    if (options.flag('csv')) {
      output.raw((await client.statementCsv(account, period)).trimEnd());
      return undefined;
    }
    const one = await client.statement(account, period);
    output.answer(one, () => {
      const numbers = (of: Pick<wire.Statement, 'opening' | 'in' | 'out' | 'closing'>) =>
        [of.opening, of.in, of.out, of.closing].map(String);
      const rows = one.classes.map((row) => [row.class, ...numbers(row)]);
      rows.push([output.colors.bold('total'), ...numbers(one)]);
      const columns = ['opening', 'in', 'out', 'closing'].map(right);
      const title = `${output.colors.bold(one.account)} from ${one.from} until ${one.to}`;
      return `${title}\n\n${output.table([{ title: 'class' }, ...columns], rows)}`;
    });
    return undefined;
  },
};

const usage: ClientCommand = {
  name: 'usage',
  summary: 'What credits were spent on in a stretch of time, by feature and more',
  parameters: [ACCOUNT],
  options: [
    ['--from <time>', 'at or after'],
    ['--to <time>', 'before'],
    ['--group-by <what>', 'feature, member, or feature,member (default: feature)'],
    ['--per <period>', 'day or month: a row for each of them'],
    ['--time-zone <zone>', "whose days and months (default: the account's)"],
    ['--member <id>', 'only what this member of a team used'],
    ['--csv', 'as a table for other programs'],
  ],
  help: 'Example: drawdown usage u_1 --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z --per day',
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const query: wire.UsageQuery = {
      from: options.demand('from'),
      to: options.demand('to'),
      ...stated({
        group_by: options.text('groupBy'),
        per: options.text('per') as 'day' | 'month' | undefined,
        time_zone: options.text('timeZone'),
        member: options.text('member'),
      }),
    };
    if (options.flag('csv')) {
      output.raw((await client.usageCsv(account, query)).trimEnd());
      return undefined;
    }
    const one = await client.usage(account, query);
    output.answer(one, () => {
      const title = `${output.colors.bold(one.account)} from ${one.from} until ${one.to}`;
      if (one.rows.length === 0) return `${title}: nothing was used.`;
      const numbers = (of: wire.UsageSums) =>
        [of.operations, of.used, ...of.classes.map(({ used }) => used)].map(String);
      const lead = [...(one.per === null ? [] : [one.per]), ...one.group_by];
      const rows = one.rows.map((row) => [
        ...(row.period === undefined ? [] : [row.period]),
        ...one.group_by.map((group) => row[group] ?? '-'),
        ...numbers(row),
      ]);
      rows.push([...lead.map((_, nth) => (nth === 0 ? output.colors.bold('total') : '')), ...numbers(one)]);
      const columns = ['operations', 'used', ...one.classes.map((each) => each.class)].map(right);
      return `${title}\n\n${output.table([...lead.map((each) => ({ title: each })), ...columns], rows)}`;
    });
    return undefined;
  },
};

const notices: ClientCommand = {
  name: 'notices',
  summary: 'List what was told about an account, or about all of them, newest first',
  parameters: [['[account]', 'the account id (default: all accounts)']],
  options: [['--type <type>', 'one of them, such as credits.expiring'], CURSOR_OPTION],
  target: {},
  run: async ({ client, options, output, parameters }) => {
    const [account] = parameters;
    const type = options.text('type') as wire.NoticeType | undefined;
    const query: wire.NoticesQuery = { ...pageOption(options), ...stated({ type }) };
    const page = await (typeof account === 'string'
      ? client.listNotices(account, query)
      : client.listAllNotices(query));
    output.answer(page, () =>
      pageText(page, 'Nothing was told.', (data) =>
        output.table(
          ['notice', 'at', 'type', 'what'].map((title) => ({ title })),
          data.map((one) => [one.id, one.at, one.type, JSON.stringify(one.data)]),
        ),
      ),
    );
    return undefined;
  },
};

const catalog: ClientCommand = {
  name: 'catalog',
  summary: 'Show what the server sells and what it costs, as far as the key may see',
  target: {},
  run: async ({ client, output }) => {
    const one = await client.catalog();
    output.answer(one, () => {
      const list = (of: readonly { id: string }[]): string => of.map(({ id }) => id).join(', ') || 'none';
      return [
        `catalog   ${one.name ?? one.version}, ${one.scale} decimals, drawn by ${one.strategy}`,
        `classes   ${list(one.classes)}`,
        `features  ${list(one.features)}`,
        `plans     ${one.plans.map((plan) => `${plan.id} (${plan.billing.map((by) => `${credits(by.credits)} by the ${by.interval}`).join(', ')})`).join('; ') || 'none'}`,
        `packs     ${one.packs.map((pack) => `${pack.id} (${credits(pack.credits + pack.bonus)})`).join(', ') || 'none'}`,
        `campaigns ${list(one.campaigns)}`,
      ].join('\n');
    });
    return undefined;
  },
};

export const outlookCommands: readonly ClientCommand[] = [forecast, statement, usage, notices, catalog];
