/** Money and teams on the Credits page: plans, amounts, receipts that are given back, limits and requests. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults, openStage, overflow, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => stage.verify());

afterAll(async () => {
  await stage.close();
});

async function isSound(page: Page): Promise<void> {
  expect(await axeFaults(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

const total = (page: Page) => page.locator('.dd-total');

describe('buying on the page', () => {
  it('sells a plan, ends it after a look at every lot, and takes that back', async () => {
    await stage.client.putAccount('u_plan');
    const page = await stage.open('/credits', { account: 'u_plan' });
    await page.getByRole('button', { name: 'Choose Pro' }).click();
    await page.getByRole('button', { name: /^Pay US\$19\.99/ }).click();
    await page.waitForURL(`${stage.url}/credits**`);
    await expect.poll(() => total(page).textContent()).toBe('600');
    await expect.poll(() => page.locator('.dd-back').innerText()).toContain('Your plan Pro has begun');
    expect(page.url()).toBe(`${stage.url}/credits`);
    await page.getByRole('button', { name: 'Cancel plan' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel your plan' });
    await expect.poll(() => dialog.innerText()).toMatch(/600 Subscription · kept, expires/);
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel plan' }).click();
    await expect.poll(() => page.locator('.dd-current-plan').innerText()).toContain('Ends');
    await page.getByRole('button', { name: 'Keep plan' }).click();
    await expect.poll(() => page.locator('.dd-current-plan').innerText()).toContain('Renews');
    expect(await total(page).textContent()).toBe('600');
    await page.context().close();
  });

  it('changes a plan that is charged for: a year at once, a month again with its end, and stays after all', async () => {
    await stage.client.putAccount('u_switch');
    const page = await stage.open('/credits', { account: 'u_switch' });
    await page.getByRole('button', { name: 'Choose Pro' }).click();
    await page.getByRole('button', { name: /^Pay US\$19\.99/ }).click();
    await page.waitForURL(`${stage.url}/credits**`);
    await expect.poll(() => total(page).textContent()).toBe('600');
    await page.getByRole('radio', { name: 'Yearly' }).check();
    await page.getByRole('button', { name: 'Switch Pro' }).click();
    const dialog = page.getByRole('dialog', { name: 'Switch to Pro' });
    await expect.poll(() => dialog.innerText()).toContain('You pay US$179.99 now');
    await expect.poll(() => dialog.innerText()).toMatch(/600 Subscription · kept, expires/);
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Switch' }).dblclick();
    await expect.poll(() => total(page).textContent()).toBe('1,200');
    await dialog.waitFor({ state: 'hidden' });
    const payments = async () => (await stage.client.listPurchases('u_switch')).data.length;
    expect(await payments()).toBe(2);

    await page.getByRole('radio', { name: 'Monthly' }).check();
    await page.getByRole('button', { name: 'Switch Pro' }).click();
    await expect.poll(() => dialog.innerText()).toMatch(/You pay US\$19\.99 from .* and nothing now/);
    await dialog.getByRole('button', { name: 'Switch' }).click();
    await expect.poll(() => page.locator('.dd-current-plan').innerText()).toContain('Then Pro, from');
    await page.getByRole('button', { name: 'Stay with Pro' }).click();
    await expect.poll(() => page.locator('.dd-current-plan').innerText()).not.toContain('Then Pro');
    expect(await payments()).toBe(2);
    await page.context().close();
  });

  it('tops an account up by itself, once its owner said yes, and stops when told to', async () => {
    await stage.client.putAccount('u_top_up');
    const page = await stage.open('/credits', { account: 'u_top_up' });
    const offer = page.locator('.dd-option', { hasText: 'Automatic top-up' });
    await expect.poll(() => offer.innerText()).toContain('Off.');
    await offer.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog', { name: 'Automatic top-up' });
    await expect.poll(() => dialog.innerText()).toContain('No card is kept yet');
    await isSound(page);
    await dialog.getByRole('button', { name: /4\.99/ }).click();
    await page.getByRole('button', { name: 'Pay, and keep the card for later', exact: true }).click();
    await page.waitForURL(`${stage.url}/credits**`);
    await expect.poll(() => total(page).textContent()).toBe('100');

    await offer.getByRole('button', { name: 'Set up' }).click();
    const on = dialog.getByRole('button', { name: 'Switch on' });
    expect(await on.isDisabled()).toBe(true);
    await dialog.getByLabel('When fewer credits are left than').fill('40');
    await dialog.getByLabel('At most in a month (USD)').fill('4');
    await dialog.getByRole('checkbox', { name: /Charge “Test card that works” without asking/ }).check();
    // Less than one pack in a month would never buy anything.
    expect(await on.isDisabled()).toBe(true);
    await dialog.getByLabel('At most in a month (USD)').fill('9.98');
    await isSound(page);
    await on.click();
    await expect
      .poll(() => offer.innerText())
      .toContain('Below 40 it buys 100 credits. US$0.00 of US$9.98 this month.');
    expect(await stage.client.getAutoTopUp('u_top_up')).toMatchObject({
      state: 'on',
      threshold: 40,
      monthly_cap: { amount_minor: 998, currency: 'USD' },
    });

    await stage.client.consume('u_top_up', { amount: 70 });
    await expect.poll(() => total(page).textContent()).toBe('130');
    await expect.poll(() => offer.innerText()).toContain('US$4.99 of US$9.98 this month');
    await offer.getByRole('button', { name: 'Change' }).click();
    await expect.poll(() => dialog.locator('.dd-payment').innerText()).toMatch(/Paid[\s\S]*\$4\.99/);
    await isSound(page);
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await expect.poll(() => offer.innerText()).toContain('Off.');
    await stage.client.consume('u_top_up', { amount: 130 });
    await expect.poll(() => total(page).textContent()).toBe('0');
    await offer.getByRole('button', { name: 'Set up' }).click();
    await dialog.getByRole('button', { name: 'Remove “Test card that works”' }).click();
    await expect.poll(() => dialog.innerText()).toContain('No card is kept yet');
    expect((await stage.client.listPurchases('u_top_up')).data).toHaveLength(2);
    await page.context().close();
  });

  it('shows every payment with its receipt, and the way back to one that was begun', async () => {
    await stage.client.putAccount('u_paid');
    const page = await stage.open('/credits', { account: 'u_paid' });
    await page.getByRole('button', { name: 'Payments' }).click();
    const drawer = page.getByRole('dialog', { name: 'Payments' });
    await expect.poll(() => drawer.innerText()).toContain('Nothing has been paid yet.');
    await drawer.getByRole('button', { name: 'Close' }).click();
    await page.locator('.dd-option', { hasText: '100 credits' }).first().getByRole('button').click();
    await page.getByRole('button', { name: 'Pay US$4.99', exact: true }).waitFor();
    await page.goto(`${stage.url}/credits`);
    await page.getByRole('button', { name: 'Payments' }).click();
    await expect.poll(() => drawer.innerText()).toContain('Not paid yet');
    await isSound(page);
    await drawer.getByRole('link', { name: 'Go on to pay' }).click();
    await page.getByRole('button', { name: 'Pay US$4.99', exact: true }).click();
    await page.waitForURL(`${stage.url}/credits**`);
    await expect.poll(() => total(page).textContent()).toBe('100');
    await page.getByRole('button', { name: 'Payments' }).click();
    await drawer.getByRole('button', { name: /^Receipt/ }).click();
    const receipt = page.getByRole('dialog', { name: 'Receipt' });
    // The pack is called by what is in it, which is not said twice.
    await expect.poll(async () => (await receipt.innerText()).match(/100/g)?.length).toBe(1);
    await isSound(page);
    await receipt.getByRole('button', { name: 'All payments' }).click();
    await expect.poll(() => drawer.innerText()).toMatch(/\$4\.99/);
    await page.context().close();
  });

  it('prices any amount before the click, and charges that', async () => {
    await stage.client.putAccount('u_exact');
    const page = await stage.open('/credits', { account: 'u_exact' });
    const amount = page.getByLabel('Another amount');
    await amount.fill('755');
    const option = page.locator('form.dd-option');
    await expect.poll(() => option.innerText()).toContain('50 to 10,000, in steps of 10');
    expect(await option.getByRole('button').isDisabled()).toBe(true);
    await amount.fill('750');
    await option.getByRole('button', { name: 'Buy for US$39.93' }).click();
    await page.getByRole('button', { name: 'Pay US$39.93', exact: true }).click();
    await page.waitForURL(`${stage.url}/credits**`);
    await expect.poll(() => total(page).textContent()).toBe('750');
    await expect.poll(() => page.locator('.dd-back').innerText()).toContain('750 credits were added');
    await page.context().close();
  });

  it('gives an unspent purchase back from its receipt, and says what happens first', async () => {
    const { client, url } = stage;
    await client.putAccount('u_back');
    const order = { pack: 'pack_100', return_url: `${url}/credits`, provider: 'sandbox' } as const;
    const bought = await client.checkout('u_back', order);
    await fetch(`${bought.url}/pay`, { method: 'POST', redirect: 'manual' });
    const page = await stage.open('/credits', { account: 'u_back' });
    await page.locator('.dd-card', { hasText: 'Purchased credits' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Receipt' }).click();
    const receipt = page.getByRole('dialog', { name: 'Receipt' });
    await receipt.getByRole('button', { name: 'Give it back' }).click();
    await expect.poll(() => receipt.innerText()).toContain('The 100 credits leave your account');
    expect(await axeFaults(page)).toEqual([]);
    await receipt.getByRole('button', { name: /^Give back for/ }).click();
    await expect.poll(async () => (await client.balance('u_back')).available).toBe(0);
    await expect.poll(() => total(page).textContent()).toBe('0');
    await page.context().close();
  });
});

describe('a team', () => {
  it('is switched to and never summed; a member asks for more, and an owner allows it', async () => {
    const { client } = stage;
    await client.putAccount('t_film', { kind: 'team', metadata: { name: 'Film' } });
    await client.grant('t_film', { class: 'purchased', amount: 1_000 });
    await client.grant('u_member', { class: 'promotional', amount: 7, valid_for: 'P30D' });
    await client.putMember('t_film', 'u_owner', { role: 'owner' });
    await client.putMember('t_film', 'u_member', { role: 'member', limit: { amount: 30, per: 'month' } });
    await client.consume('t_film', { feature: 'ai_script', member: 'u_member' });

    const member = await stage.open('/credits', { account: 'u_member', teams: ['t_film'] });
    await expect.poll(() => total(member).textContent()).toBe('7');
    await member.getByLabel('Team Film').check();
    await expect.poll(() => total(member).textContent()).toBe('975');
    await expect.poll(() => member.locator('.dd-panel').innerText()).toMatch(/Used\s*25\s*Left\s*5/);
    expect(await member.locator('#dd-packs, .dd-members').count()).toBe(0);
    await member.getByLabel('Credits', { exact: true }).fill('20');
    await member.getByLabel('What for (optional)').fill('The launch film');
    await member.getByRole('button', { name: 'Ask', exact: true }).click();
    await expect.poll(() => member.locator('.dd-ask').innerText()).toContain('You asked for 20');
    expect(await axeFaults(member)).toEqual([]);

    const owner = await stage.open('/credits?show=t_film', { account: 'u_owner', teams: ['t_film'] });
    await expect.poll(() => owner.locator('.dd-requests').innerText()).toContain('The launch film');
    // Of everybody's use it says whose it was; of one's own there is nothing to say.
    const newest = (page: Page) => page.locator('.dd-table tbody tr').first();
    await expect.poll(() => newest(owner).innerText()).toContain('AI script generation · u_member');
    expect(await newest(member).innerText()).not.toContain('u_member');
    const usage = owner.getByRole('region', { name: 'What credits went for' });
    await usage.getByLabel('Member').check();
    await expect.poll(() => usage.locator('tbody').innerText()).toMatch(/^u_member\s+once\s+25\s*$/);
    await owner.getByRole('button', { name: 'Approve u_member' }).click();
    await expect.poll(() => owner.locator('.dd-members').innerText()).toContain('25 of 50 used this month');
    await owner.getByRole('button', { name: 'Change u_member' }).click();
    await owner.getByLabel('Spending limit, in credits').fill('80');
    expect(await axeFaults(owner)).toEqual([]);
    await owner.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => owner.locator('.dd-members').innerText()).toContain('25 of 100 used this month');
    expect((await client.getMember('t_film', 'u_member')).limit).toEqual({ amount: 80, per: 'month' });
    await member.context().close();
    await owner.context().close();
  });
});

describe('for everyone', () => {
  it('stands still for people who asked for that, and reads from right to left', async () => {
    await stage.client.grant('u_still', { class: 'purchased', amount: 100 });
    const page = await stage.open('/credits', {
      account: 'u_still',
      context: { reducedMotion: 'reduce', viewport: { width: 390, height: 844 } },
    });
    await expect.poll(() => total(page).textContent()).toBe('100');
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    expect(await overflow(page)).toBe(0);
    const seen = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const element = document.querySelector('.dd-total') as Element;
          new MutationObserver(() => resolve(element.textContent ?? '')).observe(element, {
            characterData: true,
            subtree: true,
          });
        }),
    );
    await stage.client.consume('u_still', { feature: 'ai_script' });
    // The first thing that is shown is the end.
    expect(await seen).toBe('75');
    await page.context().close();
  });
});
