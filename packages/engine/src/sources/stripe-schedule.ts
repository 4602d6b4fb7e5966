/** What a subscription at Stripe becomes with another cycle, agreed for the end of the one that runs. */
import type Stripe from 'stripe';
import { DrawdownError } from '../errors.ts';
import { asking, found, unavailable } from './stripe-asking.ts';
import { idOf } from './stripe-event.ts';

/** A subscription with its schedule, as it is asked for. */
export const WITH_SCHEDULE = { expand: ['schedule'] };

export interface Scheduled {
  /** Stripe's id of the price. */
  readonly price: string;
  readonly quantity: number;
  /** Our name of the change; null where it is none of ours. */
  readonly change: string | null;
}

/** Beside the plan there may be other items: the plan is the one that is marked, else the first. */
export const planItem = <T extends { readonly price?: Stripe.Price | undefined }>(
  items: readonly T[],
): T | undefined => items.find(({ price }) => price?.metadata.plan !== undefined) ?? items[0];

const scheduleIn = ({ schedule }: Stripe.Subscription): Stripe.SubscriptionSchedule | null =>
  schedule !== null && typeof schedule === 'object' && schedule.status === 'active' ? schedule : null;

/** What comes behind the phase that runs; null where nothing is agreed. */
export function scheduledIn(subscription: Stripe.Subscription): Scheduled | null {
  const schedule = scheduleIn(subscription);
  const until = schedule?.current_phase?.end_date;
  const item = schedule?.phases.find((phase) => until !== undefined && phase.start_date >= until)?.items[0];
  const price = idOf(item?.price ?? null);
  if (schedule === null || item === undefined || price === null) return null;
  return { price, quantity: item.quantity ?? 1, change: schedule.metadata?.change ?? null };
}

/** As it is noted with the subscription, with the price that was in force. */
interface Kept extends Scheduled {
  readonly from: string;
}

/** What is agreed for later: by a schedule, or by one that gave way to a change of which nobody knows what became. */
export const agreedIn = (subscription: Stripe.Subscription): Scheduled | null =>
  scheduledIn(subscription) ?? keptIn(subscription);

/** Null where it ends, or was changed meanwhile: what was agreed before is none any more then. */
function keptIn(subscription: Stripe.Subscription): Scheduled | null {
  const { metadata, items, status, cancel_at, cancel_at_period_end } = subscription;
  const kept = keptOf(metadata.kept);
  const isEnding = status === 'canceled' || cancel_at_period_end || cancel_at !== null;
  if (kept === null || isEnding || kept.from !== planItem(items.data)?.price.id) return null;
  const { from: _, ...agreed } = kept;
  return agreed;
}

function keptOf(text: string | undefined): Kept | null {
  if (text === undefined) return null;
  try {
    const { price, quantity, change, from } = JSON.parse(text) as Kept;
    return { price, quantity, change, from };
  } catch {
    return null;
  }
}

/** A change that is made lets go of what was kept, in the very request that makes it. */
export const LET_GO = { kept: '' };

/** Notes what is agreed with the subscription before its schedule gives way: a process may be killed before it is agreed again. */
export async function keep(
  stripe: Stripe,
  { id, metadata, items }: Stripe.Subscription,
  agreed: Scheduled,
): Promise<void> {
  const kept = JSON.stringify({ ...agreed, from: planItem(items.data)?.price.id });
  if (metadata.kept !== kept) await asking(stripe.subscriptions.update(id, { metadata: { kept } }));
}

/** Between a schedule and its second phase others may be faster, so that each step looks anew. */
const MAX_STEPS = 4;

/**
 * What gave way to a change that was not made is agreed again. What is agreed already, or was changed since, stays as it
 * is, and what Stripe will not have again is let go.
 */
export async function agreeAgain(stripe: Stripe, id: string): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const one = await found(stripe.subscriptions.retrieve(id, WITH_SCHEDULE));
    if (one?.metadata.kept === undefined) return;
    const kept = keptIn(one);
    if (kept === null || scheduledIn(one) !== null) break;
    try {
      if (scheduleIn(one) === null) await begin(stripe, id);
      else await schedule(stripe, one, kept);
    } catch (error) {
      if (!(error instanceof DrawdownError) || error.code !== 'payment_refused') throw error;
    }
  }
  await asking(stripe.subscriptions.update(id, { metadata: LET_GO }));
}

const begin = (stripe: Stripe, id: string, key?: string): Promise<Stripe.SubscriptionSchedule> =>
  asking(stripe.subscriptionSchedules.create({ from_subscription: id }, named(key && `${key}:schedule`)));

/** Without a name of ours the library gives each request one, by which it is repeated where no answer comes. */
const named = (idempotencyKey: string | undefined) => (idempotencyKey ? { idempotencyKey } : {});

/**
 * Agreed in two requests, of which the first alone changes nothing; `key` names both. What is charged for beside the plan
 * goes on, behind it, and so does all that a phase drops where it does not name it.
 */
export async function schedule(
  stripe: Stripe,
  subscription: Stripe.Subscription,
  { change, price, quantity, key }: Scheduled & { readonly key?: string },
): Promise<void> {
  const own = scheduleIn(subscription) ?? (await begin(stripe, subscription.id, key));
  const running = own.current_phase;
  if (running === null) throw unavailable('Stripe began no phase of the schedule.');
  const plan = planItem(subscription.items.data);
  const items = subscription.items.data.map((one) => ({ price: one.price.id, ...itemKept(one) }));
  const others = items.filter((_, nth) => subscription.items.data[nth] !== plan);
  const kept = phaseKept(subscription);
  await asking(
    stripe.subscriptionSchedules.update(
      own.id,
      {
        end_behavior: 'release',
        proration_behavior: 'none',
        ...(change === null ? {} : { metadata: { change } }),
        phases: [
          {
            ...kept,
            items,
            start_date: running.start_date,
            end_date: running.end_date,
            proration_behavior: 'none',
          },
          {
            ...kept,
            items: [{ ...(plan && itemKept(plan)), price, quantity }, ...others],
            start_date: running.end_date,
            proration_behavior: 'none',
          },
        ],
      },
      named(key),
    ),
  );
}

type Phase = Stripe.SubscriptionScheduleUpdateParams.Phase;

/** Discounts by their own ids: a coupon would be redeemed anew, and one that is used up would count once more. */
const discountsOf = (discounts: readonly (string | Stripe.Discount)[]): { discount: string }[] =>
  discounts.flatMap((one) => idOf(one) ?? []).map((discount) => ({ discount }));

/** Without discounts of its own a subscription goes on with its customer's, as a phase does that names none. */
function phaseKept(one: Stripe.Subscription): Omit<Phase, 'items'> {
  const { automatic_tax: tax, billing_thresholds: thresholds, transfer_data: transfer } = one;
  const [method, behalf] = [idOf(one.default_payment_method), idOf(one.on_behalf_of)];
  const rates = one.default_tax_rates?.map(({ id }) => id) ?? [];
  const { application_fee_percent, description } = one;
  return {
    collection_method: one.collection_method,
    invoice_settings: invoicesKept(one),
    ...(one.discounts.length === 0 ? {} : { discounts: discountsOf(one.discounts) }),
    ...(method === null ? {} : { default_payment_method: method }),
    ...(rates.length === 0 ? {} : { default_tax_rates: rates }),
    automatic_tax: { enabled: tax.enabled, ...(tax.liability && { liability: partyOf(tax.liability) }) },
    ...(description === null ? {} : { description }),
    ...(behalf === null ? {} : { on_behalf_of: behalf }),
    ...(application_fee_percent === null ? {} : { application_fee_percent }),
    ...(thresholds === null ? {} : { billing_thresholds: thresholdsOf(thresholds) }),
    ...(transfer === null ? {} : { transfer_data: transferOf(transfer) }),
  };
}

function invoicesKept({
  days_until_due,
  invoice_settings: { account_tax_ids, issuer },
}: Stripe.Subscription): NonNullable<Phase['invoice_settings']> {
  const ids = account_tax_ids?.flatMap((one) => idOf(one) ?? []) ?? [];
  return {
    ...(days_until_due === null ? {} : { days_until_due }),
    ...(ids.length === 0 ? {} : { account_tax_ids: ids }),
    issuer: partyOf(issuer),
  };
}

function partyOf<T>({ type, account }: { readonly type: T; readonly account?: string | Stripe.Account }) {
  const id = idOf(account ?? null);
  return { type, ...(id === null ? {} : { account: id }) };
}

const thresholdsOf = ({
  amount_gte,
  reset_billing_cycle_anchor: anew,
}: Stripe.Subscription.BillingThresholds) => ({
  ...(amount_gte === null ? {} : { amount_gte }),
  ...(anew === null ? {} : { reset_billing_cycle_anchor: anew }),
});

const transferOf = ({ amount_percent, destination }: Stripe.Subscription.TransferData) => ({
  ...(amount_percent === null ? {} : { amount_percent }),
  destination: idOf(destination) as string,
});

/** All of an item but its price. What is metered has no quantity. */
function itemKept(
  one: Stripe.SubscriptionItem,
): Omit<Stripe.SubscriptionScheduleUpdateParams.Phase.Item, 'price'> {
  const rates = one.tax_rates?.map(({ id }) => id) ?? [];
  const usage_gte = one.billing_thresholds?.usage_gte ?? null;
  return {
    ...(one.quantity === undefined ? {} : { quantity: one.quantity }),
    ...(one.discounts.length === 0 ? {} : { discounts: discountsOf(one.discounts) }),
    ...(rates.length === 0 ? {} : { tax_rates: rates }),
    ...(usage_gte === null ? {} : { billing_thresholds: { usage_gte } }),
  };
}

/** Nothing is agreed any more; Stripe refuses ends and changes of what a schedule still has a say in. */
export async function unschedule(stripe: Stripe, subscription: Stripe.Subscription): Promise<void> {
  const known = scheduleIn(subscription);
  if (known !== null) await found(stripe.subscriptionSchedules.release(known.id));
}
