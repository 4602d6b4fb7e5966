/**
 * A payment provider for development: no money moves, and everything else is as with a real one. It makes checkouts
 * with addresses that cannot be guessed, and tells what happens to them in signed events.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DrawdownError } from '../errors.ts';
import type { Delivery, OpenedCheckout, Order, PaymentEvent, PaymentProvider } from './provider.ts';
import type { Fact } from './purchase-state.ts';
import { checkSignature, signatureOf } from './signature.ts';

const SANDBOX_SIGNATURE = 'sandbox-signature';

/** What one can do at the sandbox's desk. */
export const SANDBOX_ACTIONS = ['pay', 'decline', 'cancel', 'refund', 'dispute', 'win', 'lose'] as const;
export type SandboxAction = (typeof SANDBOX_ACTIONS)[number];

export interface SandboxSetting {
  /** Of this installation only; asked for once. */
  readonly secret: () => Promise<Buffer>;
  /** The provider's clock. */
  readonly now: () => number;
}

const MAC_BYTES = 16;

export class Sandbox implements PaymentProvider {
  readonly id = 'sandbox';
  readonly #setting: SandboxSetting;

  constructor(setting: SandboxSetting) {
    this.#setting = setting;
  }

  async checkout({ purchase, origin }: Order): Promise<OpenedCheckout> {
    const checkout = `chk_${purchase.slice('pur_'.length)}_${await this.#macOf(purchase)}`;
    return { checkout, url: `${origin}/checkout/${checkout}` };
  }

  async #macOf(purchase: string): Promise<string> {
    const mac = createHmac('sha256', await this.#setting.secret())
      .update(`checkout:${purchase}`)
      .digest();
    return mac.subarray(0, MAC_BYTES).toString('base64url');
  }

  /** The purchase of a checkout; null where the id is none that was given out. */
  async ordered(checkout: string): Promise<string | null> {
    const [, purchase = '', mac = ''] = /^chk_([0-9a-z]{21})_([A-Za-z0-9_-]{22})$/.exec(checkout) ?? [];
    const expected = Buffer.from(await this.#macOf(`pur_${purchase}`));
    return mac !== '' && timingSafeEqual(expected, Buffer.from(mac)) ? `pur_${purchase}` : null;
  }

  async read({ body, headers }: Delivery): Promise<PaymentEvent> {
    const header = headers[SANDBOX_SIGNATURE];
    const secret = await this.#setting.secret();
    checkSignature(secret, {
      header: typeof header === 'string' ? header : '',
      body,
      now: this.#setting.now(),
    });
    // Signed by ourselves: what it says is in our own terms.
    return JSON.parse(body.toString()) as PaymentEvent;
  }

  /** It remembers nothing but what it told at once: a checkout that it gave out is as it is known. */
  async look({
    purchase,
    checkout,
  }: {
    purchase: string;
    checkout: string | null;
  }): Promise<PaymentEvent | null> {
    const isOurs = checkout !== null && (await this.ordered(checkout)) === purchase;
    return isOurs ? { id: `look:${purchase}`, subject: { purchase }, facts: [] } : null;
  }

  async refund({ purchase, amountMinor }: { purchase: string; amountMinor: number }): Promise<PaymentEvent> {
    return eventOf(purchase, 'refund', { amountMinor, currency: '', at: this.#setting.now() });
  }

  /** The signed event that an action at the desk comes to; null where there is nothing to tell. */
  async deliveryOf(
    action: SandboxAction,
    order: { readonly purchase: string; readonly amountMinor: number; readonly currency: string },
  ): Promise<Delivery | null> {
    if (action === 'decline') return null;
    const now = this.#setting.now();
    const body = Buffer.from(JSON.stringify(eventOf(order.purchase, action, { ...order, at: now })));
    return { body, headers: { [SANDBOX_SIGNATURE]: signatureOf(await this.#setting.secret(), body, now) } };
  }
}

interface About {
  readonly amountMinor: number;
  readonly currency: string;
  readonly at: number;
}

function eventOf(purchase: string, action: Exclude<SandboxAction, 'decline'>, about: About): PaymentEvent {
  const place = purchase.slice('pur_'.length);
  return { id: `evt_${place}_${action}`, subject: { purchase }, facts: [factOf(place, action, about)] };
}

function factOf(place: string, action: Exclude<SandboxAction, 'decline'>, about: About): Fact {
  const { amountMinor, currency, at } = about;
  const dispute = { kind: 'dispute', id: `dp_${place}`, amount: amountMinor, at } as const;
  switch (action) {
    case 'pay':
      return { kind: 'paid', payment: `pay_${place}`, gross: amountMinor, net: amountMinor, currency, at };
    case 'cancel':
      return { kind: 'ended', how: 'canceled' };
    case 'refund':
      return { kind: 'refund', id: `re_${place}`, amount: amountMinor, failed: false };
    case 'dispute':
      return { ...dispute, stage: 'opened' };
    case 'win':
      return { ...dispute, stage: 'won' };
    case 'lose':
      return { ...dispute, stage: 'lost' };
    default:
      throw new DrawdownError('internal', `The sandbox does not know how to ${action satisfies never}.`);
  }
}
