/** The desk of the sandbox: what its pages show and what happens when a button is pressed. */
import type * as wire from '@drawdown/client';
import { DrawdownError } from '../errors.ts';
import type { Plans } from './plans.ts';
import { idOf } from './purchase-rows.ts';
import type { Purchases } from './purchases.ts';
import {
  type CardSwitch,
  isCard,
  isSwitch,
  type PaymentAction,
  type PlanAction,
  SANDBOX_CARDS,
  type Sandbox,
  type SandboxAction,
} from './sandbox.ts';
import type { Subscriptions } from './subscriptions.ts';

/** One checkout of a pack, or of a plan with what became of it. */
export type SandboxDesk = {
  readonly returnUrl: string;
  /** What can be done now. */
  readonly actions: readonly SandboxAction[];
} & (
  | { readonly purchase: wire.Purchase }
  | {
      readonly plan: wire.PlanCheckout;
      /** Null until it has begun. */
      readonly subscription: wire.Subscription | null;
      /** Its last payment. */
      readonly payment: wire.Purchase | null;
      /** What is charged for it now is declined. */
      readonly declines: boolean;
    }
);

type PlanDesk = Extract<SandboxDesk, { plan: unknown }>;

const ACTIONS: Readonly<Record<wire.PurchaseState, readonly PaymentAction[]>> = {
  open: ['pay', 'cancel'],
  canceled: [],
  failed: [],
  expired: [],
  completed: ['refund', 'dispute'],
  refunding: [],
  disputed: ['win', 'lose'],
  partly_reversed: ['dispute'],
  reversed: [],
};
const PLAN_ONLY: readonly SandboxAction[] = ['renew', 'fail', 'keep', 'card_declined', 'card_works'];
const CARDS = Object.keys(SANDBOX_CARDS) as SandboxAction[];
const OPEN: readonly SandboxAction[] = ['pay', 'decline', 'cancel'];

export interface DeskMeans {
  readonly purchases: Purchases;
  readonly plans: Plans;
  readonly subscriptions: Pick<Subscriptions, 'byId'>;
}

/** A checkout that was given out, with the provider that did. */
interface Found {
  readonly sandbox: Sandbox;
  /** What the checkout was opened for: a provider goes on calling it that, wherever a merge took it. */
  readonly ordered: string;
  readonly desk: SandboxDesk;
}

/** Absent where the installation takes real money. */
export class SandboxCheckouts {
  readonly #means: DeskMeans;
  readonly #sandbox: Sandbox | null;

  constructor(means: DeskMeans, sandbox: Sandbox | null) {
    this.#means = means;
    this.#sandbox = sandbox;
  }

  /** Throws `checkout_not_found` for every id that was not given out. */
  async show(checkout: string): Promise<SandboxDesk> {
    return (await this.#find(checkout)).desk;
  }

  /** Does what the button says, through the intake of every provider. What cannot be done now changes nothing. */
  async act(checkout: string, action: SandboxAction): Promise<SandboxDesk> {
    const found = await this.#find(checkout);
    if (!found.desk.actions.includes(action)) return found.desk;
    await this.#deliver(found, action);
    return this.show(checkout);
  }

  /**
   * What the provider has to say, whenever it arrives: deliveries come in any order, and so may this. For scenarios and
   * tests; a page offers what a provider would do now.
   */
  async tell(checkout: string, action: SandboxAction): Promise<void> {
    await this.#deliver(await this.#find(checkout), action);
  }

  async #deliver({ sandbox, ordered, desk }: Found, action: SandboxAction): Promise<void> {
    if (action === 'decline' || (!('plan' in desk) && PLAN_ONLY.includes(action))) return;
    if (isSwitch(action)) {
      await sandbox.switchCard(ordered, action);
      return;
    }
    // A card that is declined later is so for the plan that it pays as well.
    if ('plan' in desk && action === 'pay_and_keep_declining')
      await sandbox.switchCard(ordered, 'card_declined');
    const delivery =
      'plan' in desk
        ? await planDelivery(sandbox, desk, action)
        : await paymentDelivery(sandbox, { ...desk.purchase, id: ordered }, action as PaymentAction);
    await this.#means.purchases.receive('sandbox', delivery);
  }

  async #find(checkout: string): Promise<Found> {
    const sandbox = this.#sandbox;
    const ordered = (await sandbox?.ordered(checkout)) ?? null;
    if (sandbox === null || ordered === null) throw new DrawdownError('checkout_not_found');
    const desk = ordered.startsWith('sub_')
      ? await this.#planDesk(ordered, checkout)
      : await this.#packDesk(ordered, checkout);
    return { sandbox, ordered, desk };
  }

  async #packDesk(purchase: string, checkout: string): Promise<SandboxDesk> {
    const { purchases } = this.#means;
    const { purchase: row } = await purchases.reach(purchase, {});
    if (row.checkout !== checkout || row.returnUrl === null) throw new DrawdownError('checkout_not_found');
    const actions = row.state === 'open' ? [...OPEN, ...CARDS] : ACTIONS[row.state];
    return { purchase: await purchases.byId(idOf(row), {}), returnUrl: row.returnUrl, actions };
  }

  async #planDesk(plan: string, checkout: string): Promise<PlanDesk> {
    const { plans, purchases, subscriptions } = this.#means;
    const found = await plans.ordered(plan);
    if (found?.row.checkout !== checkout) throw new DrawdownError('checkout_not_found');
    const { row, account } = found;
    const shown = plans.present(row, account);
    const returnUrl = row.returnUrl as string;
    if (row.state !== 'begun') {
      const actions = row.state === 'open' ? [...OPEN, ...CARDS] : [];
      return { plan: shown, subscription: null, payment: null, returnUrl, actions, declines: false };
    }
    const subscription = await subscriptions.byId(account, plan);
    const payment = await purchases.lastOf(plan, account);
    const declines = (await this.#sandbox?.declines(plan)) === true;
    const actions = [
      ...planActions(subscription, declines),
      ...(payment === null ? [] : ACTIONS[payment.state]),
    ];
    return { plan: shown, subscription, payment, returnUrl, actions, declines };
  }
}

function planActions(
  { status, cancel_at }: wire.Subscription,
  declines: boolean,
): (PlanAction | CardSwitch)[] {
  const card = declines ? 'card_works' : 'card_declined';
  if (status === 'cancelled') return [];
  if (status === 'ended' || status === 'paused') return ['renew', card];
  return ['renew', 'fail', cancel_at === null ? 'cancel' : 'keep', card];
}

function paymentDelivery(sandbox: Sandbox, { id, price }: wire.Purchase, action: PaymentAction) {
  const order = { purchase: id, amountMinor: price.amount_minor, currency: price.currency };
  return sandbox.deliveryOf(action, order);
}

function planDelivery(
  sandbox: Sandbox,
  { plan, subscription, payment, declines }: PlanDesk,
  action: Exclude<SandboxAction, 'decline' | CardSwitch>,
) {
  switch (action) {
    case 'refund':
    case 'dispute':
    case 'win':
    case 'lose':
      return paymentDelivery(sandbox, payment as wire.Purchase, action);
    default:
      return sandbox.planDeliveryOf(
        isCard(action) ? 'pay' : action === 'renew' && declines ? 'fail' : action,
        {
          ...(isCard(action) ? { card: action } : {}),
          subscription: plan.subscription,
          paidUntil: subscription?.paid_until ?? null,
          amountMinor:
            plan.trial && subscription === null ? null : nextPrice(plan, subscription).amount_minor,
          currency: plan.price.currency,
        },
      );
  }
}

/** What the period behind all that is paid costs, as it is agreed by now. */
function nextPrice(plan: wire.PlanCheckout, subscription: wire.Subscription | null): wire.Cost {
  if (subscription === null) return plan.price;
  const { pending, paid_until } = subscription;
  const isPending = pending !== null && paid_until !== null && pending.at <= paid_until;
  return (isPending ? pending.price : subscription.price) ?? plan.price;
}
