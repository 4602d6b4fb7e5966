/** What staff may ask for, in the matrix of callers. */
import type { Act, ActPreview, ActRequest } from '@drawdown/client';
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
