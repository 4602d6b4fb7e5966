/** Every operation on accounts as a whole with success, and the refusals that are theirs; answers are checked as they come. */
import type {
  ClosePreview,
  CloseReceipt,
  ClosureReport,
  Erasure,
  MergePreview,
  MergeReceipt,
  Problem,
  Session,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import { ADMIN, type Ask, type TestServer } from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function accountLifeContract(server: () => TestServer): void {
  const post = async <T>(path: string, body?: object, more: Ask = {}) => {
    const ask = body === undefined ? {} : { body };
    return (await server().ask<T>('POST', `/v1/accounts/${path}`, { ...ask, as: ADMIN, ...more })).body;
  };
  const get = async <T>(path: string) =>
    (await server().ask<T>('GET', `/v1/accounts/${path}`, { as: ADMIN })).body;
  const granted = (id: string, more: object = {}) =>
    post(`${id}/grants`, { class: 'purchased', amount: 20, ...more });

  test('an account is merged into another one, and says so ever after', async () => {
    await granted('u_twice');
    await granted('u_once');
    const body = { into: 'u_once', reason: 'one person' };
    const preview = await post<MergePreview>('u_twice/merge/preview', body);
    expect(preview).toMatchObject({ lots: [{ amount: 20, moved_to: null }], balance: { total: 40 } });
    expect(await get<Problem>('u_twice/merge')).toMatchObject({ status: 409, code: 'account_open' });
    const done = await post<MergeReceipt>('u_twice/merge', body, { key: 'merge' });
    expect(done).toMatchObject({ state: 'delivered', operation: { type: 'transfer', amount: 20 } });
    expect((await post<MergeReceipt>('u_twice/merge', body, { key: 'merge' })).operation).toEqual(
      done.operation,
    );
    expect(await get('u_twice/merge')).toMatchObject({ into: 'u_once', by: 'staff:key_admin' });
    expect(await get('u_twice')).toMatchObject({ state: 'closed', merged_into: 'u_once' });
    const refused = await post<Problem>('u_twice/consume', { amount: 1 });
    expect(refused).toMatchObject({ status: 409, code: 'account_closed', merged_into: 'u_once' });
    const put = await server().ask<Problem>('PUT', '/v1/accounts/u_twice', { body: {} });
    expect(put.body).toMatchObject({ status: 409, code: 'account_closed' });
    expect(await post<Problem>('u_twice/quotes', { amount: 1 })).toMatchObject({ code: 'account_closed' });
    expect(await post<Problem>('u_twice/referrals', {})).toMatchObject({ code: 'account_closed' });
  });

  test('an account is closed, and what was paid for is settled', async () => {
    await granted('u_leaves', { cost: { amount_minor: 400, currency: 'EUR' } });
    await post('u_leaves/holds', { amount: 1, ttl_seconds: 60 });
    const busy = await post<Problem>('u_leaves/close', { reason: 'asked for' });
    expect(busy).toMatchObject({ status: 409, code: 'account_busy', subscriptions: [] });
    await post(`../holds/${(busy as unknown as { holds: string[] }).holds[0]}/release`, {});
    expect(await post<ClosePreview>('u_leaves/close/preview')).toMatchObject({
      value: [{ amount_minor: 400, currency: 'EUR', outcome: 'payable' }],
    });
    const done = await post<CloseReceipt>('u_leaves/close', { reason: 'asked for' });
    expect(done).toMatchObject({ account: { state: 'closed' }, payable: [{ amount_minor: 400 }] });
    expect(await get<ClosureReport>('u_leaves/closure')).toMatchObject({ payable: done.payable });
    const settled = await post<ClosureReport>('u_leaves/closure/settle', { reference: 'SEPA 7' });
    expect(settled).toMatchObject({ payable: [], settlements: [{ paid_minor: 400, reference: 'SEPA 7' }] });
  });

  test('one takes away what is kept, and it is removed', async () => {
    await granted('u_gone');
    await server().ask('PUT', '/v1/accounts/u_team', { body: { kind: 'team' } });
    const path = '/v1/accounts/u_gone/export';
    const { text, headers } = await server().ask('GET', path, {});
    expect(headers['content-type']).toContain('application/x-ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type).filter((type) => type !== 'notice')).toEqual([
      ...['account', 'balance', 'grant', 'entry', 'end'],
    ]);
    const { body } = await server().ask<Session>('POST', '/v1/sessions', {
      body: { account: 'u_gone', surface: 'web', teams: ['u_team'] },
    });
    expect((await server().ask('GET', path, { as: body.token })).status).toBe(200);
    const team = await server().ask<Problem>('GET', '/v1/accounts/u_team/export', { as: body.token });
    expect(team.body).toMatchObject({ status: 404, code: 'account_not_found' });

    const early = await post<Problem>('u_gone/erase', { reason: 'asked for' });
    expect(early).toMatchObject({ status: 409, code: 'account_open' });
    await post('u_gone/close', { reason: 'asked for' });
    const { account } = await post<Erasure>('u_gone/erase', { reason: 'asked for' });
    expect(await get('u_gone')).toMatchObject({ status: 404 });
    expect(await get(account)).toMatchObject({ account, state: 'closed', metadata: {} });
  });
}
