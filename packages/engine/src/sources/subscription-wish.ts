import { randomUUID } from 'node:crypto';
import type * as wire from '@drawdown/client';
import type { Catalog, Plan } from '../catalog/catalog.ts';
import type { Call } from '../change.ts';
import { nextStamp } from '../core/account.ts';
import { addDuration } from '../core/calendar.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { readInstant } from '../request.ts';
import { keyHash } from '../store/chain.ts';
import { subscribe } from './subscription-change.ts';
import { type Decided, type Ground, MOST_AHEAD_MS, type Payment } from './subscription-pay.ts';
import { checkKind, readOffer, readPayment, readPlan } from './subscription-request.ts';
import type { Subscription } from './subscription-state.ts';
import type { Offer } from './subscription-terms.ts';

/** A subscription as it is asked for. */
interface Wish {
  readonly plan: Plan;
  readonly offer: Offer;
  readonly payment: Payment;
  readonly ref: string;
  readonly trial: Plan['trial'];
  readonly startedAt: number | null;
}

/** Reads a subscription that is asked for; refuses what the catalog does not sell. */
export function readWish(
  catalog: Catalog,
  account: string,
  { body, call }: { readonly body: wire.SubscriptionRequest; readonly call: Call },
): Wish {
  const plan = readPlan(catalog, body.plan);
  const payment = readPayment(body);
  if (body.trial === true && plan.trial === null) throw invalid('trial', 'is none that this plan has');
  return {
    plan,
    offer: readOffer(plan, body),
    payment,
    ref: refOf(account, { body, call }),
    trial: body.trial === true ? plan.trial : null,
    startedAt: body.started_at === undefined ? null : readInstant(body.started_at, 'started_at'),
  };
}

/** Begins it on the locked account, beside the subscriptions that there are. */
export function beginWish(
  wish: Wish,
  { all, reserved }: { readonly all: readonly Subscription[]; readonly reserved: number },
  { account, now }: Ground,
): Decided {
  const { plan, offer, payment, ref, trial } = wish;
  checkKind(plan, account);
  const startsAt = wish.startedAt ?? now;
  if (startsAt - now > MOST_AHEAD_MS) throw invalid('started_at', 'is more than three years ahead');
  if (trial !== null && all.some((one) => one.trialEndsAt !== null && one.terms[0]?.plan === plan.id)) {
    throw new DrawdownError('trial_used', undefined, { plan: plan.id });
  }
  const { number, timeZone } = account;
  const fresh = {
    account: number,
    // Numbers of checkouts that are open are kept for what they will begin.
    no: nextStamp(Math.max(all.at(-1)?.no ?? 0, reserved), now),
    ref,
    createdAt: now,
    cancelAt: null,
    cancelled: null,
    graceUntil: null,
    pausedAt: null,
    provider: null,
  };
  const trying = trial && {
    credits: trial.credits,
    endsAt: addDuration(startsAt, trial.validity.parts, { timeZone }),
  };
  const terms = { offer, startsAt, timeZone, trial: trying, payment: { ...payment, ref } };
  return subscribe(fresh, terms, { account, now });
}

/** Without a name of its own a subscription is named by the key of the request that made it. */
export function refOf(
  account: string,
  { body, call }: { body: wire.SubscriptionRequest; call: Call },
): string {
  if (typeof body.ref === 'string') return body.ref;
  const { idempotencyKey, principal } = call;
  if (idempotencyKey === undefined) return `request:${randomUUID()}`;
  return `key:${keyHash(principal ?? 'server', account, idempotencyKey)}`;
}
