/** Subscriptions: what is agreed, what is paid, and what a change would do. */
import type { SubscriptionPreviewRequest } from '@drawdown/client';
import { z } from 'zod';
import { balance, cost, source } from './account.ts';
import { operation } from './operation.ts';
import { accountId, catalogId, credits, instant, instantIn, page, resourceId } from './primitives.ts';
import { provider } from './purchase.ts';
import { seatUse } from './team.ts';

export const subscriptionId = resourceId('sub').meta({ description: 'The id of a subscription.' });

const interval = z.enum(['month', 'year']);
// Sizes are the plan's; this bound only keeps numbers sane.
const MAX_SEATS = 1_000_000;
const seats = z.int().min(1).max(MAX_SEATS);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD');
const ref = z
  .string()
  .max(255)
  .refine((value) => value.trim() !== '', 'must not be blank');
const time = z.enum(['now', 'period_end']);

const terms = {
  plan: z.string(),
  interval,
  refill: z.enum(['monthly', 'upfront']),
  seats: z.int().nullable(),
  credits: credits.meta({ description: 'Of one refill, for all seats.' }),
  price: cost.nullable().meta({ description: 'Of one period, for all seats, net.' }),
};

export const subscription = z
  .object({
    id: subscriptionId,
    account: accountId,
    ref: z.string(),
    status: z.enum(['trialing', 'active', 'past_due', 'paused', 'cancelled', 'ended']),
    ...terms,
    class: z.string(),
    anchor: instant.meta({ description: 'What every period is counted from, in `time_zone`.' }),
    time_zone: z.string(),
    current_period: z.object({ start: instant, end: instant, paid: z.boolean() }).nullable(),
    paid_until: instant.nullable(),
    next_refill_at: instant.nullable(),
    trial_ends_at: instant.nullable(),
    cancel_at: instant.nullable(),
    grace_until: instant.nullable(),
    paused_at: instant.nullable(),
    provider: provider
      .nullable()
      .meta({ description: 'Who charges for it, where it was sold through a checkout.' }),
    pending: z
      .object({ ...terms, at: instant })
      .nullable()
      .meta({ description: 'Other terms that are agreed and begin at `at`.' }),
    created_at: instant,
  })
  .meta({ id: 'Subscription' });

export const subscriptionPage = page(subscription, 'SubscriptionPage');

export const subscriptionReceipt = z
  .object({
    subscription,
    operation: operation.nullable().meta({ description: 'Null where no lot was issued or taken back.' }),
    balance,
    members: seatUse.exactOptional(),
  })
  .meta({ id: 'SubscriptionReceipt' });

export const subscriptionRequest = z
  .strictObject({
    plan: catalogId,
    interval: interval.exactOptional(),
    seats: seats.exactOptional().meta({ description: "Team plans: one of the plan's sizes." }),
    trial: z.boolean().exactOptional(),
    started_at: instantIn.exactOptional(),
    ref: ref.exactOptional(),
    currency: currency.exactOptional(),
    cost: cost.exactOptional(),
  })
  .meta({ id: 'SubscriptionRequest', examples: [{ plan: 'pro', interval: 'month', currency: 'USD' }] });

const renew = { period_end: instantIn.exactOptional(), ref, cost: cost.exactOptional() };
const change = {
  plan: catalogId.exactOptional(),
  interval: interval.exactOptional(),
  seats: seats.exactOptional(),
  at: time.exactOptional().meta({ description: "Absent: more at once, less at the period's end." }),
  currency: currency.exactOptional(),
  ref: ref.exactOptional(),
  cost: cost.exactOptional(),
};
const cancel = { at: time.exactOptional() };
const reactivate = { ref: ref.exactOptional(), cost: cost.exactOptional() };

export const renewRequest = z.strictObject(renew).meta({
  id: 'RenewRequest',
  description: 'A payment, by its own name and by the end of the period it pays.',
});

export const paymentFailedRequest = z
  .strictObject({ ref: ref.exactOptional(), period_end: instantIn.exactOptional() })
  .meta({ id: 'PaymentFailedRequest' });

export const subscriptionChangeRequest = z
  .strictObject(change)
  .meta({ id: 'SubscriptionChangeRequest', examples: [{ seats: 10 }] });

export const subscriptionCancelRequest = z.strictObject(cancel).meta({ id: 'SubscriptionCancelRequest' });

export const reactivateRequest = z.strictObject(reactivate).meta({ id: 'ReactivateRequest' });

export const nothing = z.strictObject({}).meta({ id: 'Nothing' });

export const subscriptionPreviewRequest: z.ZodType<SubscriptionPreviewRequest, SubscriptionPreviewRequest> = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('change'), ...change }),
    z.strictObject({ action: z.literal('cancel'), ...cancel }),
    z.strictObject({ action: z.literal('renew'), ...renew }),
    z.strictObject({ action: z.literal('reactivate'), ...reactivate }),
    z.strictObject({ action: z.literal('pause') }),
    z.strictObject({ action: z.literal('resume') }),
  ])
  .meta({ id: 'SubscriptionPreviewRequest', examples: [{ action: 'cancel' }] });

export const subscriptionPreview = z
  .object({
    subscription,
    balance,
    lots: z.array(
      z.object({
        grant: z.string().nullable(),
        class: z.string(),
        amount: credits,
        remaining: credits,
        source,
        effect: z.enum(['keeps', 'expires', 'moves', 'voided', 'starts']),
        effective_at: instant,
        expires_at: instant.nullable(),
        because: z.string(),
      }),
    ),
    members: seatUse.exactOptional(),
  })
  .meta({
    id: 'SubscriptionPreview',
    description: 'What a change would do to each lot. Nothing was written.',
  });
