/** The keys of the product's servers and of its staff. */
import type { Key, KeyRequest, Page, Scope } from '@drawdown/client';
import { type ClientCommand, type CommandData, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';

const create: ClientCommand = {
  name: 'keys create',
  summary: 'Make a key; it is shown this once',
  parameters: [['<name>', 'what it is for']],
  options: [
    ['--scope <scope...>', 'read, consume, grant, refund, sessions, webhooks (default: all of these)'],
    ['--admin', 'a key of staff, which may do everything'],
    ['--expires-at <time>', 'when it ends by itself'],
    ['--owner <id>', 'whose it is besides yours: oidc_…, who has signed in'],
  ],
  target: { staff: true, creates: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const scopes = options.list('scope');
    if (options.flag('admin') && scopes !== undefined) {
      throw new CommandError('usage', '--admin brings every scope: leave --scope out');
    }
    const body: KeyRequest = {
      name: parameter(invocation, 0),
      ...stated({
        // The server judges the words.
        scopes: (options.flag('admin') ? ['admin'] : scopes) as Scope[] | undefined,
        expires_at: options.text('expires-at'),
        owner: options.text('owner'),
      }),
    };
    const key = await client.createKey(body);
    output.note(`Key ${key.id} for ${key.name}; scopes: ${key.scopes.join(', ')}. It is shown this once:`);
    output.answer(key, () => key.secret);
    return undefined;
  },
};

const list: ClientCommand = {
  name: 'keys list',
  summary: 'List keys, newest first, revoked ones too',
  target: { staff: true },
  run: async ({ client, output }) => {
    const data: Key[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<Key> = await client.listKeys({
        limit: 200,
        ...(cursor === null ? {} : { cursor }),
      });
      data.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    output.answer({ data }, () => {
      if (data.length === 0) return 'No keys but those that the server was started with.';
      const columns = [
        'key',
        'name',
        'begins',
        'scopes',
        'made',
        'by',
        'vouched',
        'last used',
        'ends',
        'revoked',
      ];
      return output.table(
        columns.map((title) => ({ title })),
        data.map((key) => [
          key.id,
          key.name,
          `${key.prefix}…`,
          key.scopes.join(' '),
          key.created_at,
          key.created_by,
          key.vouched_at ?? '-',
          key.last_used_at ?? '-',
          key.expires_at ?? 'never',
          key.revoked_at ?? '-',
        ]),
      );
    });
    return undefined;
  },
};

const revoke: ClientCommand = {
  name: 'keys revoke',
  summary: 'End a key for good',
  parameters: [['<key>', 'the id: key_…']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, output } = invocation;
    const key = await client.revokeKey(parameter(invocation, 0));
    output.answer(key, () => `Revoked ${key.id} (${key.name}) at ${key.revoked_at}.`);
    return undefined;
  },
};

const vouch: ClientCommand = {
  name: 'keys vouch',
  summary: 'Say, as a second person, that a key is in other hands than its maker’s',
  parameters: [['<key>', 'the id: key_…']],
  options: [['--reason <text>', 'why; kept in the audit log']],
  help: 'Until then what is done with it counts for whoever made it, where limits are set.',
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const key = await client.vouchForKey(parameter(invocation, 0), { reason: options.demand('reason') });
    output.answer(key, () => `${key.id} (${key.name}) counts for itself since ${key.vouched_at}.`);
    return undefined;
  },
};

export const keyCommands: readonly CommandData[] = [create, list, vouch, revoke];
