import type { Entry } from '../wire.ts';
import { type HistoryRow, historyRows } from './history-rows.ts';

const COLUMNS = [
  'seq',
  'time_utc',
  'type',
  'status',
  'feature',
  'units',
  'project',
  'amount',
  'held',
  'class_amounts',
  'grants',
  'total_after',
  'operation',
  'reverses',
  'reason',
  'member',
] as const;

/** The entries as a table (RFC 4180), in the order in which they come; numbers and times as a machine reads them. */
export async function historyCsv(entries: AsyncIterable<Entry>): Promise<string> {
  // What became of an entry, and what it was for, may be said by one before or behind it.
  const all: Entry[] = [];
  for await (const entry of entries) all.push(entry);
  const lines = historyRows(all).map((row) => cellsOf(row).map(cell).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

function cellsOf({ entry, status, project, split }: HistoryRow): (string | number)[] {
  const { about, moves, units } = entry;
  return [
    entry.seq,
    entry.at,
    entry.type,
    status ?? '',
    entry.feature ?? '',
    typeof units === 'object' ? JSON.stringify(units) : (units ?? ''),
    project ?? '',
    entry.amount,
    entry.held,
    split.map((one) => (one.amount === null ? one.class : `${one.class}: ${one.amount}`)).join('; '),
    moves.length === 0 ? (about?.grant ?? '') : moves.map(({ grant }) => grant).join('; '),
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
