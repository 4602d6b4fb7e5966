/** The desk of the sandbox: what its pages show and what happens when a button is pressed. */
import type * as wire from '@drawdown/client';
import { DrawdownError } from '../errors.ts';
import { idOf } from './purchase-rows.ts';
import type { Purchases } from './purchases.ts';
import type { Sandbox, SandboxAction } from './sandbox.ts';

export interface SandboxDesk {
  readonly purchase: wire.Purchase;
  readonly returnUrl: string;
  /** What can be done now. */
  readonly actions: readonly SandboxAction[];
}

const ACTIONS: Readonly<Record<wire.PurchaseState, readonly SandboxAction[]>> = {
  open: ['pay', 'decline', 'cancel'],
  canceled: [],
  failed: [],
  expired: [],
  completed: ['refund', 'dispute'],
  refunding: [],
  disputed: ['win', 'lose'],
  partly_reversed: ['dispute'],
  reversed: [],
};

/** A checkout that was given out, with the provider that did. */
interface Found {
  readonly sandbox: Sandbox;
  readonly id: string;
  readonly desk: SandboxDesk;
}

/** Absent where the installation takes real money. */
export class SandboxCheckouts {
  readonly #purchases: Purchases;
  readonly #sandbox: Sandbox | null;

  constructor(purchases: Purchases, sandbox: Sandbox | null) {
    this.#purchases = purchases;
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

  async #deliver({ sandbox, id, desk }: Found, action: SandboxAction): Promise<void> {
    const { price } = desk.purchase;
    const order = { purchase: id, amountMinor: price.amount_minor, currency: price.currency };
    const delivery = await sandbox.deliveryOf(action, order);
    if (delivery !== null) await this.#purchases.receive('sandbox', delivery);
  }

  async #find(checkout: string): Promise<Found> {
    const sandbox = this.#sandbox;
    const purchase = (await sandbox?.ordered(checkout)) ?? null;
    if (sandbox === null || purchase === null) throw new DrawdownError('checkout_not_found');
    const { purchase: row } = await this.#purchases.reach(purchase, {});
    if (row.checkout !== checkout || row.returnUrl === null) throw new DrawdownError('checkout_not_found');
    const shown = await this.#purchases.byId(idOf(row), {});
    return {
      sandbox,
      id: purchase,
      desk: { purchase: shown, returnUrl: row.returnUrl, actions: ACTIONS[row.state] },
    };
  }
}
