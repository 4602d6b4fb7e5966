/** Schedules of subscriptions at the local Stripe: what is agreed for the end of the phase that runs. */
import { type Fields, invalid, type Json, missing, read } from './stripe-forms.ts';
import type { FakePrice, FakePrices } from './stripe-prices.ts';
import { SCHEDULE, SCHEDULED } from './stripe-shapes.ts';

interface Phase {
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
    const phase = { start_date: start, end_date: end, items: [{ price: price.id, quantity }] };
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

  #phaseOf({ start_date, end_date, items }: Fields): Phase {
    return {
      start_date: Number(start_date),
      end_date: end_date === undefined ? null : Number(end_date),
      items: Object.values(items as Fields).map((item) => {
        const { price, quantity } = item as { price: string; quantity: string };
        return { price: this.#prices.get(price).id, quantity: Number(quantity) };
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

  /** What begins at this instant by a schedule, which lets go of the subscription then. */
  begin(subscription: string, at: number): { price: FakePrice; quantity: number } | null {
    const one = this.of(subscription);
    const item = one?.phases.find(({ start_date }) => start_date === at && at === one.current_phase.end_date)
      ?.items[0];
    if (one === null || item === undefined) return null;
    one.status = 'released';
    return { price: this.#prices.get(item.price), quantity: item.quantity };
  }
}
