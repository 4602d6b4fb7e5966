/** Schedules of subscriptions at the local Stripe: what is agreed for the end of the phase that runs. */
import { type Fields, invalid, type Json, missing, read } from './stripe-forms.ts';
import type { FakePrice, FakePrices } from './stripe-prices.ts';
import { SCHEDULE, SCHEDULED } from './stripe-shapes.ts';

interface Phase {
  /** What it sets of the subscription: what it does not name is dropped. */
  readonly sets: Json;
  readonly start_date: number;
  readonly end_date: number | null;
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
}

interface FakeSchedule extends Json {
  id: string;
  status: string;
  subscription: string;
  current_phase: { start_date: number; end_date: number };
  phases: Phase[];
}

/** A subscription as far as a schedule is made from it. */
export interface Scheduled {
  readonly id: string;
  readonly price: FakePrice;
  readonly quantity: number;
  readonly start: number;
  readonly end: number;
}

/** What a subscription is without any of it. */
export const UNSET: Json = {
  collection_method: 'charge_automatically',
  days_until_due: null,
  default_payment_method: null,
  default_tax_rates: [],
  automatic_tax: { enabled: false, liability: null },
  discounts: [],
  description: null,
  on_behalf_of: null,
  application_fee_percent: null,
  billing_thresholds: null,
  transfer_data: null,
  invoice_settings: { account_tax_ids: null, issuer: { type: 'self' } },
};

function setBy({
  items: _,
  start_date: __,
  end_date: ___,
  proration_behavior: ____,
  ...fields
}: Fields): Json {
  const {
    discounts = {},
    default_tax_rates: rates = {},
    automatic_tax: tax,
    invoice_settings,
    ...more
  } = fields;
  const { days_until_due } = (invoice_settings ?? {}) as Fields;
  return {
    ...UNSET,
    ...more,
    days_until_due: days_until_due === undefined ? null : Number(days_until_due),
    discounts: Object.values(discounts as Record<string, Fields>).map(({ discount }) => discount),
    default_tax_rates: Object.values(rates).map((id) => ({ id })),
    automatic_tax: { enabled: (tax as Fields | undefined)?.enabled === 'true', liability: null },
  };
}

export class FakeSchedules {
  readonly all = new Map<string, FakeSchedule>();
  readonly #next: () => string;
  readonly #prices: FakePrices;

  constructor(next: () => string, prices: FakePrices) {
    this.#next = next;
    this.#prices = prices;
  }

  of(subscription: string): FakeSchedule | null {
    return (
      [...this.all.values()].find((one) => one.subscription === subscription && one.status === 'active') ??
      null
    );
  }

  /** Null where the address is not about schedules. */
  post(path: string, form: Fields, running: (id: string) => Scheduled): Json | null {
    if (path === '/v1/subscription_schedules') return this.#create(form, running);
    const [, id = '', release] =
      /^\/v1\/subscription_schedules\/(sub_sched_\w+?)(\/release)?$/.exec(path) ?? [];
    if (id === '') return null;
    return release === undefined ? this.#update(id, form) : this.#release(id);
  }

  #create(form: Fields, find: (id: string) => Scheduled): Json {
    const { from_subscription } = read(SCHEDULE, form, '');
    const { id: subscription, price, quantity, start, end } = find(from_subscription as string);
    if (this.of(subscription) !== null) {
      throw invalid('You cannot migrate a subscription that is already attached to a schedule.');
    }
    const phase = { start_date: start, end_date: end, sets: {}, items: [{ price: price.id, quantity }] };
    const made: FakeSchedule = {
      id: `sub_sched_${this.#next()}`,
      object: 'subscription_schedule',
      status: 'active',
      subscription,
      current_phase: { start_date: start, end_date: end },
      phases: [phase],
      metadata: {},
    };
    this.all.set(made.id, made);
    return made;
  }

  #update(id: string, form: Fields): Json {
    const one = this.#open(id, 'updated');
    const { phases, metadata } = read(SCHEDULED, form, '') as { phases: Fields; metadata: Json };
    const wanted = Object.values(phases).map((phase) => this.#phaseOf(phase as Fields));
    const [running, next] = wanted;
    if (running?.start_date !== one.current_phase.start_date) {
      throw invalid('You can not modify the start date of the current phase.', {
        param: 'phases[0][start_date]',
      });
    }
    if (next !== undefined && next.start_date !== running.end_date) {
      throw invalid('Phases must follow each other.', { param: 'phases[1][start_date]' });
    }
    return Object.assign(one, { phases: wanted, metadata });
  }

  #phaseOf(phase: Fields): Phase {
    const { start_date, end_date, items } = phase;
    return {
      sets: setBy(phase),
      start_date: Number(start_date),
      end_date: end_date === undefined ? null : Number(end_date),
      items: Object.values(items as Fields).map((item) => {
        const { price, quantity, ...more } = item as { price: string; quantity: string };
        return { price: this.#prices.get(price).id, quantity: Number(quantity), ...more };
      }),
    };
  }

  #release(id: string): Json {
    return Object.assign(this.#open(id, 'released'), { status: 'released' });
  }

  #open(id: string, verb: string): FakeSchedule {
    const one = this.all.get(id);
    if (one === undefined) throw missing('subscription schedule', id);
    if (one.status === 'active') return one;
    throw invalid(`You can not ${verb} a subscription schedule that is ${one.status}.`);
  }

  /** What the phase that runs sets of its subscription: a schedule says so as soon as it is changed. */
  running(id: string): Json {
    const one = this.all.get(id);
    return one?.phases.find(({ start_date }) => start_date === one.current_phase.start_date)?.sets ?? {};
  }

  /** What begins at this instant by a schedule, which lets go of the subscription then. */
  begin(subscription: string, at: number): { price: FakePrice; quantity: number; sets: Json } | null {
    const one = this.of(subscription);
    const phase = one?.phases.find(
      ({ start_date }) => start_date === at && at === one.current_phase.end_date,
    );
    const item = phase?.items[0];
    if (one === null || phase === undefined || item === undefined) return null;
    one.status = 'released';
    return { price: this.#prices.get(item.price), quantity: item.quantity, sets: phase.sets };
  }
}
