/** Reports for finance, over all accounts. */
import { z } from 'zod';
import { type Answer, route } from '../route.ts';
import { catalogId, instantIn } from '../schemas/primitives.ts';
import { breakage, month, outstandingReport, rollForward, timeZone } from '../schemas/report.ts';

/** The ledger is as large as it is: an hour in which nothing moves on the connection is a mistake, a minute is none. */
const QUIET_MS = 3_600_000;

const report = {
  method: 'GET',
  tag: 'Reports',
  scope: 'reports',
  sessions: 'none',
  idempotency: 'none',
  quietMs: QUIET_MS,
  status: 200,
} as const;

const format = z.enum(['json', 'csv']).exactOptional();

const documented = (description: string, schema: z.ZodType) => ({
  200: [
    { description, schema },
    { description: 'The same as a table', schema: z.string(), media: 'text/csv' },
  ],
});

const csv = (body: string, name: string): Answer => ({
  body,
  type: 'text/csv; charset=utf-8',
  headers: { 'content-disposition': `attachment; filename="${name}.csv"` },
});

const getRollForward = route({
  ...report,
  path: '/v1/reports/roll_forward',
  operationId: 'getRollForward',
  summary: 'Opening, sold, granted, used, … closing, for each month and class, in credits and in money',
  query: z.strictObject({
    from: month,
    to: month,
    time_zone: timeZone.exactOptional(),
    class: catalogId.exactOptional(),
    group_by: z
      .string()
      .max(40)
      .exactOptional()
      .meta({ description: '`currency`, `channel`, or both with a comma.' }),
    format,
  }),
  answers: documented('The roll-forward of [from, to)', rollForward),
  problems: ['unknown_class', 'sum_not_exact', 'unavailable'],
  handler: async ({ engine }, { query: { format, ...query } }) =>
    format === 'csv'
      ? csv(await engine.reports.rollForwardCsv(query), 'roll-forward')
      : { body: await engine.reports.rollForward(query) },
});

const getOutstanding = route({
  ...report,
  path: '/v1/reports/outstanding',
  operationId: 'getOutstanding',
  summary: 'Paid credits that nobody has used yet at a date, with the money that is not earned yet',
  query: z.strictObject({ at: instantIn.exactOptional(), class: catalogId.exactOptional(), format }),
  answers: documented('What is outstanding just before `at`; now where it is absent', outstandingReport),
  problems: ['unknown_class', 'sum_not_exact', 'unavailable'],
  handler: async ({ engine }, { query: { format, ...query } }) =>
    format === 'csv'
      ? csv(await engine.reports.outstandingCsv(query), 'outstanding')
      : { body: await engine.reports.outstanding(query) },
});

const getBreakage = route({
  ...report,
  path: '/v1/reports/breakage',
  operationId: 'getBreakage',
  summary: 'Paid credits that lapsed, and what became of what was sold in each month',
  query: z.strictObject({
    from: month,
    to: month,
    time_zone: timeZone.exactOptional(),
    class: catalogId.exactOptional(),
    format,
  }),
  answers: documented('The breakage of [from, to), and its cohorts up to now', breakage),
  problems: ['unknown_class', 'sum_not_exact', 'unavailable'],
  handler: async ({ engine }, { query: { format, ...query } }) =>
    format === 'csv'
      ? csv(await engine.reports.breakageCsv(query), 'breakage')
      : { body: await engine.reports.breakage(query) },
});

export const reportRoutes = [getRollForward, getOutstanding, getBreakage];
