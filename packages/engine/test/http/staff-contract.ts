/** Every operation of the staff with success, and the refusals that are theirs; answers are checked as they come. */
import type {
  Act,
  ActPreview,
  ActReceipt,
  Approval,
  AuditRecord,
  CreatedKey,
  FoundAccount,
  Key,
  Page,
  SignIn,
  StaffSession,
  StaffSignIn,
  SystemState,
} from '@drawdown/client';
import { expect, test } from 'vitest';
import type { Issuer } from '../support/issuer.ts';
import { shownAct } from './staff-rows.ts';
import { ADMIN, type TestServer } from './support.ts';

/** `server` is asked for when a test runs, since it is started after the tests are declared. */
export function staffContract(stage: () => { t: TestServer; issuer: Issuer }): void {
  test('staff sign in with a key, are known by their cookie, find an account and sign out', async () => {
    const { t } = stage();
    expect((await t.ask<SignIn>('GET', '/v1/staff/sign_in', { as: null })).body).toEqual({
      key: true,
      oidc: { name: 'Example Ltd', url: 'http://localhost:4400/v1/staff/sign_in/oidc' },
      session: null,
    });
    const signedIn = await t.ask<StaffSession>('POST', '/v1/staff/sessions', { as: ADMIN, key: null });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string;
    const page = { as: null, headers: { cookie, 'x-drawdown-console': '1' } };
    expect((await t.ask<StaffSession>('GET', '/v1/staff/session', page)).body).toEqual(signedIn.body);
    expect((await t.ask<SignIn>('GET', '/v1/staff/sign_in', page)).body.session).toEqual(signedIn.body);
    await t.ask('POST', '/v1/accounts/u_found/grants', { body: { class: 'purchased', amount: 7 } });
    const { body } = await t.ask<Page<FoundAccount>>('GET', '/v1/staff/accounts?q=u_found', page);
    expect(body.data).toMatchObject([{ account: 'u_found', total: 7, state: 'active' }]);
    const { body: who } = await t.ask<Page<StaffSignIn>>('GET', '/v1/staff/sessions', page);
    expect(who.data).toMatchObject([
      { staff: signedIn.body.staff, by: 'key', current: true, ended_at: null },
    ]);
    await t.ask('POST', '/v1/staff/sessions', { as: ADMIN, key: null });
    const { body: both } = await t.ask<Page<StaffSignIn>>('GET', '/v1/staff/sessions', page);
    const other = both.data.find(({ current }) => !current) as StaffSignIn;
    const ended = await t.ask<StaffSignIn>('DELETE', `/v1/staff/sessions/${other.id}`, page);
    expect(ended.body).toMatchObject({ id: other.id, ended_at: expect.any(String) });
    expect((await t.ask('DELETE', '/v1/staff/session', page)).status).toBe(200);
    expect((await t.ask('GET', '/v1/staff/session', page)).body).toMatchObject({ code: 'unauthenticated' });
    expect((await t.ask<SignIn>('GET', '/v1/staff/sign_in', page)).body.session).toBeNull();
  });

  test('staff sign in where their company does', async () => {
    const { t, issuer } = stage();
    issuer.people.set('ada', { sub: '1', name: 'Ada', groups: ['support'] });
    const nobody = { as: null, key: null };
    const off = await t.ask('GET', '/v1/staff/sign_in/oidc?return_to=/console/audit', nobody);
    const back = new URL(await issuer.visit(String(off.headers.location), 'ada'));
    const cookie = String(off.headers['set-cookie']).split(';')[0] as string;
    const inside = await t.ask('GET', `${back.pathname}${back.search}`, { ...nobody, headers: { cookie } });
    expect([inside.status, inside.headers.location]).toEqual([303, 'http://localhost:4400/console/audit']);
    expect(issuer.faults).toEqual([]);
  });

  test('staff see how the server is', async () => {
    const { t } = stage();
    const { body } = await t.ask<SystemState>('GET', '/v1/staff/system', { as: ADMIN });
    expect(body.database.role).toBe('primary');
  });

  test('staff act as was shown, and the log says so', async () => {
    const { t } = stage();
    await t.ask('POST', '/v1/accounts/u_acted/grants', { body: { class: 'purchased', amount: 7 } });
    const body = await shownAct(t, { act: 'adjust', account: 'u_acted', amount: -2 });
    const done = await t.ask<ActReceipt>('POST', '/v1/staff/acts', { as: ADMIN, body });
    expect(done.body).toMatchObject({ state: 'done', balance: { total: 5 }, audit: { reason: 'goodwill' } });
    const log = await t.ask<Page<AuditRecord>>('GET', '/v1/staff/audit?account=u_acted', { as: ADMIN });
    expect(log.body.data).toEqual([done.body.audit]);
  });

  test('a second person vouches for a key', async () => {
    const { t } = stage();
    const body = { name: 'second', scopes: ['staff', 'approve'] };
    const second = (await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, key: null, body })).body;
    const made = await t.ask<CreatedKey>('POST', '/v1/keys', {
      as: ADMIN,
      key: null,
      body: { name: 'server' },
    });
    expect(made.body).toMatchObject({ created_by: 'staff:key_admin', owner: null, vouched_at: null });
    const path = `/v1/keys/${made.body.id}/vouch`;
    const ask = { as: second.secret, key: null, body: { reason: 'it is on the server' } };
    expect((await t.ask<Key>('POST', path, ask)).body).toMatchObject({ vouched_by: second.id });
  });

  test('what is too much for one of the staff waits for another, who approves or rejects it', async () => {
    const { t } = stage();
    await t.ask('POST', '/v1/accounts/u_much/grants', { body: { class: 'purchased', amount: 9_000_000 } });
    const keyOf = async (name: string) => {
      const body = { name, scopes: ['staff', 'act', 'approve'] };
      return (await t.ask<CreatedKey>('POST', '/v1/keys', { as: ADMIN, key: null, body })).body.secret;
    };
    const [one, other] = [await keyOf('one'), await keyOf('other')];
    const asked = async () => {
      const act: Act = { act: 'adjust', account: 'u_much', amount: -2_000_000 };
      const { preview } = await shownAct(t, act);
      const body = { ...act, reason: 'a slip', preview };
      const { body: done } = await t.ask<ActReceipt>('POST', '/v1/staff/acts', { as: one, body });
      expect(done).toMatchObject({ state: 'pending', approval: { state: 'pending' } });
      return `/v1/staff/approvals/${done.approval?.id}`;
    };
    const decide = (path: string, as: string, body: object) =>
      t.ask<Approval>('POST', path, { as, key: null, body });
    const first = await asked();
    const { body: seen } = await t.ask<ActPreview>('POST', `${first}/preview`, {
      as: other,
      key: null,
      body: {},
    });
    await decide(`${first}/approve`, other, { reason: 'right', preview: seen.preview });
    expect((await t.ask<Approval>('GET', first, { as: other })).body.state).toBe('approved');
    const second = await asked();
    expect((await decide(`${second}/reject`, other, { reason: 'no' })).body.state).toBe('rejected');
    const third = await asked();
    expect((await decide(`${third}/withdraw`, one, { reason: 'no' })).body.state).toBe('withdrawn');
    const all = await t.ask<Page<Approval>>('GET', '/v1/staff/approvals?state=all', { as: ADMIN });
    expect(all.body.data.map(({ state }) => state)).toEqual(['withdrawn', 'rejected', 'approved']);
  });
}
