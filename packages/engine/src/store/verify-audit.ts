/**
 * The audit log beside what it tells of, both ways: what staff entered in ledgers, approvals, keys and campaigns each have
 * their record, and a record tells of something that is there. What was done before all of it was recorded need have none.
 */
import { COMMIT, type Connection, ROLLBACK, statement } from './database.ts';
import type { Fault } from './replay.ts';
import { BEGIN_SNAPSHOT } from './scan.ts';

interface Found {
  /** Null: it is about no account. */
  id: string | null;
  account: bigint;
  seq: bigint | null;
  what: string;
}

/** As the server names them; whoever uses the engine by itself calls actors as they like. */
const STAFFS = `'^staff:(key|oidc)_'`;
const OF_ACCOUNT = '($1::int8 is null or x.account = $1)';

const named = (name: string, what: string, from: string) =>
  statement<[bigint | null, number], Found>(
    `verify_${name}`,
    `select a.id, x.account, x.seq, ${what} as what from (${from}) x left join drawdown.accounts a on a.number = x.account
      where ${OF_ACCOUNT} limit $2`,
  );

const CHECKS = [
  named(
    'entries_recorded',
    `'entry: ' || x.actor || ' made it, and the audit log has no record of it'`,
    `select e.account, e.seq, e.actor from drawdown.entries e
      where e.actor ~ ${STAFFS}
        and e.seq > coalesce((select b.seq from drawdown.audit_began b where b.account = e.account), 0)
        and not exists (select from drawdown.audit u where u.account = e.account
          and u.seq = (select max(r.seq) from drawdown.audit r where r.account = e.account and r.seq <= e.seq)
          and u.last_seq >= e.seq)`,
  ),
  named(
    'records_entered',
    `'audit: record ' || x.no || ' tells of entries ' || x.seq || ' to ' || x.last_seq || ', which are not there'`,
    `select u.account, u.seq, u.last_seq, u.no from drawdown.audit u
      where u.seq is not null and (
        not exists (select from drawdown.entries e where e.account = u.account and e.seq = u.seq)
        or not exists (select from drawdown.entries e where e.account = u.account and e.seq = u.last_seq))`,
  ),
  named(
    'approvals_recorded',
    `'approval ' || x.no || ': it is ' || x.state || ', and the audit log has no record of ' || x.missing`,
    `select p.account, p.seq, p.no, p.state, step.missing from drawdown.approvals p
      cross join lateral (
        select 'its being asked for' as missing where not exists (select from drawdown.audit u
          where u.account = p.account and u.no = p.no and u.act = 'request' and u.approval = p.no)
        union all
        select 'its being decided' where p.state <> 'pending'
          -- What is erased is taken back with it, by nobody.
          and not (p.state = 'withdrawn' and p.reason = 'redacted') and not exists (
            select from drawdown.audit u where u.account = p.account and u.approval = p.no
              and u.act = case p.state when 'rejected' then 'reject' when 'withdrawn' then 'withdraw' else p.act end
              and u.seq is not distinct from p.seq
              and coalesce(u.approved_by, u.staff) = p.decided_by)) step`,
  ),
  named(
    'records_approved',
    `'audit: record ' || x.no || ' tells of approval ' || x.approval || ' what it does not say'`,
    `select u.account, u.seq, u.no, u.approval from drawdown.audit u
      where u.approval is not null and not exists (
        select from drawdown.approvals p where p.account = u.account and p.no = u.approval
          and case u.act when 'request' then true when 'reject' then p.state = 'rejected'
            when 'withdraw' then p.state = 'withdrawn' else p.state = 'approved' and p.seq is not distinct from u.seq end)`,
  ),
  named(
    'credentials_recorded',
    `x.kind || ' ' || x.subject || ': the audit log has no record of ' || x.act || ' by ' || x.by`,
    `select 0::int8 as account, null::int8 as seq, s.* from (
        select 'key' as kind, k.id as subject, made.act, made.by, made.at from drawdown.keys k
          cross join lateral (values ('create_key', k.created_by, k.created_at), ('revoke_key', k.revoked_by, k.revoked_at),
            ('vouch_for_key', 'staff:' || k.vouched_by, k.vouched_at)) as made (act, by, at)
        union all
        select 'campaign', c.id, made.act, made.by, made.at from drawdown.campaigns c
          cross join lateral (values ('create_campaign', c.created_by, c.created_at),
            ('stop_campaign', c.stopped_by, c.stopped_at)) as made (act, by, at)) s
      where s.by ~ ${STAFFS}
        and s.at > coalesce((select b.seq from drawdown.audit_began b where b.account = 0), 0)
        and not exists (select from drawdown.audit u where u.subject = s.subject and u.act = s.act
          and 'staff:' || u.staff = s.by)`,
  ),
  named(
    'records_of_credentials',
    `'audit: record ' || x.no || ' tells of ' || x.act || ' of ' || x.subject || ', which is not there'`,
    `select u.account, u.seq, u.no, u.act, u.subject from drawdown.audit u
      where (u.act in ('create_key', 'revoke_key', 'vouch_for_key')
          and not exists (select from drawdown.keys k where k.id = u.subject))
        or (u.act in ('create_campaign', 'start_campaign', 'stop_campaign')
          and not exists (select from drawdown.campaigns c where c.id = u.subject))`,
  ),
];

/** All of it in one snapshot, or as much of it as is about one account; `limit`: more faults than this are one disaster. */
export async function verifyAudit(
  on: Connection,
  { account, limit }: { account: bigint | null; limit: number },
): Promise<Fault[]> {
  await on.query(BEGIN_SNAPSHOT, []);
  try {
    const faults: Fault[] = [];
    for (const check of CHECKS) {
      const { rows } = await on.query(check, [account, limit]);
      for (const { id, account: number, seq, what } of rows) {
        const whose = number === 0n ? '' : (id ?? `#${number}`);
        faults.push({ account: whose, seq: Number(seq ?? 0), what });
      }
    }
    await on.query(COMMIT, []);
    return faults;
  } catch (error) {
    await on.query(ROLLBACK, []).catch(() => undefined);
    throw error;
  }
}
