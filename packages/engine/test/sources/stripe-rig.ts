/** A Stripe that is as strict as Stripe, and two servers on one database that take in its events over HTTP. */
import type { PlanCheckoutReceipt, Purchase, Subscription } from '@drawdown/client';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { createServer } from '../../src/http/server.ts';
import { setTestClock } from '../../src/store/clock.ts';
import { expectWhole, openRig, type Rig } from '../engine/rig.ts';
import type { FakeSubscription } from './stripe-billing.ts';
import { FakeStripe } from './stripe-fake.ts';
import type { FakeInvoice } from './stripe-invoices.ts';

export const RETURN = 'https://app.example.com/credits';
export const ORIGIN = 'https://credits.example.com';
/** The end of January, since months are clamped; in seconds. */
export const BEGUN = Date.parse('2026-01-31T10:00:00Z') / 1000;

export type Event = ReturnType<FakeStripe['event']>;

export interface StripeRig {
  readonly stripe: FakeStripe;
  readonly rig: Rig;
  /** Delivers over HTTP, in turn to each of the servers. */
  deliver(event: Event): Promise<{ status: number; body: { code?: string; field?: string } }>;
  order(account: string, more?: object): Promise<PlanCheckoutReceipt>;
  /** A plan that was paid for at Stripe, of which nobody has told us yet. */
  sold(
    account: string,
    more?: object,
  ): Promise<{ id: string; checkout: string; one: FakeSubscription; session: Event }>;
  invoicesOf(one: FakeSubscription): FakeInvoice[];
  show(account: string, id: string): Promise<Subscription>;
  paymentsOf(account: string): Promise<Purchase[]>;
  close(): Promise<void>;
}

/** An engine for each catalog, and two servers on the first; `undefined` is the shipped one. */
export async function openStripeRig(
  ...catalogs: readonly [] | readonly [Catalog, Catalog]
): Promise<StripeRig> {
  const stripe = new FakeStripe();
  const api = await stripe.start();
  const { secretKey, webhookSecret } = stripe;
  const payments = {
    sandbox: true,
    stripe: { secretKey, webhookSecrets: [webhookSecret], api },
    returnOrigins: ['https://app.example.com'],
  };
  const engine = (nth: 0 | 1) => ({ payments, ...(catalogs.length === 0 ? {} : { catalog: catalogs[nth] }) });
  const rig = await openRig({ testClock: true, sweep: false, engines: [engine(0), engine(1)] });
  const servers = await Promise.all(rig.engines.map((one) => createServer({ engine: one })));
  await setTestClock(rig.database, (BEGUN + 60) * 1000);
  let turn = 0;

  const order: StripeRig['order'] = (account, more = {}) => {
    const body = { plan: 'pro', interval: 'month' as const, currency: 'USD', return_url: RETURN, ...more };
    return rig.first.plans.checkout(account, body, { origin: ORIGIN });
  };
  return {
    stripe,
    rig,
    order,
    deliver: async (event) => {
      const { body, headers } = stripe.signed(event);
      turn += 1;
      const response = await (servers[turn % 2] as FastifyInstance).inject({
        method: 'POST',
        url: '/webhooks/stripe',
        headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
        payload: body,
      });
      return { status: response.statusCode, body: response.json() };
    },
    sold: async (account, more) => {
      const { checkout, plan_checkout } = await order(account, more);
      const one = stripe.begin(checkout, { at: BEGUN });
      const session = stripe.event('checkout.session.completed', stripe.sessions.get(checkout) ?? {});
      return { id: plan_checkout.subscription, checkout, one, session };
    },
    invoicesOf: (one) =>
      [...stripe.billing.invoices.values()].filter((invoice) => {
        const { subscription_details } = invoice.parent as { subscription_details: { subscription: string } };
        return subscription_details.subscription === one.id;
      }),
    show: (account, id) => rig.second.subscriptions.byId(account, id),
    paymentsOf: async (account) => (await rig.first.purchases.list(account, {})).data,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
      await expectWhole(rig);
      await rig.close();
      await stripe.stop();
    },
  };
}
