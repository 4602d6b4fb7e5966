/** Automatic top-ups, and the way to pay that they are charged to. */
import { z } from 'zod';
import { cost } from './account.ts';
import { accountId, amount, catalogId, credits, instant, purchaseId } from './primitives.ts';
import { provider } from './purchase.ts';

export const autoTopUpRequest = z
  .strictObject({
    threshold: amount,
    pack: catalogId,
    monthly_cap: cost.meta({ description: "The most in a calendar month of the account's zone." }),
    consent: z.strictObject({ off_session: z.literal(true) }),
  })
  .meta({
    id: 'AutoTopUpRequest',
    examples: [
      {
        threshold: 50,
        pack: 'pack_100',
        monthly_cap: { amount_minor: 5000, currency: 'USD' },
        consent: { off_session: true },
      },
    ],
  });

export const paymentMethod = z
  .object({ provider, label: z.string() })
  .meta({ id: 'PaymentMethod', description: 'What its owner recognises it by.' });

const history = z.array(
  z.object({
    purchase: purchaseId,
    packs: z.int(),
    price: cost,
    state: z.enum(['pending', 'sent', 'completed', 'failed', 'canceled']),
    reason: z.string().nullable(),
    created_at: instant,
  }),
);

export const noAutoTopUp = z
  .object({
    account: accountId,
    state: z.literal('off'),
    payment_method: paymentMethod.nullable(),
    history,
  })
  .meta({ id: 'NoAutoTopUp', description: 'Nothing is agreed: nothing is charged while nobody is there.' });

export const autoTopUp = z
  .object({
    account: accountId,
    state: z.enum(['on', 'capped', 'stopped']),
    reason: z
      .enum([
        'declined',
        'authentication_required',
        'abnormal_use',
        'payment_method_removed',
        'pack_unavailable',
        'pack_above_cap',
        'payment_reversed',
        'consent_withdrawn',
        'charge_differs',
        'not_taken',
        'account_closed',
      ])
      .nullable(),
    resumes_at: instant.nullable(),
    threshold: credits,
    pack: z.string(),
    monthly_cap: cost,
    spent_this_month: cost,
    payment_method: paymentMethod.nullable(),
    consent: z.object({ off_session: z.literal(true), at: instant, actor: z.string() }),
    history,
    updated_at: instant,
  })
  .meta({ id: 'AutoTopUp' });

export const removed = z.object({ removed: z.literal(true) }).meta({ id: 'Removed' });
