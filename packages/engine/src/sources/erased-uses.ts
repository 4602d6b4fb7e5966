/** What there is once for a person, remembered of ids that were erased: see the decision on ids that come back. */
import { DrawdownError } from '../errors.ts';
import { type Connection, type Database, type Statement, statement } from '../store/database.ts';
import { MERGED_INTO_ACCOUNT } from './campaign-rows.ts';

/** `trial` is of a plan; whoever was invited once was invited for good. */
export type Use = `campaign:${string}` | `trial:${string}` | 'invited';

const hashOf = (id: string): string =>
  `sha256(convert_to((select value from drawdown.settings where name = 'erased_ids_key') || ${id}::text, 'UTF8'))`;

const TIMES = statement<[string, string], { times: bigint }>(
  'erased_use',
  `select times from drawdown.erased_uses where id_hash = ${hashOf('$1')} and use = $2`,
);

/** How often an account of this id, since erased, had it. */
export async function usedBefore(
  on: Pick<Connection | Database, 'query'>,
  id: string,
  use: Use,
): Promise<number> {
  return Number((await on.query(TIMES, [id, use])).rows[0]?.times ?? 0n);
}

const TRIED = statement<[number, string], { tried: boolean }>(
  'trial_used',
  `${MERGED_INTO_ACCOUNT} select exists (select from drawdown.subscriptions
     where account in (select account from own) and trial_ends_at is not null and terms -> 0 ->> 'plan' = $2) as tried`,
);

/** Throws `trial_used` where the account, one that was merged into it, or an erased one of its id had its trial. */
export async function demandFreshTrial(
  on: Pick<Connection | Database, 'query'>,
  { number, id }: { readonly number: number; readonly id: string },
  plan: string,
): Promise<void> {
  const { rows } = await on.query(TRIED, [number, plan]);
  if (rows[0]?.tried === true || (await usedBefore(on, id, `trial:${plan}`)) > 0)
    throw new DrawdownError('trial_used', undefined, { plan });
}

/** Of an account and those merged into it, whose rows all stay; of days and of inviting others nothing is remembered. */
export const KEEP_USES: Statement<readonly unknown[], unknown> = statement(
  'erased_uses_keep',
  `${MERGED_INTO_ACCOUNT}, uses as (
     select 'campaign:' || campaign as use, count(*) as times from drawdown.campaign_awards
      where account in (select account from own) and role <> 'inviter' group by campaign
     union all
     select 'invited', 1 where exists (
       select from drawdown.referrals where account in (select account from own))
     union all
     select 'trial:' || (terms -> 0 ->> 'plan'), count(*) from drawdown.subscriptions
      where account in (select account from own) and trial_ends_at is not null group by terms -> 0 ->> 'plan')
   insert into drawdown.erased_uses as e (id_hash, use, times)
   select ${hashOf('$2')}, use, times from uses
   on conflict (id_hash, use) do update set times = e.times + excluded.times`,
);
