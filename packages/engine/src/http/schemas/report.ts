/** Money truth as it travels: credits and what was paid for them, over all accounts. */
import { z } from 'zod';
import { credits, instant } from './primitives.ts';

export const month = z
  .string()
  .max(40)
  .meta({
    description: 'A month such as 2026-03, or the instant at which one begins.',
    examples: ['2026-03'],
  });
export const timeZone = z
  .string()
  .max(64)
  .meta({ description: 'Whose months these are; UTC where absent.', examples: ['Europe/Berlin'] });

const minor = z.int().meta({ description: 'Minor units of the currency.' });

/** What every report says of itself. */
const reportHead = {
  time_zone: z.string(),
  as_of: instant.meta({ description: 'When it was made.' }),
  final: z.boolean().meta({
    description: 'It will read the same whenever it is asked for again; false while the range is not over.',
  }),
  ledger: z
    .object({ accounts: z.int(), entries: z.int() })
    .meta({ description: 'What it was made from: the entries of all ledgers.' }),
};

const columns = <T extends z.ZodType>(sum: T) => ({
  opening: sum,
  sold: sum,
  granted: sum,
  refunded: sum,
  reversed: sum,
  used: sum,
  expired: sum,
  voided: sum,
  cashed_out: sum,
  adjusted: sum,
  transferred: sum,
  closing: sum,
});

const rollForwardColumns = z.object(columns(credits)).meta({
  id: 'RollForwardColumns',
  description: 'opening + all columns between = closing; each is signed as it changes the balance.',
});

const rollForwardMoney = z
  .object({ currency: z.string(), ...columns(minor), recognised: minor })
  .meta({ id: 'RollForwardMoney', description: 'What was paid for these credits, net, in minor units.' });

const rollForwardRow = z
  .object({
    class: z.string(),
    currency: z.string().nullable().optional(),
    channel: z.string().nullable().optional(),
    credits: rollForwardColumns,
    money: z.array(rollForwardMoney),
  })
  .meta({ id: 'RollForwardRow' });

export const rollForward = z
  .object({
    from: instant,
    to: instant,
    ...reportHead,
    group_by: z.array(z.enum(['currency', 'channel'])),
    periods: z.array(z.object({ from: instant, to: instant, rows: z.array(rollForwardRow) })),
  })
  .meta({ id: 'RollForward', description: 'What became of credits and of their money, month by month.' });

const outstanding = { lots: z.int(), credits, money: minor };

const outstandingRow = z
  .object({
    class: z.string(),
    currency: z.string(),
    channel: z.string().nullable(),
    ...outstanding,
    held: credits.meta({ description: 'Part of `credits`: reserved by holds.' }),
    scheduled: z.object(outstanding).meta({ description: 'On top: paid, and not begun.' }),
    expiring: z.array(
      z.object({
        expires: z.enum(['within_30_days', 'within_90_days', 'within_365_days', 'later', 'never']),
        ...outstanding,
      }),
    ),
  })
  .meta({ id: 'OutstandingRow' });

export const outstandingReport = z
  .object({
    at: instant,
    as_of: reportHead.as_of,
    final: reportHead.final,
    ledger: reportHead.ledger,
    rows: z.array(outstandingRow),
  })
  .meta({ id: 'OutstandingReport', description: 'Paid credits that nobody has used yet, just before `at`.' });

const holder = { class: z.string(), currency: z.string(), channel: z.string().nullable() };
const part = z.object({ credits, money: minor });
const rate = z.number().nullable();

const cohort = z
  .object({
    from: instant,
    to: instant,
    ...holder,
    sold: part,
    used: part,
    expired: part,
    reversed: part,
    other: part,
    open: part,
    rates: z.object({ used: rate, expired: rate, reversed: rate, other: rate, open: rate }),
  })
  .meta({ id: 'Cohort', description: 'Sold in a month: sold = used + expired + reversed + other + open.' });

export const breakage = z
  .object({
    from: instant,
    to: instant,
    ...reportHead,
    rows: z.array(z.object({ ...holder, credits, money: minor })),
    cohorts: z.array(cohort),
  })
  .meta({ id: 'Breakage', description: 'Paid credits that lapsed, and what became of what was sold.' });
