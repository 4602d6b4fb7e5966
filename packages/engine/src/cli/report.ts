/** What finance asks: the roll-forward, month by month. */
import type * as wire from '@drawdown/client';
import { type ClientCommand, type OptionFlags, type Options, stated } from './command.ts';
import type { Output } from './output.ts';

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
      process.stdout.write(await client.rollForwardCsv(query));
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
  return `As of ${as_of}, from ${ledger.entries} entries of ${ledger.accounts} accounts. ${lasting}`;
}

export const reportCommands = [rollForward];
