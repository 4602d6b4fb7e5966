/** What a subscription at Stripe becomes with another cycle, agreed for the end of the one that runs. */
import type Stripe from 'stripe';
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

/**
 * Agreed in two requests, of which the first alone changes nothing; `key` names both. What is charged for beside the plan
 * goes on, behind it.
 */
export async function schedule(
  stripe: Stripe,
  subscription: Stripe.Subscription,
  { change, price, quantity, key }: Scheduled & { readonly key: string },
): Promise<void> {
  const known = scheduleIn(subscription);
  const about = { from_subscription: subscription.id };
  const own =
    known ??
    (await asking(stripe.subscriptionSchedules.create(about, { idempotencyKey: `${key}:schedule` })));
  const running = own.current_phase;
  if (running === null) throw unavailable('Stripe began no phase of the schedule.');
  const plan = planItem(subscription.items.data);
  const item = (one: Stripe.SubscriptionItem) => ({ price: one.price.id, quantity: one.quantity ?? 1 });
  const items = subscription.items.data.map(item);
  const others = subscription.items.data.filter((one) => one !== plan).map(item);
  await asking(
    stripe.subscriptionSchedules.update(
      own.id,
      {
        end_behavior: 'release',
        proration_behavior: 'none',
        ...(change === null ? {} : { metadata: { change } }),
        phases: [
          { items, start_date: running.start_date, end_date: running.end_date, proration_behavior: 'none' },
          {
            items: [{ price, quantity }, ...others],
            start_date: running.end_date,
            proration_behavior: 'none',
          },
        ],
      },
      { idempotencyKey: key },
    ),
  );
}

/** Nothing is agreed any more; Stripe refuses ends and changes of what a schedule still has a say in. */
export async function unschedule(stripe: Stripe, subscription: Stripe.Subscription): Promise<void> {
  const known = scheduleIn(subscription);
  if (known !== null) await found(stripe.subscriptionSchedules.release(known.id));
}
