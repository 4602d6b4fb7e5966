/** Every operation on payouts with success, and the refusals that are theirs; answers are checked as they come. */
import type { CashOutPreview, CashOutReceipt, Page, Payable, Problem } from '@drawdown/client';
import { expect, test } from 'vitest';
import { ADMIN, type Ask, type TestServer } from './support.ts';

/** The account, with a little left that the law of its sale has paid out. */
export async function cashable(t: TestServer, account: string): Promise<string> {
  const body = {
    class: 'purchased',
    amount: 10,
    cost: { amount_minor: 100, currency: 'USD' },
    metadata: { cash_out: { at_most_minor: 999, currency: 'USD' } },
  };
  await t.ask('POST', `/v1/accounts/${account}/grants`, { body });
  return account;
}

/** What became payable of such an account. */
export async function payable(t: TestServer, account: string): Promise<string> {
  const path = `/v1/accounts/${await cashable(t, account)}/cash_outs`;
  const { body } = await t.ask<CashOutReceipt>('POST', path, { as: ADMIN, body: {} });
  return body.settlements[0]?.grant as string;
}

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function cashOutContract(server: () => TestServer): void {
  const post = async <T>(path: string, body: object, more: Ask = {}) =>
    (await server().ask<T>('POST', path, { body, as: ADMIN, ...more })).body;

  test('what is little is paid out once, listed for finance and marked as paid', async () => {
    const path = '/v1/accounts/u_cash/cash_outs';
    await post('/v1/accounts/u_cash/grants', { class: 'promotional', amount: 5 });
    expect(await post<Problem>(path, {})).toMatchObject({
      status: 409,
      code: 'cash_out_refused',
      reason: 'nothing',
    });
    await post('/v1/accounts/u_cash/grants', {
      class: 'purchased',
      amount: 30,
      cost: { amount_minor: 1000, currency: 'USD' },
      metadata: { cash_out: { at_most_minor: 999, currency: 'USD' } },
    });
    expect(await post<Problem>(path, {})).toMatchObject({
      reason: 'above_threshold',
      balance: { amount_minor: 1000, currency: 'USD' },
      at_most: { amount_minor: 999, currency: 'USD' },
    });
    await post('/v1/accounts/u_cash/consume', { amount: 15 });
    const preview = await post<CashOutPreview>(`${path}/preview`, { currency: 'USD' });
    expect(preview).toMatchObject({
      lots: [{ credits: 20 }],
      payable: { amount_minor: 667, currency: 'USD' },
    });
    const made = await post<CashOutReceipt>(path, {}, { key: 'cash' });
    expect(made).toMatchObject({
      operation: { type: 'void', amount: 20 },
      settlements: [{ credits: 20, payable_minor: 667, way: 'payable', paid_at: null }],
      payable: preview.payable,
    });
    expect((await post<CashOutReceipt>(path, {}, { key: 'cash' })).operation).toEqual(made.operation);

    const listed = async () =>
      (await server().ask<Page<Payable>>('GET', '/v1/settlements?limit=200', { as: ADMIN })).body.data.find(
        ({ account }) => account === 'u_cash',
      );
    const payable = (await listed()) as Payable;
    expect(payable).toMatchObject({ id: made.settlements[0]?.grant, payable_minor: 667 });
    const paid = `/v1/settlements/${payable.id}/paid`;
    expect(await post(paid, { reference: 'check 1' })).toMatchObject({
      paid_minor: 667,
      reference: 'check 1',
    });
    expect(await post(paid, { reference: 'check 2' })).toMatchObject({
      payable_minor: 0,
      reference: 'check 1',
    });
    expect(await listed()).toBeUndefined();
    expect(await post('/v1/settlements/grt_x/paid', { reference: 'x' })).toMatchObject({
      status: 404,
      code: 'settlement_not_found',
    });
  });
}
