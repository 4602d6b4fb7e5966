/** The roll-forward told naively: every ledger folded entry by entry, from the first one on. */
import type * as wire from '@drawdown/client';
import type { Engine } from '../../src/engine.ts';

type Columns = Omit<wire.RollForwardColumns, 'opening' | 'closing'>;
export type Told = Map<string, Record<string, number>>;

interface Lot {
  readonly grant: wire.Grant;
  left: number;
  /** Why it was voided as a whole. */
  ended: string | null;
}

/** Money by a sum of its own: what is paid for the credits that have gone, rounded down. */
function moneyLeft({ grant, left }: Lot): number {
  const cost = BigInt(grant.cost?.amount_minor ?? 0);
  const gone = BigInt(grant.amount - left);
  return Number(cost - (cost * gone) / BigInt(grant.amount));
}

/** By `month|class|unit`: opening, what each column took or brought, closing; `month` counts from 0 at `bounds`. */
export async function told(engine: Engine, ids: readonly string[], bounds: readonly number[]): Promise<Told> {
  const lines: Told = new Map();
  const note = (month: number, unit: [string, string], column: string, by: number) => {
    const key = [month, ...unit].join('|');
    const line = lines.get(key) ?? {};
    lines.set(key, line);
    line[column] = (line[column] ?? 0) + by;
  };
  for (const id of ids) {
    const lots = new Map((await all((cursor) => engine.grants(id, { state: 'all', ...cursor }))).map(asLot));
    const entries = (await all((cursor) => engine.entries(id, cursor))).reverse();
    for (const entry of entries) {
      const at = Date.parse(entry.at);
      const month = bounds.findLastIndex((bound) => bound <= at);
      for (const move of entry.moves) {
        const lot = lots.get(move.grant) as Lot;
        const before = moneyLeft(lot);
        lot.left += move.remaining;
        if (entry.type === 'void') lot.ended ??= entry.reason;
        const by = [move.remaining, moneyLeft(lot) - before] as const;
        const units: [string, string][] = [[lot.grant.class, 'credits']];
        if (lot.grant.cost !== null) units.push([lot.grant.class, lot.grant.cost.currency]);
        for (const [nth, unit] of units.entries()) {
          const amount = by[nth] as number;
          if (amount === 0) continue;
          if (month >= 0 && month < bounds.length - 1) note(month, unit, columnOf(entry, lot), amount);
          for (let later = month + 1; later < bounds.length; later += 1) note(later, unit, 'opening', amount);
        }
      }
    }
  }
  return lines;
}

const asLot = (grant: wire.Grant): [string, Lot] => [grant.id, { grant, left: 0, ended: null }];

function columnOf(entry: wire.Entry, { grant, ended }: Lot): keyof Columns {
  const isPaid = (grant.cost?.amount_minor ?? 0) > 0;
  switch (entry.type) {
    case 'grant':
      if (grant.source.type === 'purchase' && grant.metadata.reinstated === true) return 'reversed';
      return isPaid ? 'sold' : 'granted';
    case 'consume':
    case 'capture':
      return 'used';
    case 'refund':
      return 'refunded';
    case 'expire':
      return 'expired';
    case 'void':
      if ((entry.reason ?? ended) === 'purchase_reversed' && grant.source.type === 'purchase')
        return 'reversed';
      return entry.reason === 'cash_out' ? 'cashed_out' : 'voided';
    case 'adjust':
      return entry.debt < 0 ? 'used' : 'adjusted';
    case 'transfer':
      return 'transferred';
    default:
      throw new Error(`${entry.type} moves no credits`);
  }
}

async function all<T>(page: (cursor: { cursor?: string }) => Promise<wire.Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: { cursor?: string } = {}; ; ) {
    const { data, next_cursor } = await page({ limit: 200, ...cursor } as { cursor?: string });
    found.push(...data);
    if (next_cursor === null) return found;
    cursor = { cursor: next_cursor };
  }
}

/** A report in the same shape: what is zero is left out, and closing stands as the next month's opening. */
export function flat({ periods }: wire.RollForward): Told {
  const lines: Told = new Map();
  const note = (month: number, unit: [string, string], column: string, by: number) => {
    if (by === 0) return;
    const key = [month, ...unit].join('|');
    lines.set(key, { ...lines.get(key), [column]: by });
  };
  for (const [month, { rows }] of periods.entries()) {
    for (const row of rows) {
      const units = [
        ['credits', row.credits],
        ...row.money.map(({ currency, recognised, ...sums }) => [currency, sums]),
      ] as [string, wire.RollForwardColumns][];
      for (const [unit, { closing, ...sums }] of units) {
        for (const [column, by] of Object.entries(sums)) note(month, [row.class, unit], column, by);
        if (month === periods.length - 1) note(month + 1, [row.class, unit], 'opening', closing);
      }
    }
  }
  return lines;
}
