/** Accounts whose owners left a card and agreed to be topped up by it, at a local Stripe. */
import type { AutoTopUp, NoAutoTopUp } from '@drawdown/client';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { EngineOptions } from '../../src/engine.ts';
import { openRig, type Rig } from '../engine/rig.ts';
import { FakeStripe } from './stripe-fake.ts';

const RETURN = 'https://app.example.com/credits';
const ORIGIN = 'https://credits.example.com';
export const WISH = {
  threshold: 50,
  pack: 'pack_100',
  monthly_cap: { amount_minor: 2000, currency: 'USD' },
  consent: { off_session: true as const },
};

export type Card = 'works' | 'declined' | 'asks';

export class TopUpRig {
  readonly stripe: FakeStripe;
  readonly rig: Rig;

  private constructor(stripe: FakeStripe, rig: Rig) {
    this.stripe = stripe;
    this.rig = rig;
  }

  /** Two engines under a clock that is moved. Without a sweep they charge nobody by themselves. */
  static async open({
    sweep = true,
    quiet = false,
    ...more
  }: {
    sweep?: boolean;
    /** The first engine looks for nothing that is due; the second does. */
    quiet?: boolean;
    catalog?: Catalog;
    approvals?: EngineOptions['approvals'] & object;
  } = {}): Promise<TopUpRig> {
    const stripe = new FakeStripe();
    const api = await stripe.start();
    const { secretKey, webhookSecret } = stripe;
    const payments = {
      stripe: { secretKey, webhookSecrets: [webhookSecret], api },
      sandbox: true,
      returnOrigins: ['https://app.example.com'],
    };
    return new TopUpRig(
      stripe,
      await openRig({
        testClock: true,
        sweep,
        ...more,
        engines: [{ payments, ...(quiet ? { sweep: false } : {}) }, { payments }],
      }),
    );
  }

  async close(): Promise<void> {
    await this.rig.close();
    await this.stripe.stop();
  }

  /** An account with 100 more credits, whose owner left a card; answers the payment. */
  async kept(account: string, card: Card = 'works'): Promise<string> {
    const { rig, stripe } = this;
    const body = { pack: 'pack_100', currency: 'USD', return_url: RETURN, save_payment_method: true };
    const { checkout } = await rig.first.purchases.checkout(account, body, { origin: ORIGIN });
    const done = stripe.pay(checkout);
    stripe.charges.keep(done.payment_intent as string, done.customer as string, card);
    const delivery = stripe.signed(stripe.event('checkout.session.completed', done));
    await rig.second.purchases.receive('stripe', delivery);
    return done.payment_intent as string;
  }

  agreed(account: string, more: Partial<typeof WISH> = {}): Promise<AutoTopUp> {
    return this.rig.first.topUps.put(account, { ...WISH, ...more }, { actor: `user:${account}` });
  }

  show(account: string): Promise<AutoTopUp | NoAutoTopUp> {
    return this.rig.second.topUps.get(account);
  }

  isOf(customer: string, account: string): boolean {
    const { metadata } = this.stripe.charges.customers.get(customer) as { metadata: { account: string } };
    return metadata.account === account;
  }

  chargesOf(account: string) {
    return this.stripe.charges.made.filter(({ customer }) => this.isOf(customer as string, account));
  }

  /** Cards of an account that Stripe still keeps. */
  cardsOf(account: string): string[] {
    const all = [...this.stripe.charges.methods.values()];
    return all
      .filter(({ customer }) => customer !== null && this.isOf(customer, account))
      .map(({ id }) => String(id));
  }
}

export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (holds(value) || tries > 400) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
