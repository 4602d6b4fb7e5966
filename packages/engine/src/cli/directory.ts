/** Accounts themselves: made, looked at and found, and sessions of the people behind them. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter, stated } from './command.ts';
import { METADATA_OPTION, metadataOption, SURFACE_OPTION } from './options.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const MAX_TTL_SECONDS = 86_400;

function accountText(one: wire.Account): string {
  const merged = one.merged_into === null ? '' : `, merged into ${one.merged_into}`;
  const state = one.closed_at === null ? one.state : `closed since ${one.closed_at}${merged}`;
  return `${one.account}: a ${one.kind} account since ${one.created_at}, in ${one.time_zone}, version ${one.version}, ${state}.`;
}

const put: ClientCommand = {
  name: 'accounts put',
  summary: 'Make an account, or change what is named of it; its kind never changes',
  parameters: [ACCOUNT],
  options: [
    ['--kind <kind>', 'user or team (default: user)'],
    ['--time-zone <zone>', 'in which its days and months are counted, e.g. Europe/Berlin'],
    METADATA_OPTION,
  ],
  target: { creates: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body: wire.AccountRequest = stated({
      // The server judges the word.
      kind: options.text('kind') as wire.Account['kind'] | undefined,
      time_zone: options.text('time-zone'),
      metadata: metadataOption(options),
    });
    const one = await client.putAccount(parameter(invocation, 0), body);
    output.answer(one, () => accountText(one));
    return undefined;
  },
};

const show: ClientCommand = {
  name: 'accounts show',
  summary: 'Show an account: its kind, its time zone, whether it is closed',
  parameters: [ACCOUNT],
  target: {},
  run: async (invocation) => {
    const one = await invocation.client.getAccount(parameter(invocation, 0));
    invocation.output.answer(one, () => accountText(one));
    return undefined;
  },
};

const find: ClientCommand = {
  name: 'accounts find',
  summary: 'Find accounts by the beginning of their id, or by the id or reference of what leads to one',
  parameters: [['[query]', 'u_, grt_…, op_…, a code, what a provider calls a payment, …']],
  options: [
    ['--state <state>', 'all, active, due, closed or frozen (default: all)'],
    ['--kind <kind>', 'user or team'],
    CURSOR_OPTION,
  ],
  target: { staff: true },
  run: async ({ client, options, output, parameters }) => {
    const [query] = parameters;
    const page = await client.findAccounts({
      ...pageOption(options),
      ...stated({
        q: typeof query === 'string' ? query : undefined,
        state: options.text('state') as 'all' | undefined,
        kind: options.text('kind') as wire.Account['kind'] | undefined,
      }),
    });
    output.answer(page, () =>
      pageText(page, 'No such accounts.', (data) =>
        output.table(
          [
            ...['account', 'kind', 'state', 'found by'].map((title) => ({ title })),
            { title: 'total', align: 'right' },
          ],
          data.map((one) => [
            one.account,
            one.kind,
            one.state,
            one.found === null ? '-' : `${one.found.by} ${one.found.id}`,
            String(one.total),
          ]),
        ),
      ),
    );
    return undefined;
  },
};

const session: ClientCommand = {
  name: 'session',
  summary: 'Make a token for one person on one surface; it is shown this once',
  parameters: [ACCOUNT],
  options: [
    SURFACE_OPTION,
    ['--team <team...>', 'teams that the person may act for as well'],
    ['--jurisdiction <key>', 'whose law this person buys under'],
    ['--ttl <seconds>', 'how long it is good for'],
  ],
  help: 'Example: drawdown session u_1 --surface web --ttl 900',
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const made = await client.createSession({
      account: parameter(invocation, 0),
      surface: options.demand('surface') as wire.SessionRequest['surface'],
      ...stated({
        teams: options.list('team'),
        jurisdiction: options.text('jurisdiction'),
        ttl_seconds: options.whole('ttl', { min: 1, max: MAX_TTL_SECONDS }),
      }),
    });
    output.note(`Good until ${made.expires_at}:`);
    output.answer(made, () => made.token);
    return undefined;
  },
};

export const directoryCommands: readonly ClientCommand[] = [put, show, find, session];
