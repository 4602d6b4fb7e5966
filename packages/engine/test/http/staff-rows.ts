/** What staff may ask for, in the matrix of callers. */
import type {
  Act,
  ActPreview,
  ActReceipt,
  ActRequest,
  CreatedKey,
  Page,
  StaffSession,
  StaffSignIn,
} from '@drawdown/client';
import type { IdentityProviderSetting } from '../../src/http/identity-provider.ts';
import { statement } from '../../src/store/database.ts';
import type { Row } from './matrix-row.ts';
import { ADMIN, type TestServer } from './support.ts';

/** An act as it is sent once its preview was shown. */
export async function shownAct(t: TestServer, act: Act): Promise<ActRequest> {
  const ask = { as: ADMIN, key: null, body: act };
  const { body } = await t.ask<ActPreview>('POST', '/v1/staff/acts/preview', ask);
  return { ...act, reason: 'goodwill', preview: body.preview };
}

/** Nobody answers there: browsers are sent back at once. */
export const NO_PROVIDER: IdentityProviderSetting = {
  issuer: 'http://127.0.0.1:9',
  clientId: 'console',
  clientSecret: 'secret',
  publicUrl: 'http://localhost:4400',
  name: 'Example Ltd',
  scope: 'openid profile email',
  claim: 'groups',
  roles: new Map([['support', ['read', 'act']]]),
};

const looks = { scope: 'staff', session: false } as const;
const plain = (path: string): Pick<Row, 'request'> => ({ request: () => ({ path }) });

export const staffRows: Readonly<Record<string, Row>> = {
  getSignIn: { scope: null, session: true, ...plain('/v1/staff/sign_in') },
  beginStaffSignIn: { scope: null, session: true, ...plain('/v1/staff/sign_in/oidc') },
  finishStaffSignIn: { scope: null, session: true, ...plain('/v1/staff/sign_in/callback') },
  createStaffSession: { ...looks, ...plain('/v1/staff/sessions') },
  getStaffSession: { ...looks, ...plain('/v1/staff/session') },
  endStaffSession: { ...looks, ...plain('/v1/staff/session') },
  listStaffSessions: { ...looks, ...plain('/v1/staff/sessions') },
  getSystem: { ...looks, ...plain('/v1/staff/system') },
  listAudit: { ...looks, ...plain('/v1/staff/audit') },
  listApprovals: { ...looks, ...plain('/v1/staff/approvals') },
  previewAct: {
    scope: 'act',
    session: false,
    request: (account) => ({
      path: '/v1/staff/acts/preview',
      ask: { body: { act: 'adjust', account, amount: 1 } },
    }),
  },
  findAccounts: { ...looks, ...plain('/v1/staff/accounts?q=u_') },
};

/** Keys that others made, and sessions of whoever asks. */
export function credentialRows(stage: () => TestServer): Readonly<Record<string, Row>> {
  return {
    vouchForKey: {
      scope: 'approve',
      session: false,
      request: async () => {
        const t = stage();
        const { body } = await t.ask<CreatedKey>('POST', '/v1/keys', {
          as: ADMIN,
          body: { name: 'a server' },
        });
        // Whoever made it is no second person.
        await t.database.query(MADE_BY_NOBODY, [body.id]);
        return { path: `/v1/keys/${body.id}/vouch`, ask: { key: null, body: { reason: 'on the server' } } };
      },
    },
    endOtherStaffSession: {
      ...looks,
      request: async (_account, _by, as) => {
        const t = stage();
        for (const key of [as ?? ADMIN, ADMIN]) {
          await t.ask('POST', '/v1/staff/sessions', { as: key, key: null });
          const { body } = await t.ask<Page<StaffSignIn>>('GET', '/v1/staff/sessions', { as: ADMIN });
          const name = (await t.ask<StaffSession>('GET', '/v1/staff/session', { as: key })).body.staff?.id;
          const own = body.data.find(({ staff }) => staff.id === name);
          if (own !== undefined) return { path: `/v1/staff/sessions/${own.id}` };
        }
        throw new Error('an admin is signed in');
      },
    },
  };
}

const MADE_BY_NOBODY = statement<[string], never>(
  'test.made_by_nobody',
  "update drawdown.keys set created_by = 'library' where id = $1",
);

/** More than one of the staff may do alone: `asker` asks for it, or whoever may only take back their own. */
export function approvalRows(stage: () => { t: TestServer; asker: string }): Readonly<Record<string, Row>> {
  const ask = async (account: string, as: string | null | undefined): Promise<string | undefined> => {
    const { t } = stage();
    const act: Act = { act: 'adjust', account, amount: 60_000, class: 'purchased' };
    const shown = await t.ask<ActPreview>('POST', '/v1/staff/acts/preview', {
      as: as ?? null,
      key: null,
      body: act,
    });
    const body = { ...act, reason: 'much', preview: shown.body.preview };
    return (await t.ask<ActReceipt>('POST', '/v1/staff/acts', { as: as ?? null, body })).body.approval?.id;
  };
  const row = (scope: Row['scope'], act: string, body?: (preview: string) => object): Row => ({
    scope,
    session: false,
    request: async (account, _by, as) => {
      const { t, asker } = stage();
      const own = act === '/withdraw' ? await ask(account, as) : undefined;
      const path = `/v1/staff/approvals/${own ?? (await ask(account, asker))}`;
      if (body === undefined) return { path };
      const about = { as: asker, key: null, body: {} };
      const shown = await t.ask<ActPreview>('POST', `${path}/preview`, about);
      return { path: `${path}${act}`, ask: { key: null, body: body(shown.body.preview) } };
    },
  });
  return {
    getApproval: row('staff', ''),
    previewApproval: row('staff', '/preview', () => ({})),
    approve: row('approve', '/approve', (preview) => ({ reason: 'seen', preview })),
    reject: row('approve', '/reject', () => ({ reason: 'no' })),
    withdraw: row('act', '/withdraw', () => ({ reason: 'a slip' })),
  };
}
