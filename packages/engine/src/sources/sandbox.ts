/**
 * A payment provider for development: no money moves, and everything else is as with a real one. It makes checkouts
 * with addresses that cannot be guessed, and tells what happens to them in signed events.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DrawdownError } from '../errors.ts';
import type {
  Charge,
  Delivery,
  OpenedCheckout,
  Order,
  PaymentEvent,
  PaymentProvider,
  PlanChangeOrder,
  PlanEvent,
  PlanNews,
  PlanOrder,
  PlanPlace,
  SavedMethod,
} from './provider.ts';
import type { Fact } from './purchase-state.ts';
import { checkSignature, signatureOf } from './signature.ts';

const SANDBOX_SIGNATURE = 'sandbox-signature';

/** What one can do at the sandbox's desk. */
export const SANDBOX_ACTIONS = [
  'pay',
  'decline',
  'cancel',
  'refund',
  'dispute',
  'win',
  'lose',
  'renew',
  'fail',
  'keep',
  'card_declined',
  'card_works',
  'pay_and_keep',
  'pay_and_keep_declining',
  'pay_and_keep_asking',
] as const;
export type SandboxAction = (typeof SANDBOX_ACTIONS)[number];

/** Test cards that a buyer may leave for later: one that works, one that is declined, one whose owner must be there. */
export const SANDBOX_CARDS = {
  pay_and_keep: { method: 'card_works', label: 'Test card that works' },
  pay_and_keep_declining: { method: 'card_declined', label: 'Test card that is declined later' },
  pay_and_keep_asking: { method: 'card_asks', label: 'Test card that asks for its owner' },
} as const;

export type SandboxCard = keyof typeof SANDBOX_CARDS;
export const isCard = (action: SandboxAction): action is SandboxCard => Object.hasOwn(SANDBOX_CARDS, action);

const savedCard = (ordered: string, card: SandboxCard): SavedMethod => ({
  provider: 'sandbox',
  customer: placeIn(ordered),
  ...SANDBOX_CARDS[card],
});

/** What is told of a payment, and of a plan. */
export type PaymentAction = Exclude<SandboxAction, 'decline' | 'renew' | 'fail' | 'keep' | CardSwitch>;
/** Whether the card that a plan is paid with is declined from now on. */
export type CardSwitch = 'card_declined' | 'card_works';
export const isSwitch = (action: SandboxAction): action is CardSwitch =>
  action === 'card_declined' || action === 'card_works';
export type PlanAction = Extract<SandboxAction, 'pay' | 'cancel' | 'renew' | 'fail' | 'keep'>;

export interface SandboxSetting {
  /** Of this installation only; asked for once. */
  readonly secret: () => Promise<Buffer>;
  /** The provider's clock. */
  readonly now: () => number;
  /** How the card of a plan was switched, by the plan's id; null: never. */
  readonly cardOf: (plan: string) => Promise<string | null>;
  readonly switchCard: (plan: string, to: CardSwitch) => Promise<void>;
}

const MAC_BYTES = 16;

export class Sandbox implements PaymentProvider {
  readonly id = 'sandbox';
  readonly #setting: SandboxSetting;

  constructor(setting: SandboxSetting) {
    this.#setting = setting;
  }

  async checkout({ purchase, origin }: Order): Promise<OpenedCheckout> {
    return this.#opened(purchase, origin);
  }

  async sellPlan({ subscription, origin }: PlanOrder): Promise<OpenedCheckout> {
    return this.#opened(subscription, origin);
  }

  async #opened(ordered: string, origin: string): Promise<OpenedCheckout> {
    const checkout = `chk_${placeIn(ordered)}_${await this.#macOf(ordered)}`;
    return { checkout, url: `${origin}/checkout/${checkout}` };
  }

  async #macOf(ordered: string): Promise<string> {
    const mac = createHmac('sha256', await this.#setting.secret())
      .update(`checkout:${ordered}`)
      .digest();
    return mac.subarray(0, MAC_BYTES).toString('base64url');
  }

  /** The purchase or the plan (`sub_…`) of a checkout; null where the id is none that was given out. */
  async ordered(checkout: string): Promise<string | null> {
    const [, place = '', mac = ''] = /^chk_([0-9a-z]{21})_([A-Za-z0-9_-]{22})$/.exec(checkout) ?? [];
    if (mac === '') return null;
    for (const ordered of [`pur_${place}`, `sub_${place}`]) {
      if (timingSafeEqual(Buffer.from(await this.#macOf(ordered)), Buffer.from(mac))) return ordered;
    }
    return null;
  }

  async read({ body, headers }: Delivery): Promise<PaymentEvent | PlanEvent> {
    const header = headers[SANDBOX_SIGNATURE];
    const secret = await this.#setting.secret();
    checkSignature(secret, {
      header: typeof header === 'string' ? header : '',
      body,
      now: this.#setting.now(),
    });
    // Signed by ourselves: what it says is in our own terms.
    return JSON.parse(body.toString()) as PaymentEvent | PlanEvent;
  }

  /** It remembers nothing but what it told at once: a checkout that it gave out is as it is known. */
  async look({
    purchase,
    checkout,
  }: {
    purchase: string;
    checkout: string | null;
  }): Promise<PaymentEvent | null> {
    // After a merge the purchase has another name than the one that its checkout was opened for.
    const isOurs = checkout === null || (await this.ordered(checkout))?.startsWith('pur_') === true;
    return isOurs ? { id: `look:${purchase}`, subject: { purchase }, facts: [] } : null;
  }

  async refund({ purchase, amountMinor }: { purchase: string; amountMinor: number }): Promise<PaymentEvent> {
    return eventOf(purchase, 'refund', { amountMinor, currency: '', at: this.#setting.now() });
  }

  async charge({ purchase, method, ...about }: Charge): Promise<PaymentEvent> {
    if (method === SANDBOX_CARDS.pay_and_keep_declining.method) throw declined();
    if (method === SANDBOX_CARDS.pay_and_keep_asking.method) {
      throw refused('authentication_required', 'The card asks for its owner.');
    }
    return eventOf(purchase, 'pay', { ...about, at: this.#setting.now() });
  }

  async closeOrder({ purchase }: { purchase: string }): Promise<PaymentEvent> {
    const facts = [{ kind: 'ended', how: 'expired' } as const];
    return { id: `evt_${placeIn(purchase)}_expire`, subject: { purchase }, facts };
  }

  async closeCheckout({ subscription }: PlanPlace): Promise<PlanNews> {
    return { ...silence(subscription), ended: 'expired' };
  }

  /** A plan ends here when it is told so. */
  async endPlan({ subscription }: PlanPlace, when: 'period_end' | 'now' | 'never'): Promise<PlanNews> {
    return { ...silence(subscription), ends: when === 'never' ? null : { at: null, how: when } };
  }

  /** Charges of the plan are declined, until its card is switched back. */
  async declines(plan: string): Promise<boolean> {
    return (await this.#setting.cardOf(plan)) === 'card_declined';
  }

  switchCard(plan: string, to: CardSwitch): Promise<void> {
    return this.#setting.switchCard(plan, to);
  }

  /** A plan is what it is told to be here, and what begins now is paid, or declined. */
  async changePlan({ subscription }: PlanPlace, order: PlanChangeOrder): Promise<PlanNews> {
    const { change, begins, plan, quantity, amountMinor, currency, interval } = order;
    const news = { ...silence(subscription), change };
    const sold = { plan, quantity, amountMinor, currency, interval };
    if (begins === 'period_end') return { ...news, next: sold };
    if (await this.declines(subscription)) throw declined();
    const at = this.#setting.now();
    const sum = amountMinor * quantity;
    const billed = { list: sum, discount: 0, prorated: 0, gross: sum, net: sum, currency };
    const name = placeIn(change);
    const period = { sold, startsAnew: true, periodEnd: null };
    return {
      ...news,
      next: sold,
      paid: [{ ref: `in_${name}`, payment: `pay_${name}`, at, ...period, ...billed }],
    };
  }

  /** The signed event that an action at the desk comes to. */
  deliveryOf(
    action: PaymentAction,
    order: { readonly purchase: string; readonly amountMinor: number; readonly currency: string },
  ): Promise<Delivery> {
    return this.#signed(eventOf(order.purchase, action, { ...order, at: this.#setting.now() }));
  }

  /** As `deliveryOf`, about a plan. `paidUntil` names what is paid next. */
  planDeliveryOf(
    action: PlanAction,
    order: {
      readonly subscription: string;
      readonly paidUntil: string | null;
      /** Null: a trial begins, and nothing is charged. */
      readonly amountMinor: number | null;
      readonly currency: string;
      /** The card that its buyer leaves for later. */
      readonly card?: SandboxCard;
    },
  ): Promise<Delivery> {
    const { subscription, card } = order;
    const saved = card === undefined ? {} : { saved: savedCard(subscription, card) };
    const news = { ...newsOf(action, { ...order, at: this.#setting.now() }), ...saved };
    const id = `evt_${placeIn(subscription)}_${action}_${this.#setting.now()}`;
    return this.#signed({ id, plan: subscription, external: null, news });
  }

  async #signed(event: PaymentEvent | PlanEvent): Promise<Delivery> {
    const body = Buffer.from(JSON.stringify(event));
    const signature = signatureOf(await this.#setting.secret(), body, this.#setting.now());
    return { body, headers: { [SANDBOX_SIGNATURE]: signature } };
  }
}

const refused = (reason: string, sentence: string): DrawdownError =>
  new DrawdownError('payment_refused', sentence, { provider: 'sandbox', reason });
const declined = (): DrawdownError => refused('card_declined', 'The card was declined.');

/** What is the same in the ids of all that is about one thing. */
const placeIn = (ordered: string): string => ordered.slice(ordered.indexOf('_') + 1);

const silence = (subscription: string): PlanNews => ({
  external: placeIn(subscription),
  begun: false,
  anchor: null,
  trialEndsAt: null,
  paid: [],
  failed: null,
});

function newsOf(
  action: PlanAction,
  about: Omit<About, 'amountMinor'> & {
    readonly subscription: string;
    readonly paidUntil: string | null;
    readonly amountMinor: number | null;
  },
): PlanNews {
  const { subscription, amountMinor, currency, at } = about;
  const news = silence(subscription);
  // Pressed twice it is one payment: of the period behind what is paid.
  const name = `${placeIn(subscription)}_${about.paidUntil === null ? 1 : Date.parse(about.paidUntil)}`;
  const invoice = { ref: `in_${name}`, periodEnd: null };
  switch (action) {
    case 'pay':
    case 'renew': {
      if (amountMinor === null) return { ...news, begun: true };
      const billed = { list: amountMinor, discount: 0, prorated: 0, gross: amountMinor, currency };
      const money = { payment: `pay_${name}`, net: amountMinor, at };
      return { ...news, begun: true, paid: [{ ...invoice, ...billed, ...money }] };
    }
    case 'fail':
      return { ...news, failed: invoice };
    case 'cancel':
      return about.paidUntil === null
        ? { ...news, ended: 'canceled' }
        : { ...news, ends: { at: null, how: 'period_end' } };
    case 'keep':
      return { ...news, ends: null };
  }
}

interface About {
  readonly amountMinor: number;
  readonly currency: string;
  readonly at: number;
}

function eventOf(purchase: string, action: PaymentAction, about: About): PaymentEvent {
  const place = placeIn(purchase);
  const event = {
    id: `evt_${place}_${action}`,
    subject: { purchase },
    facts: [factOf(place, action, about)],
  };
  return isCard(action) ? { ...event, saved: savedCard(purchase, action) } : event;
}

function factOf(place: string, action: PaymentAction, about: About): Fact {
  const { amountMinor, currency, at } = about;
  const dispute = { kind: 'dispute', id: `dp_${place}`, amount: amountMinor, at } as const;
  switch (action) {
    case 'pay':
    case 'pay_and_keep':
    case 'pay_and_keep_declining':
    case 'pay_and_keep_asking':
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
  }
}
