/** What staff may ask for, in the matrix of callers. */
import type { Act, ActPreview, ActReceipt, ActRequest } from '@drawdown/client';
import type { IdentityProviderSetting } from '../../src/http/identity-provider.ts';
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
