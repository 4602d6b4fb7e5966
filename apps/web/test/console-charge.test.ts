import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { axeFaults, openStage, PHONE, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => stage.verify());

afterAll(async () => {
  await stage.close();
});

const part = (credits: number) =>
  `{"credits": "${credits}", "lots": [], "target": "0", "voided": "0", "lost": "0", "taken": "0", "given": "0", "ended": {}, "before": null}`;
const PARTS = `[${part(100)}, ${part(0)}]`;

/** A charge that was sent an hour ago, and that nobody answers about. */
async function unanswered(account: string): Promise<string> {
  const { checkout } = await stage.client.checkout(account, {
    pack: 'pack_100',
    currency: 'USD',
    return_url: `${stage.url}/credits`,
    provider: 'sandbox',
    save_payment_method: true,
  });
  await stage.engine.sandbox.act(checkout, 'pay_and_keep');
  const on = await stage.engine.database.connect();
  await on.script(`
    insert into drawdown.purchases select * from jsonb_populate_record(null::drawdown.purchases,
      (select to_jsonb(p) || '{"no": 77, "state": "open", "facts": [], "parts": ${PARTS}, "payment": null, "paid_at": null, "checkout": null, "url": null, "key": null, "fingerprint": null}'
         from drawdown.purchases p join drawdown.accounts a on a.number = p.account where a.id = '${account}'));
    insert into drawdown.top_ups select m.account, 77, 1, 499, 'USD', 'sandbox', customer, method, 'sent', null, 9,
      4102444800000, (extract(epoch from now()) * 1000)::int8 - 3600000, m.bucket
      from drawdown.payment_methods m join drawdown.accounts a on a.number = m.account where a.id = '${account}';`);
  await on.close();
  const { history } = await stage.client.getAutoTopUp(account);
  return history[0]?.purchase as string;
}

it('ends a charge that nobody answers about, as it was found at the provider: nothing was taken', async () => {
  const purchase = await unanswered('u_stuck');
  const page = await openConsole(stage, '/console/accounts/u_stuck?view=payments');
  await page.getByText('its provider has not answered').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'End the charge' }).click();
  const dialog = page.getByRole('dialog');
  // What became of it is said in so many words: nothing is chosen beforehand.
  expect(await dialog.locator('.effect').count()).toBe(0);
  await dialog.getByLabel('At the provider').selectOption('nothing');
  await dialog.getByText('ends as not taken').waitFor();
  await dialog.getByLabel('Reason').fill('Not to be found there');
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'End the charge' }).click();
  await dialog.getByText('The charge has ended').waitFor();
  await dialog.getByRole('link', { name: 'Show in the audit log' }).click();
  await expect
    .poll(() => page.locator('.table__row').first().innerText())
    .toContain('Unanswered charge ended');
  expect((await stage.client.getPurchase(purchase)).state).toBe('failed');
  await page.goBack();
  await page.getByText('Receipt').first().waitFor();
  await expect.poll(() => page.getByText('its provider has not answered').count()).toBe(0);
  await page.context().close();
});

it('ends it as taken, on a phone: the sum that was asked for is there already, another one is owed back', async () => {
  const purchase = await unanswered('u_paid');
  const page = await openConsole(stage, '/console/accounts/u_paid?view=payments', {
    context: { viewport: PHONE },
  });
  await page.getByRole('button', { name: 'End the charge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('At the provider').selectOption('money');
  await dialog.getByLabel('Payment').fill('pay_found');
  await expect.poll(() => dialog.getByLabel('Sum').inputValue()).toBe('4.99');
  await dialog.getByText('is paid, and buys these credits').waitFor();
  await dialog.getByLabel('Sum').fill('4.98');
  await dialog.getByText('is owed back').waitFor();
  await dialog.getByLabel('Sum').fill('4.99');
  await dialog.getByText('is paid, and buys these credits').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByLabel('Reason').fill('Found there');
  await dialog.getByRole('button', { name: 'End the charge' }).click();
  await dialog.getByText('200 credits are available now').waitFor();
  expect(await stage.client.getPurchase(purchase)).toMatchObject({ state: 'completed', credits: 100 });
  await page.context().close();
});
