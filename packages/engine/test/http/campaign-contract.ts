/** Every operation on campaigns with success, and the refusals that are theirs; answers are checked as they come. */
import type {
  Balance,
  Campaign,
  CampaignCodes,
  GrantReceipt,
  Page,
  Problem,
  Redemption,
  Referral,
  Session,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import { ADMIN, type Ask, type TestServer } from './support.ts';

const SPRING = {
  id: 'spring',
  name: 'Spring codes',
  kind: 'promotion_code',
  credits: 40,
  class: 'promotional',
  validity: 'P14D',
  budget: 4000,
  codes: { kind: 'single_use' },
};

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function campaignContract(server: () => TestServer): void {
  const post = <T = GrantReceipt>(path: string, body: object, more: Ask = {}) =>
    server().ask<T>('POST', path, { body, ...more });
  const staff = <T = Campaign>(path: string, body: object) => post<T>(path, body, { as: ADMIN });
  const read = async <T>(path: string) => (await server().ask<T>('GET', path, { as: ADMIN })).body;
  const account = (id: string) => server().ask('PUT', `/v1/accounts/${id}`, { body: {} });
  const session = async (id: string, surface: string) =>
    (await post<Session>('/v1/sessions', { account: id, surface })).body.token;

  test('staff makes a campaign and its codes, an account redeems one, staff watches and stops it', async () => {
    const made = await staff('/v1/campaigns', SPRING);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ origin: 'staff', state: 'running', created_by: 'staff:key_admin' });
    expect((await staff('/v1/campaigns', SPRING)).body).toEqual(made.body);
    const other = await staff<Problem>('/v1/campaigns', { ...SPRING, credits: 41 });
    expect(other.body).toMatchObject({ status: 409, code: 'campaign_exists', campaign: 'spring' });
    const { body } = await staff<CampaignCodes>('/v1/campaigns/spring/codes', { count: 3 });
    expect(body.codes).toHaveLength(3);

    await account('u_spring');
    const offers = await read<{ data: { id: string; how: string }[] }>('/v1/accounts/u_spring/campaigns');
    expect(offers.data.filter(({ id }) => id === 'spring')).toMatchObject([{ how: 'code' }]);
    const redeem = { code: body.codes[0] };
    const path = '/v1/accounts/u_spring/redeem';
    const first = await post(path, redeem, { key: 'spring' });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      operation: { type: 'grant', amount: 40 },
      grant: { class: 'promotional', source: { type: 'campaign', ref: 'spring', name: SPRING.name } },
      balance: { available: 40 },
    });
    const again = await post(path, redeem, { key: 'spring' });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toContain(JSON.stringify(first.body.operation));
    const keyless = await post<Problem>(path, redeem, { key: null });
    expect(keyless.body).toMatchObject({ status: 400, code: 'idempotency_key_required' });

    await server().ask('POST', '/v1/accounts/u_spring/consume', { body: { amount: 15 } });
    const shown = await read<Campaign>('/v1/campaigns/spring');
    expect(shown.metrics).toEqual({
      redemptions: 1,
      awarded: 40,
      used: 15,
      expired: 0,
      remaining: 25,
      budget_left: 3960,
    });
    const { data } = await read<Page<Redemption>>('/v1/campaigns/spring/redemptions');
    expect(data).toMatchObject([{ account: 'u_spring', role: 'participant', grant: first.body.grant.id }]);
    const stopped = await staff('/v1/campaigns/spring/stop', { reason: 'it was abused' });
    expect(stopped.body).toMatchObject({ state: 'stopped', stop_reason: 'it was abused' });
    await account('u_late');
    const late = await post<Problem>('/v1/accounts/u_late/redeem', { code: body.codes[1] });
    expect(late.body).toMatchObject({ status: 409, code: 'campaign_stopped' });
    const { body: balance } = await server().ask<Balance>('GET', '/v1/accounts/u_spring/balance');
    expect(balance.available).toBe(25);
    const codes = await staff<Problem>('/v1/campaigns/spring/codes', { count: 1 });
    expect(codes.body).toMatchObject({ status: 409, code: 'campaign_stopped' });
  });

  test('the list has the campaigns of the catalog too, newest first, page by page', async () => {
    const whole = await read<Page<Campaign>>('/v1/campaigns?limit=200');
    expect(whole.data.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['creator_event', 'invite_a_friend', 'daily_check_in', 'sign_up_bonus']),
    );
    const first = await read<Page<Campaign>>('/v1/campaigns?limit=2');
    const second = await read<Page<Campaign>>(`/v1/campaigns?limit=2&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(whole.data.slice(0, 4));
    expect(await read<Problem>('/v1/campaigns?cursor=nonsense')).toMatchObject({ code: 'invalid_cursor' });
  });

  test('a person earns on a phone what the web then shows, and cannot say to be elsewhere', async () => {
    const phone = await session('u_phone', 'ios');
    const claim = '/v1/accounts/u_phone/campaigns/daily_check_in/claim';
    const claimed = await post(claim, {}, { as: phone });
    expect(claimed.status).toBe(201);
    const web = await session('u_phone', 'web');
    const { body } = await server().ask<Balance>('GET', '/v1/accounts/u_phone/balance', { as: web });
    expect(body.available).toBe(2);
    const forged = await post<Problem>(claim, { surface: 'web' }, { as: phone });
    expect(forged.body).toMatchObject({ status: 403, code: 'forbidden', field: 'surface' });
    const again = await post<Problem>(claim, {}, { as: web });
    expect(again.body).toMatchObject({ status: 409, code: 'campaign_already_redeemed', limit: 1 });
  });

  test('a person invites another, and the code stays the same', async () => {
    const inviter = await session('u_inviter', 'web');
    const path = '/v1/accounts/u_inviter/referrals';
    const { body: mine } = await post<Referral>(path, {}, { as: inviter });
    expect(mine).toMatchObject({ campaign: 'invite_a_friend', credits: 20, inviter_credits: 20, invited: 0 });
    expect((await post<Referral>(path, { campaign: 'invite_a_friend' })).body).toEqual(mine);
    const self = await post<Problem>('/v1/accounts/u_inviter/redeem', { code: mine.code, device: 'd_0' });
    expect(self.body).toMatchObject({ status: 409, code: 'campaign_not_eligible', reason: 'self_referral' });
    const invited = await session('u_invited', 'android');
    const asked = { code: mine.code, device: 'd_1' };
    const redeemed = await post('/v1/accounts/u_invited/redeem', asked, { as: invited });
    expect(redeemed.body.grant).toMatchObject({ amount: 20, metadata: { role: 'invited' } });
    await expect
      .poll(async () => (await post<Referral>(path, {})).body)
      .toMatchObject({ invited: 1, awarded: 20, pending: 0 });
  });

  test.each([
    [{ ...SPRING, id: '1st' }, 'id'],
    [{ ...SPRING, id: 'bad', credits: 0 }, 'credits'],
    [{ ...SPRING, id: 'bad', credits: 0.5 }, 'credits'],
    [{ ...SPRING, id: 'bad', class: 'purchased' }, 'class'],
    [{ ...SPRING, id: 'bad', class: 'none' }, 'class'],
    [{ ...SPRING, id: 'bad', validity: 'P31D' }, 'validity'],
    [{ ...SPRING, id: 'bad', validity: 'P6D' }, 'validity'],
    [{ ...SPRING, id: 'bad', validity: 'PT240H' }, 'validity'],
    [{ ...SPRING, id: 'bad', budget: 39 }, 'budget'],
    [{ ...SPRING, id: 'bad', kind: 'event' }, 'codes'],
    [{ ...SPRING, id: 'bad', kind: 'lottery' }, 'kind'],
    [{ ...SPRING, id: 'bad', codes: { kind: 'shared', code: 'abc' } }, 'codes.code'],
    [{ ...SPRING, id: 'bad', audience: { plans: ['none'] } }, 'audience.plans[0]'],
    [{ ...SPRING, id: 'bad', starts_at: '2026-02-01T00:00:00Z', ends_at: '2026-02-01T00:00:00Z' }, 'ends_at'],
    [{ ...SPRING, id: 'bad', per_account_limit: 0 }, 'per_account_limit'],
    [{ ...SPRING, id: 'bad', surprise: 1 }, 'surprise'],
  ])('a campaign that is refused as a catalog would refuse it: %j', async (body, field) => {
    const refused = await staff<Problem>('/v1/campaigns', body);
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request', field });
    expect((await server().ask('GET', '/v1/campaigns/bad', { as: ADMIN })).body.code).toBe(
      'campaign_not_found',
    );
  });

  test('two campaigns have no code in common, however it is written', async () => {
    const shared = (id: string, code: string) => ({ ...SPRING, id, codes: { kind: 'shared', code } });
    expect((await staff('/v1/campaigns', shared('one', 'WELCOME-10'))).status).toBe(201);
    const second = await staff<Problem>('/v1/campaigns', shared('two', 'WELCOME10'));
    expect(second.body).toMatchObject({ status: 400, field: 'codes.code' });
    expect((await server().ask('GET', '/v1/campaigns/two', { as: ADMIN })).status).toBe(404);
  });

  test.each([
    ['/v1/accounts/u_spring/redeem', {}, 400, 'invalid_request', 'code'],
    ['/v1/accounts/u_spring/redeem', { code: ' ' }, 400, 'invalid_request', 'code'],
    ['/v1/accounts/u_spring/redeem', { code: 'x'.repeat(101) }, 400, 'invalid_request', 'code'],
    ['/v1/accounts/u_spring/redeem', { code: 'a\0b' }, 400, 'invalid_request', 'code'],
    ['/v1/accounts/u_spring/redeem', { code: 7 }, 400, 'invalid_request', 'code'],
    ['/v1/accounts/u_spring/redeem', { code: 'ABCDEF', device: '' }, 400, 'invalid_request', 'device'],
    ['/v1/accounts/u_spring/redeem', { code: 'ABCDEF', surface: 'tv' }, 400, 'unknown_surface', 'surface'],
    ['/v1/accounts/u_spring/redeem', { code: '\u0661\u0662\u0663' }, 404, 'code_not_found', 'code'],
    ['/v1/accounts/u_nobody/redeem', { code: 'ABCDEF' }, 404, 'account_not_found', undefined],
    ['/v1/accounts/u_spring/campaigns/none/claim', {}, 404, 'campaign_not_found', undefined],
    ['/v1/accounts/u_spring/campaigns/promotion_code/claim', {}, 409, 'campaign_not_eligible', undefined],
    ['/v1/accounts/u_spring/campaigns/sign_up_bonus/claim', {}, 400, 'invalid_request', 'device'],
    ['/v1/accounts/u_spring/referrals', { campaign: 'none' }, 404, 'campaign_not_found', undefined],
    [
      '/v1/accounts/u_spring/referrals',
      { campaign: 'creator_event' },
      409,
      'campaign_not_eligible',
      undefined,
    ],
  ])('bad input is a refusal that says what is wrong: %s %j', async (path, body, status, code, field) => {
    const refused = await post<Problem>(path, body);
    expect(refused.body).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) });
  });
}
