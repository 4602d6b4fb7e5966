/** What staff may ask for, in the matrix of callers. */
import type { Act, ActPreview, ActRequest } from '@drawdown/client';
import type { Row } from './matrix-row.ts';
import { ADMIN, type TestServer } from './support.ts';

/** An act as it is sent once its preview was shown. */
export async function shownAct(t: TestServer, act: Act): Promise<ActRequest> {
  const ask = { as: ADMIN, key: null, body: act };
  const { body } = await t.ask<ActPreview>('POST', '/v1/staff/acts/preview', ask);
  return { ...act, reason: 'goodwill', preview: body.preview };
}

const looks = { scope: 'staff', session: false } as const;
const plain = (path: string): Pick<Row, 'request'> => ({ request: () => ({ path }) });

export const staffRows: Readonly<Record<string, Row>> = {
  getSignIn: { scope: null, session: true, ...plain('/v1/staff/sign_in') },
  createStaffSession: { ...looks, ...plain('/v1/staff/sessions') },
  getStaffSession: { ...looks, ...plain('/v1/staff/session') },
  endStaffSession: { ...looks, ...plain('/v1/staff/session') },
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
