/** What is to come of an account. */
import { z } from 'zod';
import { credits, grantId, instant } from './primitives.ts';

const MAX_DAYS = 366;

/** Query strings carry text: digits alone are a count. */
export const forecastDays = z
  .string()
  .refine(
    (text) => /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MAX_DAYS,
    `must be a whole number from 1 to ${MAX_DAYS}`,
  )
  .transform(Number)
  .meta({
    type: 'integer',
    minimum: 1,
    maximum: MAX_DAYS,
    default: 90,
    description: 'How far ahead to look.',
  });

export const forecastLapse = z
  .object({
    grant: grantId,
    class: z.string(),
    expires_at: instant,
    amount: credits.meta({ description: 'What of the lot will be left then, at the rate of use.' }),
    used_first: z
      .array(z.object({ class: z.string(), amount: credits }))
      .meta({ description: 'What there is now that will be spent before it: what lapses earlier is not.' }),
  })
  .meta({ id: 'ForecastLapse' });

export const forecastEvent = z
  .object({
    at: instant,
    type: z.enum(['start', 'expiry']),
    class: z.string(),
    amount: credits.meta({
      description:
        'Of a start, what arrives; of an expiry, what there is of the lot now, or will be when it starts.',
    }),
    lapses: credits.meta({ description: 'Of an expiry: what of it lapses at the rate of use.' }),
    grant: grantId.nullable(),
    expected: z.boolean().meta({
      description: 'Not paid for yet: it comes if the subscription goes on.',
    }),
  })
  .meta({ id: 'ForecastEvent' });

export const forecast = z
  .object({
    account: z.string(),
    as_of: instant,
    until: instant,
    rate: z.object({ per_day: z.number(), days: z.int() }).nullable().meta({
      description: 'How much was spent lately, refunds taken off; null where the account is too new to tell.',
    }),
    at_risk: z.array(forecastLapse),
    events: z.array(forecastEvent),
  })
  .meta({ id: 'Forecast' });
