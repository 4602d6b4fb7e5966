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
