/** How a server is. */
import { z } from 'zod';
import { instant } from './primitives.ts';

const count = z.int().nonnegative();
const rate = z.number().nonnegative();
const milliseconds = z.number().nonnegative();

const process = z.object({
  version: z.string(),
  started_at: instant,
  up_seconds: count,
  rates: z
    .object({ commands: rate, deductions: rate, refused: rate, batches: rate })
    .meta({ description: 'Per second, over the last minute or since the start.' }),
  commands: z
    .array(z.object({ verb: z.string(), outcome: z.string(), count }))
    .meta({ description: 'Since the start; the outcome is `done`, or the code of a refusal.' }),
  deliveries: z
    .array(z.object({ provider: z.string(), outcome: z.string(), count }))
    .meta({ description: 'What payment providers sent, since the start.' }),
  failures: z
    .array(z.object({ method: z.string(), route: z.string(), status: z.int(), count }))
    .meta({ description: 'Answers of 500 and above, since the start.' }),
  waiting_commands: count,
  lane_lag_ms: milliseconds.meta({
    description: 'How long the oldest waiting command has waited at most.',
  }),
  streams: count,
});

const sweep = z.object({
  lag_ms: milliseconds.meta({ description: "How late the oldest account of this process's last round was." }),
  settled: count,
  due_accounts: count.meta({
    description: 'Accounts for which time has something to enter now; up to 1000.',
  }),
  oldest_due_at: instant.nullable(),
});

const unanswered = z
  .object({
    charges: count.meta({ description: 'Of automatic top-ups; up to 1000.' }),
    refunds: count.meta({ description: 'Purchases that are being paid back; up to 1000.' }),
    plan_changes: count.meta({ description: 'Up to 1000.' }),
    oldest_asked_at: instant.nullable(),
    accounts: z
      .array(z.string())
      .meta({ description: 'Whose they are, the longest first; up to 10 of them.' }),
  })
  .meta({
    description:
      'What payment providers were asked more than ten minutes ago and have not answered. It is asked again by itself; ' +
      'what stays here, somebody looks up at the provider.',
  });

const webhooks = z.object({
  waiting_accounts: count,
  lag_ms: milliseconds.meta({
    description: 'How old the oldest undelivered notice is, at endpoints that are on.',
  }),
  endpoints: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      state: z.enum(['enabled', 'disabled']),
      waiting: count.meta({ description: 'Deliveries that are still to be made; up to 1000.' }),
      dead: count.meta({ description: 'Deliveries that were given up; up to 1000.' }),
    }),
  ),
});

const database = z.object({
  version: z.string().meta({ description: "PostgreSQL's." }),
  role: z.enum(['primary', 'standby']),
  size_bytes: count,
  schema: count.meta({ description: 'The number of its last migration.' }),
  connections: count,
  estimated: z
    .object({ accounts: count, entries: count, grants: count })
    .meta({ description: "Rows, as the database's statistics estimate them." }),
});

const verify = z.object({
  started_at: instant,
  finished_at: instant,
  accounts: count,
  entries: count,
  faults: count,
});

export const systemState = z
  .object({
    as_of: instant,
    process: process.meta({ description: 'Of the process that answers.' }),
    sweep,
    unanswered,
    webhooks,
    database,
    verify: verify.nullable().meta({
      description: 'The last whole `drawdown verify` on this database; null: none yet.',
    }),
  })
  .meta({ id: 'SystemState' });
