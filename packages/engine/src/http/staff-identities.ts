/** Staff whom an identity provider vouched for: who is meant by the id that the audit log has of them. */
import { createHash } from 'node:crypto';
import { type Database, statement } from '../store/database.ts';
import type { Person } from './identity-provider.ts';

const SEEN = statement<[string, string, string, string, number], never>(
  'staff_identity_seen',
  `insert into drawdown.staff_identities as known (id, issuer, subject, name, seen_at) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set name = excluded.name, seen_at = greatest(known.seen_at, excluded.seen_at)`,
);

/** The id of one of the staff, the same at each sign-in. A provider never gives one subject to two people. */
export async function identified(
  database: Database,
  { person: { issuer, subject, name }, now }: { readonly person: Person; readonly now: number },
): Promise<string> {
  const whole = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url');
  // 22 characters of 6 bits: nobody finds a second subject with the same ones.
  const id = `oidc_${whole.slice(0, 22)}`;
  await database.query(SEEN, [id, issuer, subject, name, now]);
  return id;
}
