import type { Engine } from '../engine.ts';
import type { SourceTarget } from './source-target.ts';

/** Where this engine would be reached: the origin of addresses that are never asked for. */
const ORIGIN = 'http://localhost';
const REASON = 'scenario';

/** The sources of an engine in this process; purchases need one that has the sandbox. */
export function engineSources(engine: Engine): SourceTarget {
  const { subscriptions, campaigns, purchases, sandbox, members, requests, life, topUps } = engine;
  const keyed = (idempotencyKey: string) => ({ idempotencyKey, actor: 'scenario' });
  const actor = { actor: 'scenario' };
  const checkoutAt = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
  return {
    subscribe: (account, body, key) => subscriptions.create(account, body, keyed(key)),
    renew: (on, body, key) => subscriptions.renew(on.account, on.id, body, keyed(key)),
    paymentFailed: (on, body, key) => subscriptions.paymentFailed(on.account, on.id, body, keyed(key)),
    change: (on, body, key) => subscriptions.change(on.account, on.id, body, keyed(key)),
    cancel: (on, body, key) => subscriptions.cancel(on.account, on.id, body, keyed(key)),
    pause: (on, key) => subscriptions.pause(on.account, on.id, keyed(key)),
    resume: (on, key) => subscriptions.resume(on.account, on.id, keyed(key)),
    reactivate: (on, body, key) => subscriptions.reactivate(on.account, on.id, body, keyed(key)),
    preview: (on, body) => subscriptions.preview(on.account, on.id, body),
    subscription: (on) => subscriptions.byId(on.account, on.id),
    redeem: (account, body, key) => campaigns.redeem(account, body, keyed(key)),
    claim: (account, campaign, body, key) => campaigns.claim(account, campaign, body, keyed(key)),
    referral: (account, body) => campaigns.referral(account, body, actor),
    codes: async (campaign, count) => (await campaigns.codes(campaign, { count }, actor)).codes,
    campaign: (campaign) => campaigns.show(campaign),
    stopCampaign: (campaign) => campaigns.end(campaign, { reason: REASON }, actor),
    checkout: (account, body, key) => purchases.checkout(account, body, { ...keyed(key), origin: ORIGIN }),
    purchase: (purchase) => purchases.byId(purchase, {}),
    refundPurchase: (purchase, key) => purchases.refund(purchase, { reason: REASON }, keyed(key)),
    topUp: (account, body) => topUps.put(account, body, actor),
    topUpOff: (account) => topUps.remove(account, actor),
    topUps: async (account) => {
      // Nobody need watch: this is what the watch does.
      await topUps.lookAt(account);
      return topUps.get(account);
    },
    putMember: (team, member, body) => members.put(team, member, body, actor),
    removeMember: (team, member) => members.remove(team, member, actor),
    member: (team, member) => members.get(team, member, actor),
    ask: (team, member, body) => requests.ask(team, member, body, actor),
    answer: ({ team, account, id }, verb) => requests[verb](team, account, id, actor),
    merge: (account, into, key) => life.merges.merge(account, { into, reason: REASON }, keyed(key)),
    close: (account, body, key) => life.closures.close(account, body, keyed(key)),
    cashOut: (account, key) => life.cashOuts.cashOut(account, {}, keyed(key)),
    press: async (url, action) => void (await sandbox.act(checkoutAt(url), action)),
    tell: async (url, action) => void (await sandbox.tell(checkoutAt(url), action)),
  };
}
