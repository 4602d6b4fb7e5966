import type { ReactNode } from 'react';
import type { Quote } from '../wire.ts';
import { DrawBar } from './draw-bar.tsx';
import { Icon } from './icon.tsx';
import type { Translate } from './messages/translate.ts';
import { priceDrivers } from './price-drivers.ts';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import type { Shortage } from './shortage.ts';
import type { Quoting } from './use-quote.ts';

export function Price({ quoting: { quote, free, error } }: { quoting: Quoting }): ReactNode {
  const { t } = useDrawdown();
  if (free) return t('cost.free_on_device');
  if (quote !== null) return t('credits', { count: quote.amount });
  return error === null ? <span className="dd-skeleton dd-cost__unknown" /> : '–';
}

/** What it would be paid with, and what remains; or why it cannot be. */
export function Split({ quote, shortage }: { quote: Quote; shortage: Shortage | null }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const feature = useCatalog().data?.features.find(({ id }) => id === quote.feature);
  const drivers = priceDrivers(feature?.price, quote.units, { t, names });
  if (shortage !== null) {
    return (
      <p className="dd-cost__short">
        <Icon name="warning" />
        {shortText(shortage, t)}
      </p>
    );
  }
  const drawn = new Map<string, number>();
  for (const { class: id, amount } of quote.draws) drawn.set(id, (drawn.get(id) ?? 0) + amount);
  const words = [...drawn].map(([id, amount]) => `${format.credits(amount)} ${names.class(id).short}`);
  return (
    <>
      <DrawBar
        size="slim"
        parts={quote.after.classes.map((one) => ({
          class: one.class,
          keep: one.available,
          draw: drawn.get(one.class) ?? 0,
        }))}
      />
      {drivers === null ? null : <span className="dd-cost__drivers">{drivers}</span>}
      <p>{t('cost.split', { parts: words.join(' + '), rest: quote.after.available })}</p>
      {quote.member_limit === null ? null : (
        <p>{t('cost.limit_left', { count: quote.member_limit.remaining - quote.amount })}</p>
      )}
    </>
  );
}

/** Each reason has its own way out, so each is said in its own words already before the click. */
function shortText(shortage: Shortage, t: Translate): string {
  switch (shortage.kind) {
    case 'limit':
      return t('cost.limit', { count: shortage.available });
    case 'held':
      return t('cost.held', { count: shortage.missing });
    case 'class':
      return t('cost.class', { count: shortage.missing });
    case 'few':
      return t('cost.short', { count: shortage.missing });
  }
}
