/**
 * Subscriptions that were sold elsewhere and bear no mark of ours: whose they are is said by them or by their customer, and
 * what they sell by their price.
 */
import { nextStamp } from '../core/account.ts';
import { DrawdownError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { soldElsewhere } from './plan-adopt.ts';
import { lastReserved, type PlanCheckout, planByExternal, planInsertion } from './plan-rows.ts';
import { offerAsSold, planNamed } from './plan-sold.ts';
import { isTaken } from './plan-terms.ts';
import type { PaymentProvider, PlanNews, SoldPrice, Unmarked } from './provider.ts';
import type { SourceSetting } from './source.ts';
import type { Ground } from './subscription-pay.ts';
import { readSubscriptions } from './subscription-rows.ts';

interface Named {
  readonly external: string;
  readonly unmarked: Unmarked;
  /** Money came, so that what is not known is refused and comes again; else it is passed over. */
  readonly isPayment: boolean;
}

/**
 * Once, whoever hears of it at the same time; it begins when it is followed. Null where nothing of it is paid yet, or where it
 * is something else that the customer pays the same seller for. Throws `payment_refused` where money came for a plan and
 * nobody is known to give it to.
 */
export async function adoptUnmarked(
  setting: SourceSetting,
  provider: PaymentProvider,
  named: Named,
): Promise<PlanCheckout | null> {
  const { accounts, database, log } = setting;
  const { external, unmarked, isPayment } = named;
  const known = await planByExternal(database, provider.id, external);
  if (known !== null) return known;
  const account = unmarked.account === null ? null : await accounts.numberOf(unmarked.account);
  const found =
    account === null ? 'it names no account of ours' : await adopt(setting, provider, { ...named, account });
  if (found === null) return planByExternal(database, provider.id, external);
  log(`${external} of ${provider.id} is not known here, and nothing is granted for it: ${found}`);
  if (!isPayment) return null;
  throw new DrawdownError('payment_refused', `subscription: ${found}`, { field: 'subscription' });
}

/** Why it may not be; null where it is, or where nothing is to be done. */
async function adopt(
  { accounts, catalog, runner }: SourceSetting,
  provider: PaymentProvider,
  { account, external, unmarked }: Named & { readonly account: number },
): Promise<string | null> {
  const place = { subscription: external, checkout: '', external, saves: false };
  const news = (await provider.lookAtPlan?.(place)) ?? null;
  if (news === null) return null;
  // Whoever has the credits of a merged account is who is locked, as for all that follows.
  const number = await accounts.heirOf(account);
  const id = await accounts.idOf(number);
  if (id === null) return 'it names no account of ours';
  let reason: string | null = null;
  const prepare = async (on: Connection, ground: Ground): Promise<Prepared> => {
    const sold = soldFirst(news, ground.now);
    const row = await newRow(on, sold, ground);
    reason = typeof row === 'string' ? row : null;
    const writes = row === null || typeof row === 'string' ? [] : [planInsertion(row)];
    return { command: { verb: 'settle' }, writes: () => writes };
  };
  const newRow = async (on: Connection, sold: SoldPrice | null, { account: own, now }: Ground) => {
    if (sold === null || (await planByExternal(on, provider.id, external)) !== null) return null;
    if (planNamed(catalog, sold) === null) return unmarked.isSure ? 'its price names no plan' : null;
    const offer = offerAsSold(catalog, sold);
    const isKind = (offer?.kind === 'team') === (own.kind === 'team');
    if (offer === null || !isKind) return 'the catalog sells no plan at its price to such an account';
    if (own.closed !== null) return 'the account is closed';
    const all = await readSubscriptions(on, number);
    if (isTaken({ no: 0, offer, trial: null }, all, now)) return `the account has ${offer.plan} already`;
    const no = nextStamp(Math.max(all.at(-1)?.no ?? 0, await lastReserved(on, number)), now);
    return soldElsewhere({ account: number, no, offer }, { provider: provider.id, external, now });
  };
  await runner.runPrepared({
    alsoClosed: true,
    account: { number, id },
    verb: 'plan',
    input: { adopt: external, provider: provider.id },
    call: { actor: `provider:${provider.id}`, principal: 'source' },
    prepare,
    answer: () => undefined,
  });
  return reason;
}

/** What its first period was sold at that is not over, or will be once its trial is; null where neither is. */
function soldFirst({ begun, paid, trialEndsAt, next }: PlanNews, now: number): SoldPrice | null {
  if (!begun) return null;
  const running = paid.filter(({ periodEnd }) => periodEnd !== null && periodEnd > now);
  const [first] = running.sort((a, b) => (a.periodStart ?? 0) - (b.periodStart ?? 0));
  if (first !== undefined) return first.sold ?? null;
  return trialEndsAt !== null && trialEndsAt > now ? (next ?? null) : null;
}
