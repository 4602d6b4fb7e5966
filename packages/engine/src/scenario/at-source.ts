import type { Outcome } from './expect.ts';
import type { LifeAction, LifeChange } from './model-life.ts';
import type { SourceAction, SourceChange } from './model-source.ts';
import { OutOfReach } from './reach.ts';
import { attempt, type Run } from './running.ts';
import { previewBody } from './source-request.ts';

/** What is asked of sources, or done by staff: none of it changes an account. */
export async function actAtSource(
  run: Run,
  action: Exclude<SourceAction | LifeAction, SourceChange | LifeChange>,
): Promise<Outcome> {
  const { account, ids, target } = run;
  const { sources } = target;
  if (sources === null) throw new OutOfReach('the target has no sources');
  switch (action.verb) {
    case 'preview': {
      const on = { account, id: ids.id('subscription', action.subscription) };
      const body = previewBody(action.change);
      return await attempt(run, async () => ({ operation: null, ...(await sources.preview(on, body)) }));
    }
    case 'codes':
      return await attempt(run, async () => {
        const made = await sources.codes(action.campaign, action.names.length);
        for (const [index, name] of action.names.entries()) ids.bind('code', name, made[index] as string);
        return { operation: null };
      });
    case 'referral':
      return await attempt(run, async () => {
        const asked = action.campaign === null ? {} : { campaign: action.campaign };
        ids.bind('code', action.name, (await sources.referral(account, asked)).code);
        return { operation: null };
      });
    case 'campaign':
      return await attempt(run, async () => ({ campaign: await sources.campaign(action.campaign) }));
    case 'standing':
      return await attempt(run, async () => ({
        operation: null,
        member: await sources.member(account, action.member),
      }));
    case 'top_ups':
      return await attempt(run, async () => {
        const top_ups = await sources.topUps(account);
        const charged = top_ups.history.filter(({ state }) => state === 'completed').length;
        return { operation: null, top_ups: { ...top_ups, charged } };
      });
    case 'charge':
      return await attempt(run, async () => {
        const [charge] = (await sources.topUps(account)).history;
        if (charge !== undefined) ids.bind('purchase', action.name, charge.purchase);
        return { operation: null, charge };
      });
    case 'stop':
      return await attempt(run, async () => ({ campaign: await sources.stopCampaign(action.campaign) }));
  }
}
