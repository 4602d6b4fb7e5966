/** Every operation of the staff with success, and the refusals that are theirs; answers are checked as they come. */
import type {
  ActReceipt,
  AuditRecord,
  FoundAccount,
  Page,
  SignIn,
  StaffSession,
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
}
