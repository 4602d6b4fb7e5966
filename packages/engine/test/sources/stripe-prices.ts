/** Prices at the local Stripe: made by staff or by a request, and found by their names. */
import { type Fields, fieldsOf, invalid, type Json, missing, read } from './stripe-forms.ts';
import { PRICE, PRICES } from './stripe-shapes.ts';

/** A price as staff make it, or as a checkout makes one of its own. */
export interface FakePrice extends Json {
  id: string;
  currency: string;
  unit_amount: number;
  recurring: { interval: string; interval_count: number };
  metadata: Record<string, string>;
}

/** From the anchor itself, clamped to the month's end, as Stripe counts. */
export function monthsAfter(anchor: number, months: number): number {
  const from = new Date(anchor * 1000);
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(from.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return to.getTime() / 1000;
}

/** Months of a period. */
export const stepOf = ({ recurring }: FakePrice): number => (recurring.interval === 'year' ? 12 : 1);

export class FakePrices {
  readonly all = new Map<string, FakePrice>();
  readonly #next: () => string;

  constructor(next: () => string) {
    this.#next = next;
  }

  /** `plan`: what staff mark it with. */
  make(about: { currency?: string; interval?: string; amount: number; plan?: string }): FakePrice {
    const { currency = 'usd', interval = 'month', amount, plan } = about;
    const price: FakePrice = {
      id: `price_${this.#next()}`,
      object: 'price',
      currency,
      unit_amount: amount,
      recurring: { interval, interval_count: 1 },
      metadata: plan === undefined ? {} : { plan },
    };
    this.all.set(price.id, price);
    return price;
  }

  get(id: string): FakePrice {
    const price = this.all.get(id);
    if (price === undefined) throw missing('price', id);
    return price;
  }

  named(url: URL): Json {
    const { lookup_keys = {} } = read(PRICES, fieldsOf(url.searchParams), '');
    const names = Object.values(lookup_keys);
    const data = [...this.all.values()].filter(({ lookup_key }) => names.includes(lookup_key as string));
    return { object: 'list', url: url.pathname, has_more: false, data };
  }

  create(form: Fields): FakePrice {
    const { currency, unit_amount, recurring, metadata, lookup_key } = read(PRICE, form, '');
    if (form.product_data === undefined)
      throw invalid('Missing required param: product.', { param: 'product' });
    if ([...this.all.values()].some((one) => one.lookup_key === lookup_key)) {
      throw invalid(`A price already uses that lookup key: ${String(lookup_key)}`, { param: 'lookup_key' });
    }
    const { interval } = recurring as { interval: string };
    const { plan } = metadata as { plan: string };
    const price = this.make({ currency: currency as string, interval, amount: Number(unit_amount), plan });
    return Object.assign(price, { lookup_key });
  }
}
