/** Selling, giving back, topping up, correcting, and the end of an account, in processes of their own. */
import type * as wire from '@drawdown/client';
import { expect, test } from 'vitest';
import { serving } from './serving.ts';

const BACK = ['--return-url', 'http://127.0.0.1/'];
const REASON = ['--reason', 'ticket 12'];

const server = serving({ DRAWDOWN_SANDBOX: '1' });
const { cli: run, json } = server;

async function refused(...words: string[]): Promise<[number | null, string]> {
  const { code, stderr } = await run(...words);
  return [code, stderr.trim()];
}

/** What the buyer does on the page of the sandbox. */
async function pressed(checkout: string, action: string): Promise<void> {
  const answer = await fetch(`${server.url}/checkout/${checkout}/${action}`, {
    method: 'POST',
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
}

async function bought(account: string, ...more: string[]): Promise<wire.CheckoutReceipt> {
  return json('checkout', account, 'pack_100', '--currency', 'USD', ...BACK, ...more);
}

test('a price is what the checkout charges, of a pack, an amount and a sum', async () => {
  const pack = await json<wire.Price>('price', 'pack_100', '--currency', 'USD');
  expect(pack).toMatchObject({ credits: 100, price: { amount_minor: 499, currency: 'USD' } });
  expect((await run('price', 'pack_100', '--currency', 'USD')).stdout).toBe(
    '100 credits, class purchased, they never expire: in minor units, 499 USD.\n',
  );
  const exact = await json<wire.Price>('price', '--credits', '250', '--currency', 'USD');
  const opened = await json<wire.CheckoutReceipt>(
    ...['checkout', 'c_exact', '--credits', '250', '--currency', 'USD', ...BACK],
  );
  expect(opened.purchase.price).toEqual(exact.price);
  const sum = await json<wire.Price>('price', '--money', '1000', '--currency', 'USD');
  expect(sum.price.amount_minor).toBeLessThanOrEqual(1000);
  expect((await refused('price', 'none'))[0]).toBe(2);
  expect((await refused('price', 'pack_100', '--credits', '3'))[0]).toBe(2);
});

test('a pack is sold, listed, shown and given back; the same key is the same checkout', async () => {
  const first = await bought('c_1', '--idempotency-key', 'k1');
  expect((await bought('c_1', '--idempotency-key', 'k1')).purchase.id).toBe(first.purchase.id);
  await pressed(first.checkout, 'pay');
  const paid = await json<wire.Purchase>('purchases', 'show', first.purchase.id);
  expect(paid).toMatchObject({ state: 'completed', credits: 100 });
  const text = (await run('purchases', 'show', first.purchase.id)).stdout;
  expect(text).toContain(
    `${first.purchase.id} of c_1: pack_100, 100 credits, completed; in minor units, 499 USD.`,
  );
  expect((await run('purchases', 'list', 'c_1')).stdout).toContain(first.purchase.id);
  expect((await run('purchases', 'list', 'c_exact')).stdout).toContain('an amount');
  const back = await json<wire.Purchase>('purchases', 'refund', first.purchase.id, ...REASON);
  expect(back).toMatchObject({ state: 'reversed', reversed: 100 });
  expect((await json<wire.Balance>('balance', 'c_1')).total).toBe(0);
  const [code, said] = await refused('purchases', 'refund', first.purchase.id, ...REASON);
  expect([code, said]).toEqual([3, expect.stringContaining('drawdown: ')]);
  expect((await refused('purchases', 'show', 'pur_none'))[0]).toBe(4);
  expect((await refused('purchases', 'claim', 'c_1'))[0]).toBe(2);
  const claim = await refused('purchases', 'claim', 'c_1', '--google-play', 't', '--product', 'pack_100');
  expect(claim).toEqual([3, expect.stringContaining('provider_not_configured')]);
});

test('a plan is sold under a law; what only packs know does not go with it', async () => {
  const words = ['checkout', 'c_plan', '--plan', 'pro', '--interval', 'month', '--currency', 'USD', ...BACK];
  expect((await refused(...words, '--jurisdiction', 'DE'))[1]).toContain('consent_required');
  const law = ['--jurisdiction', 'DE', '--immediate-use', '--save-payment-method'];
  const opened = await json<wire.PlanCheckoutReceipt>(...words, ...law);
  await pressed(opened.checkout, 'pay_and_keep');
  const [payment] = (await json<wire.Page<wire.Purchase>>('purchases', 'list', 'c_plan')).data;
  expect(payment).toMatchObject({ jurisdiction: 'DE', consent: { immediate_use: true } });
  expect((await run('subscriptions', 'c_plan')).stdout).toContain(opened.plan_checkout.subscription);
  expect(await refused(...words, '--credits', '5')).toEqual([
    2,
    'drawdown: --credits does not go with --plan',
  ]);
  expect((await refused('checkout', 'c_plan', 'pack_100', '--plan', 'pro', ...BACK))[0]).toBe(2);
  expect((await refused('checkout', 'c_plan', 'pack_100'))[1]).toBe('drawdown: --return-url is missing');
});

test('top-ups are agreed to with the owner’s word, shown, and switched off', async () => {
  const terms = ['--threshold', '50', '--pack', 'pack_100', '--monthly-cap', '2000', '--currency', 'USD'];
  expect(await refused('top-up', 'set', 'c_top', ...terms)).toEqual([
    2,
    expect.stringContaining('--off-session is missing'),
  ]);
  const { checkout } = await bought('c_top', '--save-payment-method');
  expect((await refused('top-up', 'set', 'c_top', ...terms, '--off-session'))[0]).toBe(3);
  await pressed(checkout, 'pay_and_keep');
  const agreed = await json<wire.AutoTopUp>('top-up', 'set', 'c_top', ...terms, '--off-session');
  expect(agreed).toMatchObject({ state: 'on', threshold: 50 });
  await json('consume', 'c_top', '--amount', '80');
  let shown = '';
  for (let tries = 0; tries < 40 && !shown.includes('completed'); tries += 1) {
    shown = (await run('top-up', 'show', 'c_top')).stdout;
  }
  expect(shown).toMatch(/^c_top: on\. Below 50 credits it buys pack_100, paid by /);
  expect(shown).toContain('In minor units, this month 499 USD of 2000 USD.');
  expect(shown).toContain('completed');
  expect((await json<wire.Balance>('balance', 'c_top')).total).toBe(120);
  expect((await run('top-up', 'off', 'c_top', '--forget-payment-method')).stdout).toBe(
    'c_top is not topped up any more. How it paid is forgotten.\n',
  );
  expect((await run('top-up', 'show', 'c_top')).stdout).toMatch(/^c_top: off, with no way to pay\./);
});

test('support corrects: freeze, unfreeze, extend, void and adjust, each with its reason', async () => {
  const { grant } = await json<wire.GrantReceipt>(
    ...['grant', 'c_help', 'promotional', '40', '--valid-for', 'P10D'],
  );
  expect((await refused('freeze', grant.id))[1]).toBe('drawdown: --reason is missing');
  const frozen = await run('freeze', grant.id, ...REASON);
  expect(frozen.stdout).toContain(`Frozen: ${grant.id} of class promotional, with 40 credits left.`);
  expect((await json<wire.Balance>('balance', 'c_help')).available).toBe(0);
  expect((await run('unfreeze', grant.id, ...REASON)).stdout).toContain('Unfrozen: ');
  const until = '2035-01-01T00:00:00.000Z';
  expect((await run('extend', grant.id, '--until', until, ...REASON)).stdout).toContain(
    `expires at ${until}`,
  );
  expect((await refused('extend', grant.id, '--until', '2026-01-01T00:00:00Z', ...REASON))[0]).not.toBe(0);
  const taken = await json<wire.Receipt>('adjust', 'c_help', '--amount=-5', ...REASON);
  expect(taken.balance.total).toBe(35);
  await json('adjust', 'c_help', '--amount', '7', '--class', 'purchased', ...REASON);
  expect((await run('void', grant.id, ...REASON)).stdout).toContain('Voided: ');
  expect((await json<wire.Balance>('balance', 'c_help')).total).toBe(7);
});

test('a subscription is paused, resumed, cancelled and reactivated', async () => {
  const { subscription } = await json<wire.SubscriptionReceipt>(
    ...['subscribe', 'c_sub', 'pro', '--currency', 'USD', '--ref', 'in_1'],
  );
  const preview = await json<wire.SubscriptionPreview>('pause', 'c_sub', subscription.id, '--preview');
  expect(preview.lots.length).toBeGreaterThan(0);
  await json('pause', 'c_sub', subscription.id);
  expect((await json<wire.SubscriptionReceipt>('resume', 'c_sub', subscription.id)).subscription.status).toBe(
    'active',
  );
  await json('cancel', 'c_sub', subscription.id);
  const again = await json<wire.SubscriptionReceipt>('reactivate', 'c_sub', subscription.id);
  expect(again.subscription).toMatchObject({ status: 'active', cancel_at: null });
});

test('two accounts become one; a merge is shown first', async () => {
  await json('grant', 'c_old', 'purchased', '30');
  await json('grant', 'c_new', 'purchased', '5');
  expect((await run('merge', 'c_old', 'c_new', ...REASON, '--preview')).stdout).toMatch(
    /^30 credits of c_old would go to c_new\./,
  );
  expect((await json<wire.Balance>('balance', 'c_old')).total).toBe(30);
  expect((await run('merge', 'c_old', 'c_new', ...REASON)).stdout).toMatch(
    /^30 credits of c_old went to c_new\./,
  );
  expect((await json<wire.Balance>('balance', 'c_new')).total).toBe(35);
  expect((await refused('merge', 'c_old', 'c_new', ...REASON))[0]).toBe(3);
  expect((await refused('merge', 'c_new', 'c_none', ...REASON))[0]).toBe(4);
});

test('an account is closed, paid out, exported and erased', async () => {
  await json('grant', 'c_end', 'purchased', '100', '--cost', '999', '--currency', 'USD');
  expect((await refused('erase', 'c_end', ...REASON))[0]).toBe(3);
  expect((await run('close', 'c_end', '--preview')).stdout).toMatch(
    /^Closing c_end would take back 1 grants; paid for them, in minor units, payable: 999 USD\./,
  );
  expect((await run('close', 'c_end', ...REASON)).stdout).toContain('in minor units, to be paid: 999 USD.');
  expect((await refused('grant', 'c_end', 'purchased', '1'))[0]).toBe(3);
  const { data } = await json<wire.Page<wire.Payable>>('payables');
  const [due] = data.filter(({ account }) => account === 'c_end');
  expect(due).toMatchObject({ payable_minor: 999 });
  expect((await run('payables')).stdout).toContain(due?.id);
  expect((await refused('erase', 'c_end', ...REASON))[0]).toBe(3);
  expect((await run('paid', due?.id ?? '', '--reference', 'SEPA 1')).stdout).toBe(
    'Paid: 999 USD to c_end, SEPA 1.\n',
  );
  expect((await run('closure', 'c_end')).stdout).toContain('paid out: SEPA 1');
  const lines = (await run('export', 'c_end')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(
    expect.arrayContaining(['account', 'grant', 'end']),
  );
  const erased = await json<wire.Erasure>('erase', 'c_end', ...REASON);
  expect(erased.account).toMatch(/^erased_/);
  expect((await refused('balance', 'c_end'))[0]).toBe(4);
  expect((await run('verify')).code).toBe(0);
});

test('a small balance is paid out where the law of its sale says so', async () => {
  const { checkout } = await bought('c_cash', '--jurisdiction', 'US-CA');
  await pressed(checkout, 'pay');
  const [code] = await refused('cash-out', 'c_cash', '--preview');
  await json('consume', 'c_cash', '--amount', '50');
  const preview = await run('cash-out', 'c_cash', '--preview');
  expect([code, preview.code]).toEqual([0, 0]);
  expect((await run('cash-out', 'c_cash')).stdout).toMatch(/^50 credits of c_cash were taken back; /);
  expect((await json<wire.Balance>('balance', 'c_cash')).total).toBe(0);
});
