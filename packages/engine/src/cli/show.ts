/** Balances, operations, grants and entries as people read them. */
import type * as wire from '@drawdown/client';
import type { Output } from './output.ts';

const RIGHT = 'right' as const;

/** `1 credit`, `25 credits`. */
export function credits(amount: number): string {
  return `${amount} ${amount === 1 ? 'credit' : 'credits'}`;
}

/** `20 subscription, 5 promotional`: what was drawn, summed over the lots of a class. */
export function drawsText(draws: readonly wire.Draw[]): string {
  const byClass = new Map<string, number>();
  for (const draw of draws) byClass.set(draw.class, (byClass.get(draw.class) ?? 0) + draw.amount);
  return [...byClass].map(([name, amount]) => `${amount} ${name}`).join(', ') || 'nothing';
}

/** `subscription 0, promotional 10, purchased 100` */
export function classesText({ classes }: wire.Balance): string {
  return classes.map((one) => `${one.class} ${one.available}`).join(', ');
}

export function balanceTable(output: Output, balance: wire.Balance): string {
  const withFrozen = balance.frozen > 0;
  const numbers = (of: { total: number; held: number; frozen: number; available: number }) =>
    [of.total, of.held, ...(withFrozen ? [of.frozen] : []), of.available].map(String);
  const rows = balance.classes.map((one) => [one.class, ...numbers(one), expiryText(one)]);
  rows.push([output.colors.bold('total'), ...numbers(balance), '']);
  const columns = ['total', 'held', ...(withFrozen ? ['frozen'] : []), 'available'];
  const table = output.table(
    [{ title: 'class' }, ...columns.map((title) => ({ title, align: RIGHT })), { title: 'next expiry' }],
    rows,
  );
  const debt = balance.debt > 0 ? `\nThe account owes ${credits(balance.debt)}.` : '';
  return `${table}${debt}`;
}

function expiryText({ next_expiry }: wire.ClassBalance): string {
  return next_expiry === null ? '-' : `${next_expiry.amount} at ${next_expiry.at}`;
}

/** One line about what was done, then the ids that go on from it. */
export function receiptText(
  output: Output,
  receipt: wire.Receipt & { replayed: boolean },
  { did, ids }: { did: string; ids?: readonly (readonly [name: string, id: string])[] },
): string {
  const { operation, balance, replayed } = receipt;
  const again = replayed ? ' It was done before: this is the answer of the first call with this key.' : '';
  const lines = [['operation', operation.id] as const, ...(ids ?? [])];
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return [
    `${did}${again}`,
    ...lines.map(([name, id]) => `${output.colors.dim(name.padEnd(width))}${id}`),
    '',
    balanceTable(output, balance),
  ].join('\n');
}

export function grantsTable(output: Output, grants: readonly wire.Grant[]): string {
  return output.table(
    [
      { title: 'grant' },
      { title: 'class' },
      { title: 'amount', align: RIGHT },
      { title: 'left', align: RIGHT },
      { title: 'held', align: RIGHT },
      { title: 'state' },
      { title: 'from' },
      { title: 'expires' },
      { title: 'features' },
    ],
    grants.map((one) => [
      one.id,
      one.class,
      String(one.amount),
      String(one.remaining),
      String(one.held),
      one.state,
      one.effective_at,
      one.expires_at ?? 'never',
      one.features?.join(' ') ?? 'all',
    ]),
  );
}

export function entriesTable(output: Output, entries: readonly wire.Entry[]): string {
  return output.table(
    [
      { title: 'seq', align: RIGHT },
      { title: 'at' },
      { title: 'type' },
      { title: 'amount', align: RIGHT },
      { title: 'held', align: RIGHT },
      { title: 'after', align: RIGHT },
      { title: 'feature' },
      { title: 'project' },
      { title: 'moves' },
      { title: 'actor' },
    ],
    entries.map((entry) => [
      String(entry.seq),
      entry.at,
      entry.type,
      signed(entry.amount),
      signed(entry.held),
      String(entry.balance_after),
      entry.feature ?? '',
      typeof entry.metadata.project === 'string' ? entry.metadata.project : '',
      movesText(entry),
      entry.actor,
    ]),
  );
}

/** `subscription -20, promotional -5` */
export function movesText({ moves, about }: wire.Entry): string {
  if (moves.length === 0 && about !== undefined) {
    const end = about.expires_at === undefined ? '' : ` until ${about.expires_at ?? 'further notice'}`;
    return `${about.class} ${about.grant}${end}`;
  }
  return moves
    .map((move) => {
      const held = move.held === 0 ? '' : ` (held ${signed(move.held)})`;
      return `${move.class} ${signed(move.remaining)}${held}`;
    })
    .join(', ');
}

export function signed(amount: number): string {
  return amount > 0 ? `+${amount}` : String(amount);
}
