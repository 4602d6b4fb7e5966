import type { AutoTopUp, Client, NoAutoTopUp } from '@drawdown/client';
import type { SourceTarget } from './source-target.ts';

const REASON = 'scenario';

/** The server tops up by itself: what it has to do it has done, once nothing is under way and nothing changes any more. */
const STILL_MS = 1_500;
const POLL_MS = 50;
const LONGEST_MS = 15_000;

async function still(read: () => Promise<AutoTopUp | NoAutoTopUp>): Promise<AutoTopUp | NoAutoTopUp> {
  const began = Date.now();
  let last = await read();
  for (let since = began; Date.now() - since < STILL_MS && Date.now() - began < LONGEST_MS; ) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const next = await read();
    const isOpen = next.history.some(({ state }) => state === 'pending' || state === 'sent');
    if (isOpen || JSON.stringify(next) !== JSON.stringify(last)) since = Date.now();
    last = next;
  }
  return last;
}

/** The sources of a running server; purchases need one that has the sandbox. */
export function httpSources(client: Client): SourceTarget {
  const keyed = (idempotencyKey: string) => ({ idempotencyKey });
  return {
    subscribe: (account, body, key) => client.subscribe(account, body, keyed(key)),
    renew: (on, body, key) => client.renewSubscription(on.account, on.id, body, keyed(key)),
    paymentFailed: (on, body, key) => client.reportFailedPayment(on.account, on.id, body, keyed(key)),
    change: (on, body, key) => client.changeSubscription(on.account, on.id, body, keyed(key)),
    cancel: (on, body, key) => client.cancelSubscription(on.account, on.id, body, keyed(key)),
    pause: (on, key) => client.pauseSubscription(on.account, on.id, keyed(key)),
    resume: (on, key) => client.resumeSubscription(on.account, on.id, keyed(key)),
    reactivate: (on, body, key) => client.reactivateSubscription(on.account, on.id, body, keyed(key)),
    preview: (on, body) => client.previewSubscription(on.account, on.id, body),
    subscription: (on) => client.getSubscription(on.account, on.id),
    redeem: (account, body, key) => client.redeem(account, body, keyed(key)),
    claim: (account, campaign, body, key) => client.claimCampaign(account, campaign, body, keyed(key)),
    referral: (account, body) => client.referral(account, body),
    codes: async (campaign, count) => (await client.createCampaignCodes(campaign, { count })).codes,
    campaign: (campaign) => client.getCampaign(campaign),
    stopCampaign: (campaign) => client.stopCampaign(campaign, { reason: REASON }),
    checkout: (account, body, key) => client.checkout(account, body, keyed(key)),
    purchase: (purchase) => client.getPurchase(purchase),
    refundPurchase: (purchase, key) => client.refundPurchase(purchase, { reason: REASON }, keyed(key)),
    topUp: (account, body) => client.putAutoTopUp(account, body),
    topUpOff: (account) => client.deleteAutoTopUp(account),
    topUps: (account) => still(() => client.getAutoTopUp(account)),
    putMember: (team, member, body) => client.putMember(team, member, body),
    removeMember: (team, member) => client.removeMember(team, member),
    member: (team, member) => client.getMember(team, member),
    ask: (team, member, body) => client.askForMore(team, member, body),
    answer: (request, verb) =>
      verb === 'approve' ? client.approveRequest(request) : client.denyRequest(request),
    merge: (account, into, key) => client.mergeAccount(account, { into, reason: REASON }, keyed(key)),
    close: (account, body, key) => client.closeAccount(account, body, keyed(key)),
    cashOut: (account, key) => client.cashOut(account, {}, keyed(key)),
    press: async (url, action) => {
      // The form that a browser would send; where it would go next is nobody's business here.
      const form = { method: 'POST', body: new URLSearchParams(), redirect: 'manual' } as const;
      const answer = await fetch(`${url}/${action}`, form);
      if (answer.status >= 400) throw new Error(`The sandbox answered ${answer.status} to ${action}`);
    },
    tell: null,
  };
}
