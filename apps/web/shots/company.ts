/** A company with some months behind it, for the pictures of the staff console. */
import type { Stage } from '../test/stage.ts';

const DAY_MS = 86_400_000;

export async function company(stage: Stage): Promise<void> {
  const { client, staff } = stage;
  const now = Date.now();
  const at = (daysAgo: number): Promise<unknown> =>
    client.setTestClock(new Date(now - daysAgo * DAY_MS).toISOString());
  const people = ['maya', 'jonas', 'amina', 'li_wei', 'sofia', 'tomas', 'zoe'];
  await at(150);
  await client.putAccount('atelier', { kind: 'team' });
  for (const [nth, who] of people.entries()) {
    await at(150 - nth * 9);
    await client.subscribe(who, { plan: 'pro', ref: `sub_${who}` });
    if (nth % 2 === 0) await buy(stage, who, nth % 3 === 0 ? 'pack_500' : 'pack_100');
  }
  await client.putMember('atelier', 'maya', { role: 'owner' });
  await client.putMember('atelier', 'jonas', { role: 'member', limit: { amount: 50, per: 'month' } });
  await client.grant('atelier', { class: 'purchased', amount: 1200 });
  for (let day = 90; day > 20; day -= 2) {
    await at(day);
    const who = people[day % people.length] as string;
    await spend(stage, who, day);
    if (day % 4 === 0) await client.claimCampaign(who, 'creator_event').catch(() => undefined);
  }
  await at(20);
  await client.subscribe('maya', { plan: 'pro', ref: 'sub_maya_again' });
  await buy(stage, 'maya', 'pack_500');
  await client.grant('maya', {
    class: 'promotional',
    amount: 40,
    valid_for: 'P60D',
    source: { type: 'campaign', ref: 'creator_event' },
  });
  await at(2);
  await spend(stage, 'maya', 1);
  await spend(stage, 'maya', 2);
  await at(0);
  await client.hold('maya', {
    feature: 'ai_script',
    ttl_seconds: 3600,
    metadata: { project: 'Autumn film' },
  });
  await staff.createWebhookEndpoint({ url: 'https://app.example.com/hooks/credits', description: 'The app' });
  await staff.createWebhookEndpoint({
    url: 'https://mail.example.com/credits/notices-of-expiry',
    types: ['credits.expiring', 'credits.expired'],
  });
  await client.consume('maya', { feature: 'smart_cutout' });
  await staff.createCampaign({
    id: 'autumn_2026',
    name: 'Autumn of films',
    kind: 'promotion_code',
    credits: 25,
    class: 'promotional',
    validity: 'P30D',
    budget: 5000,
    codes: { kind: 'shared', code: 'AUTUMN26' },
  });
  for (const who of people) await client.redeem(who, { code: 'AUTUMN26' });
}

async function buy({ client, url }: Stage, account: string, pack: string): Promise<void> {
  const { purchase } = await client.checkout(account, {
    pack,
    return_url: `${url}/credits`,
    provider: 'sandbox',
  });
  await fetch(`${purchase.checkout_url}/pay`, { method: 'POST', redirect: 'manual' });
}

async function spend({ client }: Stage, account: string, nth: number): Promise<void> {
  const features = ['ai_script', 'smart_cutout', 'premium_template_export'];
  const feature = features[nth % features.length] as string;
  await client.consume(account, { feature, metadata: { project: 'Spring film' } }).catch(() => undefined);
}
