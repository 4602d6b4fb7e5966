/** Every operation on members with success, by keys and by people of the team; answers are checked as they come. */
import type { HoldReceipt, Member, More, Page, Problem, Receipt, Session } from '@drawdown/client';
import { expect, test } from 'vitest';
import type { TestServer } from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function teamContract(server: () => TestServer): void {
  const team = '/v1/accounts/t_crew';
  const ask = <T = Problem>(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    as?: string,
  ) =>
    server().ask<T>(method, path, {
      ...(body === undefined ? {} : { body }),
      ...(as === undefined ? {} : { as }),
    });
  const sessionOf = async (account: string, teams: string[]) => {
    const { body } = await ask<Session>('POST', '/v1/sessions', { account, surface: 'web', teams });
    return body.token;
  };

  test('members spend from the team under their limits, ask for more, and leave', async () => {
    await ask('PUT', team, { kind: 'team', time_zone: 'Europe/Berlin' });
    await ask('POST', `${team}/grants`, { class: 'purchased', amount: 1_000 });
    const owner = await ask<Member>('PUT', `${team}/members/u_boss`, { role: 'owner' });
    expect(owner.body).toMatchObject({ team: 't_crew', account: 'u_boss', role: 'owner', limit: null });
    const boss = await sessionOf('u_boss', ['t_crew']);
    const limit = { amount: 30, per: 'month' };
    await ask('PUT', `${team}/members/u_hand`, { role: 'member', limit }, boss);
    const hand = await sessionOf('u_hand', ['t_crew']);

    const paid = await ask<Receipt>('POST', `${team}/consume`, { feature: 'ai_script' }, hand);
    expect(paid.body.operation).toMatchObject({ account: 't_crew', amount: 25, member: 'u_hand' });
    const refused = await ask('POST', `${team}/consume`, { feature: 'ai_script' }, hand);
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: 'member_limit_reached', member: 'u_hand', required: 25, limit: 30 },
      ...{ per: 'month', used: 25, held: 0, extra: 0, remaining: 5 },
    });
    const own = await ask<Page<Member>>('GET', '/v1/accounts/u_hand/teams', undefined, hand);
    expect(own.body.data).toMatchObject([{ team: 't_crew', period: { used: 25, remaining: 5 } }]);
    const listed = await ask<Page<Member>>('GET', `${team}/members`, undefined, boss);
    expect(listed.body.data.map(({ account }) => account)).toEqual(['u_boss', 'u_hand']);
    const shown = await ask<Member>('GET', `${team}/members/u_hand`, undefined, hand);
    expect(shown.body).toEqual(own.body.data[0]);

    const path = `${team}/members/u_hand/requests`;
    const first = await ask<More>('POST', path, { amount: 20, reason: 'the launch' }, hand);
    expect(first.body).toMatchObject({ state: 'pending', account: 'u_hand', team: 't_crew' });
    expect((await ask('POST', `${path}/${first.body.id}/approve`, {}, hand)).body).toMatchObject({
      code: 'forbidden',
    });
    const open = await ask<Page<More>>('GET', `${team}/requests?member=u_hand`, undefined, boss);
    expect(open.body.data).toEqual([first.body]);
    const approved = await ask<More>('POST', `${path}/${first.body.id}/approve`, {}, boss);
    expect(approved.body).toMatchObject({ state: 'approved', decided_by: 'user:u_boss' });
    const second = await ask<More>('POST', path, { amount: 900 }, hand);
    expect((await ask<More>('POST', `${path}/${second.body.id}/deny`, {}, boss)).body.state).toBe('denied');

    const held = await ask<HoldReceipt>('POST', `${team}/holds`, { feature: 'ai_script' }, hand);
    expect(held.body.hold).toMatchObject({ amount: 25, member: 'u_hand' });
    const left = await ask<Member>('DELETE', `${team}/members/u_hand`, undefined, hand);
    expect(left.body.left_at).toEqual(expect.any(String));
    expect((await ask('POST', `${team}/consume`, { feature: 'smart_cutout' }, hand)).body).toMatchObject({
      ...{ status: 403, code: 'not_a_member', member: 'u_hand' },
    });
    expect((await ask('POST', `/v1/holds/${held.body.hold.id}/capture`, {}, hand)).body).toMatchObject({
      ...{ status: 403, code: 'not_a_member', member: 'u_hand' },
    });
    const captured = await ask<HoldReceipt>('POST', `/v1/holds/${held.body.hold.id}/capture`, {});
    expect(captured.body.operation).toMatchObject({ type: 'capture', member: 'u_hand' });
    expect(
      (await ask('POST', '/v1/sessions', { account: 'u_hand', surface: 'web', teams: ['t_crew'] })).body,
    ).toMatchObject({
      ...{ status: 403, code: 'not_a_member', field: 'teams.0' },
    });
    expect((await ask('DELETE', `${team}/members/u_boss`, undefined, boss)).body).toMatchObject({
      ...{ status: 409, code: 'last_owner' },
    });
  });

  test.each([
    [{}, 400, 'role'],
    [{ role: 'king' }, 400, 'role'],
    [{ role: 'member', limit: {} }, 400, 'limit.amount'],
    [{ role: 'member', limit: { amount: 1, per: 'week' } }, 400, 'limit.per'],
    [{ role: 'member', limit: { amount: 1.5, per: 'day' } }, 400, 'limit.amount'],
    [{ role: 'member', surprise: 1 }, 400, 'surprise'],
  ])('a membership that is refused: %j', async (body, status, field) => {
    expect((await ask('PUT', `${team}/members/u_x`, body)).body).toMatchObject({ status, field });
  });
}
