/** Campaigns from an account's side: what it may take part in, taking part, and inviting others. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, parameter, stated } from './command.ts';
import { KEY_OPTION, SURFACE_OPTION, takeKey } from './options.ts';
import { credits, receiptText } from './show.ts';

const ACCOUNT = ['<account>', 'the account id'] as const;
const DEVICE = ['--device <id>', 'for campaigns with a limit for each device'] as const;

const offers: ClientCommand = {
  name: 'offers',
  summary: 'List the campaigns that an account may take part in now',
  parameters: [ACCOUNT],
  target: {},
  run: async (invocation) => {
    const { client, output } = invocation;
    const found = await client.listOffers(parameter(invocation, 0));
    output.answer(found, () => {
      if (found.data.length === 0) return 'Nothing is offered now.';
      return output.table(
        ['campaign', 'name', 'credits', 'how', 'until'].map((title) => ({ title })),
        found.data.map((one) => [
          one.id,
          one.name,
          String(one.credits),
          one.how,
          one.ends_at ?? 'it is stopped',
        ]),
      );
    });
    return undefined;
  },
};

const claim: ClientCommand = {
  name: 'claim',
  summary: 'Take part in an event, an offer, a daily check-in or a sign-up bonus',
  parameters: [ACCOUNT, ['<campaign>', 'the campaign id']],
  options: [DEVICE, SURFACE_OPTION, KEY_OPTION],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const [account, campaign] = [parameter(invocation, 0), parameter(invocation, 1)];
    const body: wire.ClaimRequest = stated({
      device: options.text('device'),
      surface: options.text('surface') as wire.Surface | undefined,
    });
    const receipt = await client.claimCampaign(account, campaign, body, takeKey(options));
    output.answer(receipt, () => {
      const { amount, expires_at, id } = receipt.grant;
      const did = `Granted ${credits(amount)} of ${campaign} to ${account}; they expire at ${expires_at}.`;
      return receiptText(output, receipt, { did, ids: [['grant', id]] });
    });
    return undefined;
  },
};

const invite: ClientCommand = {
  name: 'invite',
  summary: "Show an account's own code to invite others with, and what it came to",
  parameters: [ACCOUNT],
  options: [['--campaign <campaign>', 'of which referral (default: the first that runs)']],
  target: {},
  run: async (invocation) => {
    const { client, options, output } = invocation;
    const body = stated({ campaign: options.text('campaign') });
    const one = await client.referral(parameter(invocation, 0), body);
    output.answer(
      one,
      () =>
        `${one.code}: whoever redeems it gets ${credits(one.credits)}, ${one.account} gets ${one.inviter_credits}.\n${one.invited} invited, ${one.awarded} awarded, ${one.pending} on its way.`,
    );
    return undefined;
  },
};

export const takingPartCommands: readonly ClientCommand[] = [offers, claim, invite];
