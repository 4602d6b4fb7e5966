/** Subscriptions that were sold elsewhere: from the first word of a provider on they are plans that it charges for. */
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { type PlanCheckout, planCheckout, planInsertion } from './plan-rows.ts';
import type { ProviderId } from './provider.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { readSubscriptions } from './subscription-rows.ts';
import type { Subscription } from './subscription-state.ts';
import { bare } from './subscription-terms.ts';

/** Once, whoever hears of it at the same time. Null where there is no such subscription. */
export async function adoptPlan(
  { accounts, database, runner }: SourceSetting,
  { account, no }: { readonly account: number; readonly no: number },
  by: { readonly provider: ProviderId; readonly external: string },
): Promise<PlanCheckout | null> {
  // Whoever has the credits of a merged account is who is locked, as for all that follows.
  const number = await accounts.heirOf(account);
  const id = await accounts.idOf(number);
  if (id === null) return null;
  const prepare = async (on: Connection, { now }: Ground): Promise<Prepared> => {
    const one = (await readSubscriptions(on, account)).find((known) => known.no === no);
    const isNew = one !== undefined && (await planCheckout(on, account, no)) === null;
    return {
      command: { verb: 'settle' },
      writes: () => (isNew ? [planInsertion(adopted(one, { ...by, now }))] : []),
    };
  };
  await runner.runPrepared({
    alsoClosed: true,
    account: { number, id },
    verb: 'plan',
    input: { adopt: no, ...by },
    call: { actor: `provider:${by.provider}`, principal: 'source' },
    prepare,
    answer: () => undefined,
  });
  return planCheckout(database, account, no);
}

function adopted(
  { account, no, terms }: Subscription,
  by: { provider: ProviderId; external: string; now: number },
): PlanCheckout {
  const [first] = terms;
  if (first === undefined) throw new Error('a subscription has terms');
  return { ...soldElsewhere({ account, no, offer: bare(first) }, by), state: 'begun' };
}

/** There was no checkout of ours, and nothing of it has begun here. */
export function soldElsewhere(
  { account, no, offer }: Pick<PlanCheckout, 'account' | 'no' | 'offer'>,
  { provider, external, now }: { provider: ProviderId; external: string; now: number },
): PlanCheckout {
  return {
    account,
    no,
    provider,
    checkout: null,
    url: null,
    external,
    offer,
    trial: null,
    jurisdiction: null,
    law: null,
    refundWindow: null,
    consent: null,
    saves: false,
    returnUrl: null,
    state: 'open',
    looks: 0,
    key: null,
    fingerprint: null,
    createdAt: now,
    updatedAt: now,
  };
}
