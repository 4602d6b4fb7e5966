/** Campaigns: an account redeems a code; staff makes campaigns and their codes, watches and stops them. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type CommandData, type Options, parameter, stated } from './command.ts';
import { CommandError } from './exit.ts';
import { KEY_OPTION, SURFACE_OPTION, takeKey } from './options.ts';
import type { Output } from './output.ts';
import { CURSOR_OPTION, pageOption, pageText } from './paging.ts';
import { credits, receiptText } from './show.ts';

const CAMPAIGN = ['<campaign>', 'the campaign id'] as const;
const MAX_LIMIT = 1_000_000_000;
/** What one request makes at most. */
const MAX_CODES = 1_000;

const redeem: ClientCommand = {
  name: 'redeem',
  summary: 'Redeem a code of a promotion, or of whoever invited the account',
  parameters: [
    ['<account>', 'the account id'],
    ['<code>', 'case, spaces and hyphens do not matter'],
  ],
  options: [['--device <id>', 'for campaigns with a limit for each device'], SURFACE_OPTION, KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body: wire.RedeemRequest = {
      code: parameter(invocation, 1),
      ...stated({
        device: options.text('device'),
        // The server judges the word.
        surface: options.text('surface') as wire.Surface | undefined,
      }),
    };
    const receipt = await client.redeem(parameter(invocation, 0), body, takeKey(options));
    output.answer(receipt, () => {
      const { account, amount, expires_at, id, source } = receipt.grant;
      const did = `Granted ${credits(amount)} of ${source.ref} to ${account}; they expire at ${expires_at}.`;
      return receiptText(output, receipt, { did, ids: [['grant', id]] });
    });
    return undefined;
  },
};

const create: ClientCommand = {
  name: 'campaigns create',
  summary: 'Make a campaign; the same one again is answered alike',
  parameters: [CAMPAIGN],
  options: [
    ['--kind <kind>', 'event, promotion_code, referral, limited_time_offer, daily_check_in or sign_up_bonus'],
    ['--name <name>', 'what people call it (default: the id)'],
    ['--credits <credits>', 'of one award; of a referral, what the invited account gets'],
    ['--class <class>', 'the class of its credits (default: promotional)'],
    ['--validity <duration>', 'whole days, e.g. P14D'],
    ['--starts-at <time>', 'no award before'],
    ['--ends-at <time>', 'no award from then on'],
    ['--budget <credits>', 'what it may award in all'],
    ['--account-limit <number>', 'awards for one account, a day for a check-in; or none (default: 1)'],
    ['--device-limit <number>', 'awards for one device'],
    ['--account-kind <kind...>', 'user or team'],
    ['--plan <plan...>', 'accounts that have one of these plans'],
    ['--for-surface <surface...>', 'accounts on one of these surfaces'],
    ['--newer-than <duration>', 'accounts made at most this long ago'],
    ['--code <code>', 'promotion codes: one for everybody (default: single-use codes)'],
    ['--inviter-credits <credits>', 'referrals: what the inviter gets'],
    ['--inviter-limit <number>', 'referrals: how often at most'],
  ],
  help: 'Example: drawdown campaigns create spring --kind promotion_code --credits 40 --validity P14D --budget 4000',
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const made = await client.createCampaign(requestOf(parameter(invocation, 0), options));
    output.answer(made, () => `Made campaign ${made.id}.\n\n${campaignText(output, made)}`);
    return undefined;
  },
};

function requestOf(id: string, options: Options): wire.CampaignRequest {
  // The server judges the words.
  const kind = options.demand('kind') as wire.CampaignKind;
  const whole = (name: string) => options.whole(name, { min: 1, max: MAX_LIMIT });
  const noLimit = options.text('account-limit') === 'none';
  const audience = stated({
    account_kinds: options.list('account-kind') as ('user' | 'team')[] | undefined,
    plans: options.list('plan'),
    surfaces: options.list('for-surface') as wire.Surface[] | undefined,
    newer_than: options.text('newer-than'),
  });
  return {
    id,
    name: options.text('name') ?? id,
    kind,
    credits: options.demand('credits'),
    class: options.text('class') ?? 'promotional',
    validity: options.demand('validity'),
    ...stated({
      starts_at: options.text('starts-at'),
      ends_at: options.text('ends-at'),
      budget: options.text('budget'),
      per_account_limit: noLimit ? null : whole('account-limit'),
      per_device_limit: whole('device-limit'),
      audience: Object.keys(audience).length === 0 ? undefined : audience,
      codes: codesOf(kind, options.text('code')),
      referral: referralOf(kind, options),
    }),
  };
}

function codesOf(kind: wire.CampaignKind, code: string | undefined): wire.CampaignRequest['codes'] {
  if (code !== undefined) return { kind: 'shared', code };
  return kind === 'promotion_code' ? { kind: 'single_use' } : undefined;
}

function referralOf(kind: wire.CampaignKind, options: Options): wire.CampaignRequest['referral'] {
  const inviter_credits = options.text('inviter-credits');
  const inviter_limit = options.whole('inviter-limit', { min: 1, max: MAX_LIMIT });
  if (inviter_credits === undefined && inviter_limit === undefined && kind !== 'referral') return undefined;
  if (inviter_credits === undefined) throw new CommandError('usage', '--inviter-credits is missing');
  return { inviter_credits, ...stated({ inviter_limit }) };
}

const list: ClientCommand = {
  name: 'campaigns list',
  summary: 'List campaigns, newest first, with what became of their credits',
  target: { staff: true },
  run: async ({ client, output }) => {
    const data: wire.Campaign[] = [];
    let cursor: string | null = null;
    do {
      const page: wire.Page<wire.Campaign> = await client.listCampaigns({
        limit: 200,
        ...(cursor === null ? {} : { cursor }),
      });
      data.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    output.answer({ data }, () => {
      if (data.length === 0) return 'No campaigns.';
      const right = { align: 'right' } as const;
      return output.table(
        [
          { title: 'campaign' },
          { title: 'kind' },
          { title: 'state' },
          { title: 'credits', ...right },
          { title: 'awards', ...right },
          { title: 'awarded', ...right },
          { title: 'used', ...right },
          { title: 'expired', ...right },
          { title: 'budget left', ...right },
        ],
        data.map(({ id, kind, state, credits: each, metrics }) => [
          id,
          kind,
          state,
          String(each),
          String(metrics.redemptions),
          String(metrics.awarded),
          String(metrics.used),
          String(metrics.expired),
          metrics.budget_left === null ? '-' : String(metrics.budget_left),
        ]),
      );
    });
    return undefined;
  },
};

const show: ClientCommand = {
  name: 'campaigns show',
  summary: 'Show a campaign and what became of its credits',
  parameters: [CAMPAIGN],
  target: { staff: true },
  run: async (invocation) => {
    const { client, output } = invocation;
    const found = await client.getCampaign(parameter(invocation, 0));
    output.answer(found, () => campaignText(output, found));
    return undefined;
  },
};

const stop: ClientCommand = {
  name: 'campaigns stop',
  summary: 'End a campaign for good; lots that it issued stay as they are',
  parameters: [CAMPAIGN],
  options: [['--reason <text>', 'why, for the records']],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const reason = options.demand('reason');
    const stopped = await client.stopCampaign(parameter(invocation, 0), { reason });
    output.answer(stopped, () => `Stopped ${stopped.id} at ${stopped.stopped_at}.`);
    return undefined;
  },
};

const codes: ClientCommand = {
  name: 'campaigns codes',
  summary: 'Make single-use codes; they are shown this once',
  parameters: [CAMPAIGN],
  options: [['--count <number>', `how many, up to ${MAX_CODES} (default: 1)`]],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const count = options.whole('count', { min: 1, max: MAX_CODES }) ?? 1;
    const made = await client.createCampaignCodes(parameter(invocation, 0), { count });
    output.note(`${count === 1 ? 'A code' : `${count} codes`} of ${made.campaign}, shown this once:`);
    output.answer(made, () => made.codes.join('\n'));
    return undefined;
  },
};

const redemptions: ClientCommand = {
  name: 'campaigns redemptions',
  summary: 'List who was granted what by a campaign, newest first',
  parameters: [CAMPAIGN],
  options: [CURSOR_OPTION],
  target: { staff: true },
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const page = await client.listRedemptions(parameter(invocation, 0), pageOption(options));
    output.answer(page, () =>
      pageText(page, 'Nobody yet.', (data) =>
        output.table(
          [
            ...['at', 'account', 'role', 'grant'].map((title) => ({ title })),
            { title: 'credits', align: 'right' },
          ],
          data.map((one) => [one.at, one.account, one.role, one.grant, String(one.amount)]),
        ),
      ),
    );
    return undefined;
  },
};

function campaignText(output: Output, one: wire.Campaign): string {
  const { metrics } = one;
  const from = one.starts_at === null ? '' : `from ${one.starts_at} `;
  const window = `${from}until ${one.ends_at ?? 'it is stopped'}`;
  const limit = (count: number | null): string => (count === null ? 'none' : String(count));
  const left =
    metrics.budget_left === null ? 'no budget' : `${credits(metrics.budget_left)} of the budget left`;
  const waits = one.state === 'waiting' ? [`waits     for a second person: ${one.approval}`] : [];
  const stopped = one.stopped_at === null ? [] : [`stopped   ${one.stopped_at}: ${one.stop_reason}`];
  return [
    `${output.colors.bold(one.name)} (${one.kind}), ${one.state}`,
    `award     ${credits(one.credits)} of class ${one.class}, valid for ${one.validity}`,
    ...(one.referral === null ? [] : [`inviter   ${credits(one.referral.inviter_credits)}`]),
    `window    ${window}`,
    `limits    account ${limit(one.per_account_limit)}, device ${limit(one.per_device_limit)}`,
    `awards    ${metrics.redemptions}: ${metrics.awarded} awarded, ${metrics.used} used, ${metrics.expired} expired; ${left}`,
    ...waits,
    ...stopped,
  ].join('\n');
}

export const campaignCommands: readonly CommandData[] = [
  redeem,
  create,
  list,
  show,
  stop,
  codes,
  redemptions,
];
