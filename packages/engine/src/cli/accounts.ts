/** What an account has: put something in, look at what is there and at what happened. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, type Options, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';
import { costOption, KEY_OPTION, METADATA_OPTION, metadataOption, takeKey } from './options.ts';
import { balanceTable, credits, entriesTable, grantsTable, receiptText } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
/** Of one answer of the server. */
const PAGE = 200;
/** A terminal's worth, and then some. */
const DEFAULT_ENTRIES = 50;
const MOST_ENTRIES = 1_000_000;

const grant: ClientCommand = {
  name: 'grant',
  summary: 'Put credits into an account; it is created where it is new',
  parameters: [
    ACCOUNT,
    ['<class>', 'the class of credits, e.g. purchased'],
    ['<amount>', 'how many credits'],
  ],
  options: [
    ['--valid-for <duration>', 'calendar duration, e.g. P30D or P1M'],
    ['--expires-at <time>', 'RFC 3339 time, or never'],
    ['--effective-at <time>', 'not spendable before'],
    ['--priority <number>', 'lower is drawn first within a class'],
    ['--feature <id...>', 'only these features may draw on it'],
    ['--cost <minor>', 'what was paid for it, in minor units, with --currency'],
    ['--currency <code>', 'ISO 4217, e.g. USD'],
    ['--source <type[:ref]>', 'where it comes from, e.g. campaign:spring'],
    METADATA_OPTION,
    KEY_OPTION,
  ],
  help: 'Example: drawdown grant u_1 subscription 20 --valid-for P1M',
  target: { creates: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const [type, ref] = splitSource(options.text('source'));
    const body: wire.GrantRequest = {
      class: parameter(invocation, 1),
      amount: parameter(invocation, 2),
      ...stated({
        valid_for: options.text('valid-for'),
        effective_at: options.text('effective-at'),
        priority: options.whole('priority', { min: -1e9, max: 1e9 }),
        features: options.list('feature'),
        metadata: metadataOption(options),
        cost: grantCost(options),
      }),
      ...expiry(options.text('expires-at')),
      ...(type === undefined ? {} : { source: { type, ref: ref ?? null } }),
    };
    const receipt = await client.grant(parameter(invocation, 0), body, takeKey(options));
    output.answer(receipt, () => {
      const { account, amount, expires_at } = receipt.grant;
      const until = expires_at === null ? 'they never expire' : `they expire at ${expires_at}`;
      const did = `Granted ${credits(amount)} of class ${receipt.grant.class} to ${account}; ${until}.`;
      return receiptText(output, receipt, { did, ids: [['grant', receipt.grant.id]] });
    });
    return undefined;
  },
};

/** Of a grant the currency is of its cost alone. */
function grantCost(options: Options): wire.Cost | undefined {
  if (options.text('cost') === undefined && options.text('currency') !== undefined) {
    throw new CommandError('usage', '--cost and --currency go together');
  }
  return costOption(options, 'cost');
}

function expiry(text: string | undefined): { expires_at?: string | null } {
  if (text === undefined) return {};
  return { expires_at: text === 'never' ? null : text };
}

function splitSource(text: string | undefined): [type: string | undefined, ref: string | undefined] {
  const colon = text?.indexOf(':') ?? -1;
  return colon === -1 ? [text, undefined] : [text?.slice(0, colon), text?.slice(colon + 1)];
}

const balance: ClientCommand = {
  name: 'balance',
  summary: 'Show what an account has, class by class in draw order',
  parameters: [ACCOUNT],
  options: [['--at <time>', 'as it stood then; in the future: what time alone will leave']],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const found = await client.balance(account, stated({ at: options.text('at') }));
    output.answer(found, () => {
      const title = `${output.colors.bold(account)} at ${found.as_of}, version ${found.version}`;
      return `${title}\n\n${balanceTable(output, found)}`;
    });
    return undefined;
  },
};

const grants: ClientCommand = {
  name: 'grants',
  summary: 'List the grants of an account in draw order',
  parameters: [ACCOUNT],
  options: [
    ['--state <state>', 'active, scheduled, depleted, expired, voided, frozen or all (default: all)'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    // The server judges the word.
    const state = (options.text('state') ?? 'all') as wire.GrantState | 'all';
    const data = await everyPage(Number.POSITIVE_INFINITY, (page) =>
      client.listGrants(account, { state, ...page }),
    );
    output.answer({ data: data.data }, () =>
      data.data.length === 0 ? 'No such grants.' : grantsTable(output, data.data),
    );
    return undefined;
  },
};

const history: ClientCommand = {
  name: 'history',
  summary: 'Show the ledger of an account, newest first',
  parameters: [ACCOUNT],
  options: [
    ['--type <type>', 'grant, consume, hold, capture, release, refund, expire, void, …'],
    ['--class <class>', 'entries that touch this class'],
    ['--feature <id>', 'entries of this feature'],
    ['--member <account>', 'of a team: on whose behalf'],
    ['--from <time>', 'at or after'],
    ['--to <time>', 'before'],
    ['--limit <number>', `how many at most (default: ${DEFAULT_ENTRIES})`],
    ['--cursor <cursor>', 'go on where an earlier answer ended'],
  ],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const account = parameter(invocation, 0);
    const limit = options.whole('limit', { min: 1, max: MOST_ENTRIES }) ?? DEFAULT_ENTRIES;
    const query = stated({
      type: options.text('type') as wire.EntryType | undefined,
      class: options.text('class'),
      feature: options.text('feature'),
      member: options.text('member'),
      from: options.text('from'),
      to: options.text('to'),
    });
    const page = await everyPage(
      limit,
      (paging) => client.entries(account, { ...query, ...paging }),
      options.text('cursor'),
    );
    output.answer(page, () => {
      if (page.data.length === 0) return 'No such entries.';
      const more = page.next_cursor === null ? '' : `\n\nMore: --cursor ${page.next_cursor}`;
      return `${entriesTable(output, page.data)}${more}`;
    });
    return undefined;
  },
};

/** Follows the pages up to `limit` items. */
async function everyPage<T>(
  limit: number,
  read: (paging: { limit: number; cursor?: string }) => Promise<wire.Page<T>>,
  from?: string,
): Promise<wire.Page<T>> {
  const data: T[] = [];
  let cursor: string | null | undefined = from;
  do {
    const asked: number = Math.min(PAGE, limit - data.length);
    const page: wire.Page<T> = await read({ limit: asked, ...(cursor == null ? {} : { cursor }) });
    data.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && data.length < limit);
  return { data, next_cursor: cursor };
}

export const accountCommands: readonly CommandData[] = [grant, balance, grants, history];
