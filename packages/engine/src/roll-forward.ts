/** Opening, what went in and out, closing: for each month, to the credit and to the minor unit. */
import type * as wire from '@drawdown/client';
import { formatInstant } from './core/calendar.ts';
import { exactMinor } from './exact.ts';
import { COLUMNS, type Column, type Flow, type Holder, type Stock } from './store/flows.ts';

/** One of what is counted: credits in atoms, or money of one currency in minor units. */
type Sums = Record<'opening' | Column | 'closing', bigint>;

interface Line {
  readonly key: Key;
  readonly credits: Sums;
  readonly money: Map<string, Sums>;
}

interface Key {
  readonly class: string;
  readonly currency?: string | null;
  readonly channel?: string | null;
}

interface RollForwardAsked {
  readonly bounds: readonly number[];
  readonly groups: readonly wire.ReportGroup[];
  /** Classes that have a line though nothing is in them, in the order of the catalog. */
  readonly classes: readonly string[];
  readonly credits: (atoms: bigint) => number;
}

/** Works backwards: what is left now is the last closing, and each month opened with what it closed with before its flows. */
export function rollForward(
  { flows, stock }: { flows: readonly Flow[]; stock: readonly Stock[] },
  asked: RollForwardAsked,
): wire.RollForwardPeriod[] {
  const { bounds, groups } = asked;
  const keys = keysOf([...stock, ...flows], asked);
  const count = bounds.length - 1;
  const closing = new Map([...keys].map(([id, key]) => [id, emptyLine(key)]));
  for (const one of stock) add(closing.get(idOf(one, groups)) as Line, 'closing', one);
  const months: wire.RollForwardPeriod[] = [];
  // The period behind the last is what came since: it leads from now back to the last closing.
  for (let period = count; period >= 0; period -= 1) {
    for (const flow of flows) {
      if (flow.period === period) add(closing.get(idOf(flow, groups)) as Line, flow.column, flow);
    }
    for (const line of closing.values()) open(line);
    if (period < count) {
      const rows = [...closing.values()].filter(({ key }) => isShown(key, closing, asked));
      months.unshift({
        from: formatInstant(bounds[period] as number),
        to: formatInstant(bounds[period + 1] as number),
        rows: rows.map((line) => presentLine(line, asked.credits)),
      });
    }
    for (const [id, line] of closing) closing.set(id, before(line));
  }
  return months;
}

const idOf = (holder: Holder, groups: readonly wire.ReportGroup[]): string =>
  JSON.stringify([holder.class, ...groups.map((group) => holder[group])]);

/** In the catalog's order of classes, then by currency and channel, those without one first. */
function keysOf(
  holders: readonly Holder[],
  { groups, classes }: Pick<RollForwardAsked, 'groups' | 'classes'>,
): Map<string, Key> {
  const known = [...new Set([...classes, ...holders.map((one) => one.class).sort()])];
  const keys = new Map<string, Key>();
  for (const className of known) {
    const own = new Map<string, Key>();
    for (const holder of holders) {
      if (holder.class !== className) continue;
      const group = Object.fromEntries(groups.map((one) => [one, holder[one]]));
      own.set(idOf(holder, groups), { class: className, ...group });
    }
    const empty = Object.fromEntries(groups.map((one) => [one, null]));
    if (own.size === 0)
      own.set(idOf({ class: className, currency: null, channel: null }, groups), {
        class: className,
        ...empty,
      });
    for (const [id, key] of [...own].sort(([a], [b]) => (a < b ? -1 : 1))) keys.set(id, key);
  }
  return keys;
}

function emptySums(): Sums {
  const sums: Partial<Sums> = { opening: 0n, closing: 0n };
  for (const column of COLUMNS) sums[column] = 0n;
  return sums as Sums;
}

const emptyLine = (key: Key): Line => ({ key, credits: emptySums(), money: new Map() });

function add(line: Line, column: keyof Sums, { currency, credits, money }: Stock): void {
  line.credits[column] += credits;
  if (currency === null) return;
  const sums = line.money.get(currency) ?? emptySums();
  line.money.set(currency, sums);
  sums[column] += money;
}

function open(line: Line): void {
  for (const sums of [line.credits, ...line.money.values()]) {
    sums.opening = COLUMNS.reduce((left, column) => left - sums[column], sums.closing);
  }
}

/** The line of the period before: it closed with what this one opened with. */
function before({ key, credits, money }: Line): Line {
  const closing = (sums: Sums): Sums => ({ ...emptySums(), closing: sums.opening });
  return {
    key,
    credits: closing(credits),
    money: new Map([...money].map(([currency, sums]) => [currency, closing(sums)])),
  };
}

/** A class of the catalog always; what only a group tells apart where it has anything to tell. */
function isShown(
  key: Key,
  lines: ReadonlyMap<string, Line>,
  { classes }: Pick<RollForwardAsked, 'classes'>,
): boolean {
  const own = [...lines.values()].filter((line) => line.key.class === key.class);
  const told = own.filter(({ credits, money }) => [credits, ...money.values()].some(hasAny));
  if (told.length > 0) return told.some((line) => line.key === key);
  return classes.includes(key.class) && own[0]?.key === key;
}

const hasAny = (sums: Sums): boolean => Object.values(sums).some((sum) => sum !== 0n);

function presentLine(
  { key, credits, money }: Line,
  toCredits: (atoms: bigint) => number,
): wire.RollForwardRow {
  const currencies = [...money].filter(([, sums]) => hasAny(sums)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...key,
    credits: presentSums(credits, toCredits),
    money: currencies.map(([currency, sums]) => ({
      currency,
      ...presentSums(sums, exactMinor),
      recognised: exactMinor(recognised(sums)),
    })),
  };
}

const recognised = (sums: Pick<Sums, 'used' | 'expired' | 'refunded'>): bigint =>
  -(sums.used + sums.expired + sums.refunded);

function presentSums(sums: Sums, present: (sum: bigint) => number): wire.RollForwardColumns {
  const order = ['opening', ...COLUMNS, 'closing'] as const;
  return Object.fromEntries(
    order.map((one) => [one, present(sums[one])]),
  ) as unknown as wire.RollForwardColumns;
}

/** One line for each period, row and unit: `credits`, or the currency whose minor unit is counted. */
export function rollForwardLines({
  periods,
}: Pick<wire.RollForward, 'periods'>): (string | number | null)[][] {
  const order = ['opening', ...COLUMNS, 'closing'] as const;
  const lines: (string | number | null)[][] = [
    ['from', 'to', 'class', 'currency', 'channel', 'unit', ...order, 'recognised'],
  ];
  for (const { from, to, rows } of periods) {
    for (const row of rows) {
      const lead = [from, to, row.class, row.currency ?? null, row.channel ?? null];
      lines.push([...lead, 'credits', ...order.map((one) => row.credits[one]), null]);
      for (const money of row.money) {
        lines.push([...lead, money.currency, ...order.map((one) => money[one]), money.recognised]);
      }
    }
  }
  return lines;
}
