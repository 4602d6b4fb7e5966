import { useMemo } from 'react';
import type { PlanCheckoutRequest, SubscriptionChangeRequest } from '../wire.ts';
import type { Consent } from './consent.tsx';
import { Intent } from './intent.ts';
import type { PlanChoice } from './plan-picker.tsx';
import { useDrawdown } from './provider.tsx';
import { addressToReturnTo } from './return-address.ts';

/**
 * Carries out what a person may decide by themselves: buys a plan at a checkout and comes back to the page that they are
 * on; changes one that its provider charges for, ends it, and takes that back. What else there is, only the product's
 * server may.
 */
export function usePlanCheckout(
  { terms }: Consent,
  currency?: string,
): (choice: PlanChoice) => Promise<void> {
  const { client, account, live } = useDrawdown();
  const intents = useMemo(() => {
    const subscribe = new Intent((body: PlanCheckoutRequest, idempotencyKey: string) =>
      client.checkoutPlan(account, body, { idempotencyKey }),
    );
    const change = new Intent(
      (
        { subscription, ...body }: { subscription: string } & SubscriptionChangeRequest,
        idempotencyKey: string,
      ) => client.changeSubscription(account, subscription, body, { idempotencyKey }),
    );
    return { subscribe, change };
  }, [client, account]);
  return async (choice) => {
    if (choice.action === 'subscribe') {
      const { action: _, ...plan } = choice;
      const { url } = await intents.subscribe.run({
        ...plan,
        ...(currency === undefined ? {} : { currency }),
        ...terms,
        return_url: addressToReturnTo(),
      });
      location.assign(url);
      return;
    }
    if (choice.action === 'change') {
      const { action: _, ...wanted } = choice;
      live.offer((await intents.change.run(wanted)).balance);
    } else if (choice.action === 'cancel')
      live.offer((await client.cancelSubscription(account, choice.subscription)).balance);
    else live.offer((await client.reactivateSubscription(account, choice.subscription)).balance);
  };
}
