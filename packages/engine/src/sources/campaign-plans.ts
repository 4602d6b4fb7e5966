import type { PlansOf } from './campaign-award.ts';
import { readSubscriptions } from './subscription-rows.ts';
import { type Status, statusAt, termsAt } from './subscription-state.ts';

/** A failed payment within its grace still counts, as its credits do. */
const SUBSCRIBED: readonly Status[] = ['trialing', 'active', 'past_due'];

/** The plans that an account is subscribed to at an instant. */
export const plansOf: PlansOf = async (on, account, now) => {
  const subscribed = (await readSubscriptions(on, account)).filter((one) =>
    SUBSCRIBED.includes(statusAt(one, now)),
  );
  return subscribed.map((one) => termsAt(one, now).terms.plan);
};
