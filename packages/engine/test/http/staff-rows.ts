/** What staff may ask for, in the matrix of callers. */
import type { Row } from './matrix-row.ts';

const looks = { scope: 'staff', session: false } as const;
const plain = (path: string): Pick<Row, 'request'> => ({ request: () => ({ path }) });

export const staffRows: Readonly<Record<string, Row>> = {
  getSignIn: { scope: null, session: true, ...plain('/v1/staff/sign_in') },
  createStaffSession: { ...looks, ...plain('/v1/staff/sessions') },
  getStaffSession: { ...looks, ...plain('/v1/staff/session') },
  endStaffSession: { ...looks, ...plain('/v1/staff/session') },
  findAccounts: { ...looks, ...plain('/v1/staff/accounts?q=u_') },
};
