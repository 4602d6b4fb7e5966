/** What finance asks: the roll-forward, month by month. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type OptionFlags, type Options, stated } from './command.ts';
import type { Output } from './output.ts';
import { credits } from './show.ts';

const MONTHS: readonly OptionFlags[] = [
  ['--from <month>', 'the first month, e.g. 2026-01'],
  ['--to <month>', 'the month that is no longer included'],
  ['--time-zone <zone>', 'whose months these are (default: UTC)'],
];
const CSV: OptionFlags = ['--csv', 'the table as CSV'];

const monthsOf = (options: Options) => ({
  from: options.demand('from'),
  to: options.demand('to'),
  ...stated({ time_zone: options.text('time-zone') }),
});

const rollForward: ClientCommand = {
  name: 'report roll-forward',
  summary: 'Opening, what went in and out, closing: credits and money by class',
  options: [
    ...MONTHS,
    ['--class <class>', 'one class only'],
    ['--group-by <groups>', 'currency, channel, or both with a comma'],
    CSV,
  ],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const query = {
      ...monthsOf(options),
      ...stated({ class: options.text('class'), group_by: options.text('group-by') }),
    };
    if (options.flag('csv')) {
      output.raw((await client.rollForwardCsv(query)).trimEnd());
      return undefined;
    }
    const report = await client.rollForward(query);
    output.answer(report, () =>
      [...report.periods.map((period) => periodText(output, period)), headText(report)].join('\n\n'),
    );
    return undefined;
  },
};

const COLUMNS = [
  'opening',
  'sold',
  'granted',
  'refunded',
  'reversed',
  'used',
  'expired',
  'voided',
  'cashed_out',
  'adjusted',
  'transferred',
  'closing',
] as const satisfies (keyof wire.RollForwardColumns)[];

/** Columns in which nothing happened are left out. */
function periodText(output: Output, { from, to, rows }: wire.RollForwardPeriod): string {
  const lines = rows.flatMap((row) => [
    { row, unit: 'credits', sums: row.credits },
    ...row.money.map((money) => ({ row, unit: money.currency, sums: money })),
  ]);
  const shown = COLUMNS.filter(
    (one) => one === 'opening' || one === 'closing' || lines.some(({ sums }) => sums[one] !== 0),
  );
  const groups = (['currency', 'channel'] as const).filter((one) =>
    rows.some((row) => row[one] !== undefined),
  );
  const table = output.table(
    [
      { title: 'class' },
      ...groups.map((title) => ({ title })),
      { title: 'unit' },
      ...shown.map((title) => ({ title: title.replace('_', ' '), align: 'right' as const })),
    ],
    lines.map(({ row, unit, sums }) => [
      row.class,
      ...groups.map((one) => row[one] ?? '-'),
      unit,
      ...shown.map((one) => String(sums[one])),
    ]),
  );
  return `${output.colors.bold(`${from} – ${to}`)}\n${table}`;
}

function headText({ as_of, final, ledger }: Omit<wire.ReportHead, 'from' | 'to' | 'time_zone'>): string {
  const lasting = final ? 'It will read the same for good.' : 'It is not over: it may still change.';
  const entries = ledger.entries === 1 ? '1 entry' : `${ledger.entries} entries`;
  const accounts = ledger.accounts === 1 ? '1 account' : `${ledger.accounts} accounts`;
  return `As of ${as_of}, from ${entries} of ${accounts}. ${lasting}`;
}

const outstanding: ClientCommand = {
  name: 'report outstanding',
  summary: 'Paid credits that nobody has used yet, and the money that is not earned yet',
  options: [['--at <time>', 'just before then (default: now)'], ['--class <class>', 'one class only'], CSV],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const query = stated({ at: options.text('at'), class: options.text('class') });
    if (options.flag('csv')) {
      output.raw((await client.outstandingCsv(query)).trimEnd());
      return undefined;
    }
    const report = await client.outstanding(query);
    output.answer(report, () => [outstandingText(output, report), headText(report)].join('\n\n'));
    return undefined;
  },
};

function outstandingText(output: Output, { rows }: wire.OutstandingReport): string {
  if (rows.length === 0) return 'Nothing that was paid for is outstanding.';
  const ages = rows[0]?.expiring.map(({ expires }) => expires) ?? [];
  return output.table(
    [
      ...['class', 'channel', 'unit'].map((title) => ({ title })),
      ...['total', 'held', ...ages.map((age) => age.replaceAll('_', ' ')), 'scheduled'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows.flatMap((row) =>
      (['credits', 'money'] as const).map((unit) => [
        ...[row.class, row.channel ?? '-', unit === 'credits' ? unit : row.currency],
        ...[String(row[unit]), unit === 'credits' ? String(row.held) : ''],
        ...row.expiring.map((one) => String(one[unit])),
        String(row.scheduled[unit]),
      ]),
    ),
  );
}

const breakage: ClientCommand = {
  name: 'report breakage',
  summary: 'Paid credits that lapsed, and what became of what was sold in each month',
  options: [...MONTHS, ['--class <class>', 'one class only'], CSV],
  target: { staff: true },
  run: async ({ client, options, output }) => {
    const query = { ...monthsOf(options), ...stated({ class: options.text('class') }) };
    if (options.flag('csv')) {
      output.raw((await client.breakageCsv(query)).trimEnd());
      return undefined;
    }
    const report = await client.breakage(query);
    output.answer(report, () =>
      [breakageText(output, report), `${headText(report)} Shares are as of now.`].join('\n\n'),
    );
    return undefined;
  },
};

function breakageText(output: Output, { rows, cohorts }: wire.Breakage): string {
  const lapsed = rows.map(
    (row) =>
      `Lapsed: ${credits(row.credits)} of class ${row.class}, worth ${row.money} minor units of ${row.currency}.`,
  );
  const percent = (rate: number | null): string => (rate === null ? '-' : `${(rate * 100).toFixed(2)} %`);
  const parts = ['used', 'expired', 'reversed', 'other', 'open'] as const;
  const table = output.table(
    [
      ...['sold from', 'class', 'currency', 'channel'].map((title) => ({ title })),
      ...['sold', ...parts].map((title) => ({ title, align: 'right' as const })),
    ],
    cohorts.map((one) => [
      ...[one.from, one.class, one.currency, one.channel ?? '-', String(one.sold.credits)],
      ...parts.map((part) => percent(one.rates[part])),
    ]),
  );
  return [...(lapsed.length === 0 ? ['Nothing that was paid for lapsed.'] : lapsed), '', table].join('\n');
}

export const reportCommands = [rollForward, outstanding, breakage];
