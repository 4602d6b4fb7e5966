import type {
  AutoTopUpRequest,
  CheckoutRequest,
  ClaimRequest,
  SubscriptionPreviewRequest,
  Surface,
} from '@drawdown/client';
import type { Ids } from './ids.ts';
import {
  type Claimant,
  isSubscriptionChange,
  type SourceChange,
  type SubscriptionChange,
} from './model-source.ts';
import type { SourceTarget } from './source-target.ts';

interface Means {
  readonly sources: SourceTarget;
  readonly ids: Ids;
  readonly account: string;
  readonly key: string;
  /** Put before the names of devices, which are the server's and not the account's. */
  readonly prefix: string;
}

/** Where buyers of a scenario go afterwards: nobody is there. */
const RETURN_URL = 'http://localhost/';

/** The fields that were written. */
function written<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** A step as the request it stands for, made once, so that a replay sends the same input. */
export function sourceRequestOf(change: SourceChange, means: Means): () => Promise<unknown> {
  const { sources, ids, account, key, prefix } = means;
  if (isSubscriptionChange(change)) return subscriptionRequest(change, means);
  switch (change.verb) {
    case 'subscribe': {
      const { plan, interval, seats, currency, ref, started, trial } = change;
      const options = written({ interval, seats, currency, ref, started_at: started });
      const body = { plan, ...options, ...(trial ? { trial } : {}) };
      return () => sources.subscribe(account, body, key);
    }
    case 'redeem': {
      const code = ids.has('code', change.code) ? ids.id('code', change.code) : change.code;
      const body = { code, ...claimant(change, prefix) };
      return () => sources.redeem(account, body, key);
    }
    case 'claim': {
      const body = claimant(change, prefix);
      return () => sources.claim(account, change.campaign, body, key);
    }
    case 'checkout': {
      const { pack, currency, jurisdiction, consent, save } = change;
      const body: CheckoutRequest = {
        pack,
        ...written({ currency, jurisdiction }),
        ...(consent ? { consent: { immediate_use: true } } : {}),
        ...(save ? { save_payment_method: true } : {}),
        return_url: RETURN_URL,
        provider: 'sandbox',
      };
      return () => sources.checkout(account, body, key);
    }
    case 'top_up': {
      const { below: threshold, pack, cap: amount_minor, currency } = change;
      const consent = { off_session: true } as const;
      const body: AutoTopUpRequest = { threshold, pack, monthly_cap: { amount_minor, currency }, consent };
      return async () => ({ operation: null, top_ups: await sources.topUp(account, body) });
    }
    case 'top_up_off':
      return async () => {
        await sources.topUpOff(account);
        return { operation: null };
      };
    case 'refund_purchase': {
      const id = ids.id('purchase', change.purchase);
      return async () => ({ operation: null, purchase: await sources.refundPurchase(id, key) });
    }
    case 'sandbox':
    case 'news':
      return atProvider(change, means);
  }
}

function claimant({ device, surface }: Claimant, prefix: string): ClaimRequest {
  return {
    ...(device === null ? {} : { device: `${prefix}${device}` }),
    // Whether it is a surface at all is the target's to say.
    ...(surface === null ? {} : { surface: surface as Surface }),
  };
}

function atProvider(
  { verb, purchase, press }: Extract<SourceChange, { verb: 'sandbox' | 'news' }>,
  { sources, ids }: Means,
): () => Promise<unknown> {
  const id = ids.id('purchase', purchase);
  const url = ids.id('checkout', purchase);
  return async () => {
    if (verb === 'sandbox') await sources.press(url, press);
    else await sources.tell?.(url, press);
    return { operation: null, purchase: await sources.purchase(id) };
  };
}

function subscriptionRequest(
  change: SubscriptionChange,
  { sources, ids, account, key }: Means,
): () => Promise<unknown> {
  const on = { account, id: ids.id('subscription', change.subscription) };
  const body = subscriptionBody(change);
  switch (body.action) {
    case 'renew': {
      const { action: _, ...renewal } = body;
      return () => sources.renew(on, renewal, key);
    }
    case 'payment_failed': {
      const { action: _, ...failure } = body;
      return () => sources.paymentFailed(on, failure, key);
    }
    case 'change': {
      const { action: _, ...wish } = body;
      return () => sources.change(on, wish, key);
    }
    case 'cancel':
      return () => sources.cancel(on, { at: body.at }, key);
    case 'reactivate': {
      const { action: _, ...payment } = body;
      return () => sources.reactivate(on, payment, key);
    }
    case 'pause':
      return () => sources.pause(on, key);
    case 'resume':
      return () => sources.resume(on, key);
  }
}

/** The body of a change, with the word that a preview names it by. */
function subscriptionBody(change: SubscriptionChange) {
  switch (change.verb) {
    case 'renew': {
      const { ref, periodEnd } = change;
      return { action: change.verb, ref, ...written({ period_end: periodEnd }) };
    }
    case 'payment_failed': {
      const { ref, periodEnd } = change;
      return { action: change.verb, ...written({ ref, period_end: periodEnd }) };
    }
    case 'change': {
      const { plan, interval, seats, when, ref } = change;
      return { action: change.verb, ...written({ plan, interval, seats, at: when, ref }) };
    }
    case 'cancel':
      return { action: change.verb, at: change.when };
    case 'reactivate':
      return { action: change.verb, ...written({ ref: change.ref }) };
    default:
      return { action: change.verb };
  }
}

export function previewBody(change: SubscriptionChange): SubscriptionPreviewRequest {
  const body = subscriptionBody(change);
  if (body.action === 'payment_failed') throw new Error('a failed payment is not previewed');
  return body;
}
