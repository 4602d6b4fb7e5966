import type { Entry } from '../wire.ts';

const COLUMNS = [
  'seq',
  'time_utc',
  'type',
  'feature',
  'project',
  'amount',
  'held',
  'class_amounts',
  'total_after',
  'operation',
  'reverses',
  'reason',
  'member',
] as const;

/** The entries as a table (RFC 4180), in the order in which they come; numbers and times as a machine reads them. */
export async function historyCsv(entries: AsyncIterable<Entry>): Promise<string> {
  const lines = [COLUMNS.join(',')];
  for await (const entry of entries) lines.push(rowOf(entry).map(cell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function rowOf(entry: Entry): (string | number)[] {
  const sums = new Map<string, number>();
  for (const move of entry.moves) sums.set(move.class, (sums.get(move.class) ?? 0) + move.remaining);
  const { project } = entry.metadata;
  return [
    entry.seq,
    entry.at,
    entry.type,
    entry.feature ?? '',
    typeof project === 'string' ? project : '',
    entry.amount,
    entry.held,
    [...sums].map(([id, amount]) => `${id}: ${amount}`).join('; '),
    entry.balance_after,
    entry.operation ?? '',
    entry.reverses ?? '',
    entry.reason ?? '',
    entry.member ?? '',
  ];
}

/** A spreadsheet runs what begins like a formula: an apostrophe keeps it text. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
