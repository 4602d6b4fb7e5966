/** What was paid and is not used yet: credits that people may still claim, and money that is not yet earned. */
import type * as wire from '@drawdown/client';
import { exactMinor } from './exact.ts';
import { AGES, type Standing } from './store/outstanding.ts';

const EXPIRES = [...AGES.map((days) => `within_${days}_days` as const), 'later', 'never'] as const;

type Counted = Pick<Standing, 'credits' | 'money' | 'lots' | 'held'>;
type ToCredits = (atoms: bigint) => number;

export function outstandingRows(standing: readonly Standing[], credits: ToCredits): wire.OutstandingRow[] {
  const keyOf = (one: Standing): string => JSON.stringify([one.class, one.currency, one.channel]);
  const keys = [...new Set(standing.map(keyOf))].sort();
  return keys.map((key) => {
    const own = standing.filter((one) => keyOf(one) === key);
    const begun = own.filter((one) => !one.scheduled);
    const { class: className, currency, channel } = own[0] as Standing;
    return {
      class: className,
      currency: currency as string,
      channel,
      ...counted(begun, credits),
      held: credits(sum(begun, 'held')),
      scheduled: counted(
        own.filter((one) => one.scheduled),
        credits,
      ),
      expiring: EXPIRES.map((expires, nth) => {
        const aged = begun.filter((one) => (one.age ?? EXPIRES.length - 1) === nth);
        return { expires, ...counted(aged, credits) };
      }),
    };
  });
}

function sum(of: readonly Counted[], what: 'credits' | 'money' | 'held'): bigint {
  return of.reduce((all, one) => all + one[what], 0n);
}

function counted(of: readonly Counted[], credits: ToCredits): wire.Outstanding {
  return {
    lots: of.reduce((all, one) => all + one.lots, 0),
    credits: credits(sum(of, 'credits')),
    money: exactMinor(sum(of, 'money')),
  };
}

/** One line for each row and age, one for what is scheduled, and a total of what has begun. */
export function outstandingLines({ at, rows }: wire.OutstandingReport): (string | number | null)[][] {
  return [
    ['at', 'class', 'currency', 'channel', 'expires', 'lots', 'credits', 'money'],
    ...rows.flatMap((row) => {
      const lead = [at, row.class, row.currency, row.channel];
      const line = (expires: string, { lots, credits, money }: wire.Outstanding) => [
        ...[...lead, expires],
        ...[lots, credits, money],
      ];
      return [
        ...row.expiring.map((one) => line(one.expires, one)),
        line('total', row),
        line('scheduled', row.scheduled),
      ];
    }),
  ];
}
