/** The people in the pictures, each in a state that the Credits page has words for. */
import type { Stage } from '../test/stage.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();

export const MAYA = 'maya';

/** Somebody with a plan who makes films: 24 days of it. */
export async function live({ client, url }: Stage): Promise<void> {
  await client.setTestClock(new Date(NOW - 24 * DAY_MS).toISOString());
  await client.subscribe(MAYA, { plan: 'pro', ref: 'sub_1' });
  const { purchase } = await client.checkout(MAYA, {
    pack: 'pack_500',
    return_url: `${url}/credits`,
    provider: 'sandbox',
  });
  await fetch(`${purchase.checkout_url}/pay`, { method: 'POST', redirect: 'manual' });
  await client.claimCampaign(MAYA, 'limited_offer');
  const jobs = [
    { feature: 'ai_script', metadata: { project: 'Spring film' } },
    { feature: 'smart_cutout', metadata: { project: 'Lookbook' } },
    { feature: 'premium_template_export', metadata: { project: 'Teaser' } },
  ];
  for (let day = 24; day > 3; day -= 1) {
    await client.setTestClock(new Date(NOW - day * DAY_MS + 3_600_000).toISOString());
    const job = jobs[day % jobs.length];
    if (job !== undefined) await client.consume(MAYA, job);
  }
  await client.setTestClock(new Date(NOW - 2 * DAY_MS).toISOString());
  await client.grant(MAYA, {
    class: 'promotional',
    amount: 40,
    valid_for: 'P10D',
    source: { type: 'campaign', ref: 'creator_event' },
  });
  await client.setTestClock(new Date(NOW - DAY_MS).toISOString());
  const failed = await client.consume(MAYA, {
    feature: 'advanced_template_export',
    units: { seconds: 60, resolution: '1080p' },
    metadata: { project: 'Spring film' },
  });
  if (failed.operation !== null) await client.refund(failed.operation.id, { reason: 'The export failed' });
  await team(client, 'before');
  await client.setTestClock(new Date(NOW).toISOString());
  await client.consume(MAYA, { feature: 'ai_script', metadata: { project: 'Spring film' } });
  await client.hold(MAYA, { feature: 'ai_script', ttl_seconds: 3600, metadata: { project: 'Autumn film' } });
  await team(client, 'now');
  await others(client);
}

export const NORTHLIGHT = 'northlight';

/** A team of five with an owner, limits, and somebody who waits for an answer. */
async function team(client: Stage['client'], when: 'before' | 'now'): Promise<void> {
  if (when === 'before') {
    await client.putAccount(NORTHLIGHT, { kind: 'team', metadata: { name: 'Northlight' } });
    await client.subscribe(NORTHLIGHT, { plan: 'teams', seats: 5, ref: 'sub_team' });
    await client.putMember(NORTHLIGHT, MAYA, { role: 'owner' });
    await client.putMember(NORTHLIGHT, 'jonas', { role: 'member', limit: { amount: 200, per: 'month' } });
    await client.putMember(NORTHLIGHT, 'amira', { role: 'admin', limit: { amount: 50, per: 'day' } });
    await client.putMember(NORTHLIGHT, 'li_wei', { role: 'member', limit: { amount: 100, per: 'month' } });
    return;
  }
  const spend = async (member: string, feature: string, times: number): Promise<void> => {
    for (let nth = 0; nth < times; nth += 1) {
      await client.consume(NORTHLIGHT, { feature, member, metadata: { project: 'Harbour' } });
    }
  };
  await spend('jonas', 'ai_script', 7);
  await spend('amira', 'premium_template_export', 5);
  await spend('li_wei', 'smart_cutout', 4);
  await spend(MAYA, 'ai_script', 1);
  await client.askForMore(NORTHLIGHT, 'jonas', {
    amount: 150,
    reason: 'The launch film has two more scenes',
  });
}

export const LOW = 'noor';
export const LONG = 'a.very.long.account.name.of.somebody@studio-with-a-long-name.example';

async function others(client: Stage['client']): Promise<void> {
  await client.grant(LOW, { class: 'purchased', amount: 18, expires_at: null });
  await client.grant(LONG, { class: 'purchased', amount: 123_456_789, expires_at: null });
  await client.grant(LONG, { class: 'subscription', amount: 9_876_543, valid_for: 'P1M' });
  await client.consume(LONG, {
    feature: 'advanced_template_export',
    units: { seconds: 600, resolution: '1080p' },
    metadata: { project: 'The-unbearably-long-name-of-a-project-that-nobody-broke-into-words-2026' },
  });
}

export const RISK = 'tomas';

/** Two lots that will lapse at the pace of the last weeks. */
export async function risk({ client }: Stage): Promise<void> {
  await client.setTestClock(new Date(NOW - 25 * DAY_MS).toISOString());
  await client.grant(RISK, { class: 'purchased', amount: 200, expires_at: null });
  await client.consume(RISK, { feature: 'smart_cutout' });
  await client.grant(RISK, {
    class: 'promotional',
    amount: 80,
    valid_for: 'P30D',
    source: { type: 'campaign', ref: 'limited_offer' },
  });
  await client.grant(RISK, {
    class: 'promotional',
    amount: 60,
    expires_at: new Date(NOW + 12 * DAY_MS).toISOString(),
    source: { type: 'campaign', ref: 'creator_event' },
  });
}
