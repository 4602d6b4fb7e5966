/** Members of teams: who may spend, how much, and who asks for more. */
import type * as wire from '@drawdown/client';
import { isProblem } from '@drawdown/client';
import { type ClientCommand, type CommandData, type Invocation, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits } from './show.ts';

const TEAM = ['<team>', 'the account of the team'] as const;
const MEMBER = ['<member>', 'the account of the person'] as const;
const REQUEST = ['<request>', 'the request: req_…'] as const;
const ALL = ['--all', 'also what is over'] as const;

function limitOf({ limit, period }: wire.Member): string {
  if (limit === null) return 'no limit';
  const extra = period.extra === 0 ? '' : ` and ${period.extra} more`;
  return `${limit.amount} per ${limit.per}${extra}`;
}

function said(one: wire.Member): string {
  if (one.left_at !== null) return `${one.account} left ${one.team} at ${one.left_at}.`;
  const left =
    one.period.remaining === null ? '' : `, ${one.period.remaining} left until ${one.period.resets_at}`;
  return `${one.account} is ${one.role} of ${one.team}: ${limitOf(one)}${left}.`;
}

function answer({ output }: Invocation, one: wire.Member): undefined {
  output.answer(one, () => said(one));
  return undefined;
}

function table({ output }: Invocation, page: wire.Page<wire.Member>, first: 'team' | 'account'): undefined {
  output.answer(page, () => {
    const number = (title: string) => ({ title, align: 'right' as const });
    const columns = [{ title: first }, { title: 'role' }, { title: 'limit' }];
    const rows = page.data.map((one) => [
      one[first],
      one.left_at === null ? one.role : 'left',
      limitOf(one),
      String(one.period.used),
      String(one.period.held),
      one.period.remaining === null ? '' : String(one.period.remaining),
    ]);
    const table = () => output.table([...columns, number('used'), number('reserved'), number('left')], rows);
    return pageText(page, first === 'team' ? 'No teams.' : 'No members.', table);
  });
  return undefined;
}

function requested(one: wire.More): string {
  const reason = one.reason === null ? '' : ` (${one.reason})`;
  return `${one.id}: ${one.account} asks for ${credits(one.amount)} more until ${one.expires_at}${reason}, ${one.state}.`;
}

function answerRequest({ output }: Invocation, one: wire.More): undefined {
  output.answer(one, () => requested(one));
  return undefined;
}

const put: ClientCommand = {
  name: 'members put',
  summary: 'Make a member of a team, or change role and limit',
  parameters: [TEAM, MEMBER],
  options: [
    ['--role <role>', 'owner, admin or member (default: as before; of a new one: member)'],
    ['--limit <amount>', 'at most this much per day or month (default: as before; of a new one: no limit)'],
    ['--per <period>', 'day or month (default: as before, or month)'],
    ['--unlimited', 'as much as the team has'],
  ],
  help: 'What is not given stays as it is.\n\nExample: drawdown members put acme u_1 --limit 500 --per month',
  target: {},
  run: async (invocation) => {
    const { client } = invocation;
    const [team, member] = [parameter(invocation, 0), parameter(invocation, 1)];
    const before = await client.getMember(team, member).catch((error: unknown) => {
      if (isProblem(error, 'member_not_found')) return null;
      throw error;
    });
    return answer(invocation, await client.putMember(team, member, wished(invocation, before)));
  },
};

/** The server takes role and limit together; who names one of them means that one. The server judges the words. */
function wished({ options }: Invocation, before: wire.Member | null): wire.MemberRequest {
  const [amount, per] = [options.text('limit'), options.text('per')];
  const known = before?.left_at === null ? before : null;
  const role = (options.text('role') ?? known?.role ?? 'member') as wire.Role;
  if (options.flag('unlimited')) {
    if (amount !== undefined || per !== undefined)
      throw new CommandError('usage', '--unlimited goes with no other limit');
    return { role };
  }
  const limit = {
    amount: amount ?? known?.limit?.amount,
    per: (per ?? known?.limit?.per ?? 'month') as wire.LimitPeriod,
  };
  if (limit.amount !== undefined) return { role, limit: { amount: limit.amount, per: limit.per } };
  if (per !== undefined) throw new CommandError('usage', '--per goes with --limit');
  return { role };
}

const remove: ClientCommand = {
  name: 'members remove',
  summary: 'End a membership: nothing more is spent in their name',
  parameters: [TEAM, MEMBER],
  target: {},
  run: async (invocation) =>
    answer(
      invocation,
      await invocation.client.removeMember(parameter(invocation, 0), parameter(invocation, 1)),
    ),
};

const list: ClientCommand = {
  name: 'members list',
  summary: 'List the members of a team with limits and use',
  parameters: [TEAM],
  options: [ALL, CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const state = options.flag('all') ? 'all' : 'active';
    const page = await client.listMembers(parameter(invocation, 0), { state, ...pageOption(options) });
    return table(invocation, page, 'account');
  },
};

const show: ClientCommand = {
  name: 'members show',
  summary: 'Show a member of a team: role, limit, and what is left of it',
  parameters: [TEAM, MEMBER],
  target: {},
  run: async (invocation) =>
    answer(invocation, await invocation.client.getMember(parameter(invocation, 0), parameter(invocation, 1))),
};

const teams: ClientCommand = {
  name: 'members teams',
  summary: 'List the teams that an account is a member of',
  parameters: [['<account>', 'the account id']],
  options: [CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options } = invocation;
    const page = await client.listTeams(parameter(invocation, 0), pageOption(options));
    return table(invocation, page, 'team');
  },
};

const ask: ClientCommand = {
  name: 'members ask',
  summary: "Ask for more than a member's limit in the period that runs",
  parameters: [TEAM, MEMBER, ['<amount>', 'credits beyond the limit']],
  options: [['--reason <text>', 'what for']],
  target: {},
  run: async (invocation) => {
    const body = {
      amount: parameter(invocation, 2),
      ...stated({ reason: invocation.options.text('reason') }),
    };
    const [team, member] = [parameter(invocation, 0), parameter(invocation, 1)];
    return answerRequest(invocation, await invocation.client.askForMore(team, member, body));
  },
};

const requests: ClientCommand = {
  name: 'members requests',
  summary: 'List requests for more, newest first',
  parameters: [TEAM],
  options: [ALL, ['--member <member>', 'of one of them'], CURSOR_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, output, options } = invocation;
    const page = await client.listRequests(parameter(invocation, 0), {
      state: options.flag('all') ? 'all' : 'pending',
      ...pageOption(options),
      ...stated({ member: options.text('member') }),
    });
    output.answer(page, () => pageText(page, 'No requests.', (data) => data.map(requested).join('\n')));
    return undefined;
  },
};

const deciding = (verb: 'approve' | 'deny', summary: string): ClientCommand => ({
  name: `members ${verb}`,
  summary,
  parameters: [TEAM, MEMBER, REQUEST],
  target: {},
  run: async (invocation) => {
    const { client } = invocation;
    const [team, account, id] = [0, 1, 2].map((i) => parameter(invocation, i)) as [string, string, string];
    const request = { team, account, id };
    const decided = await (verb === 'approve' ? client.approveRequest(request) : client.denyRequest(request));
    return answerRequest(invocation, decided);
  },
});

export const teamCommands: readonly CommandData[] = [
  put,
  remove,
  list,
  show,
  teams,
  ask,
  requests,
  deciding('approve', 'Allow it, in the period that it was made in'),
  deciding('deny', 'Close a request without allowing anything'),
];
