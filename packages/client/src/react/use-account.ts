/** What the page shows of an account besides its balance: read again at each change of it. */
import type { Forecast, Grant, Hold, Purchase, Subscription } from '../wire.ts';
import { type Drawdown, type Reading, useReading } from './provider.tsx';
import { useStanding } from './use-team.ts';

/** As many as one page of the server's lists has; who holds more lots than that sees the first in draw order. */
const MANY = 200;

/** What only owners and admins see of a team is not asked for by anybody else. */
function useManaged<T>(key: string, load: (drawdown: Drawdown) => Promise<T>): Reading<T> {
  return useReading(key, load, { when: useStanding().data?.manages === true });
}

/** Lots that can be spent, or are frozen, in draw order. */
export function useLots(): Reading<readonly Grant[]> {
  return useManaged('lots', async ({ client, account }) => {
    const [active, frozen, scheduled] = await Promise.all(
      (['active', 'frozen', 'scheduled'] as const).map((state) =>
        client.listGrants(account, { state, limit: MANY }),
      ),
    );
    return [...(active?.data ?? []), ...(frozen?.data ?? []), ...(scheduled?.data ?? [])];
  });
}

/** Every lot that there ever was, as far as one page goes. */
export function useAllLots(): Reading<readonly Grant[]> {
  return useManaged(
    'lots:all',
    async ({ client, account }) => (await client.listGrants(account, { state: 'all', limit: MANY })).data,
  );
}

export function useOpenHolds(): Reading<readonly Hold[]> {
  return useReading(
    'holds',
    async ({ client, account }) => (await client.listHolds(account, { state: 'open', limit: MANY })).data,
  );
}

/** Those that are not over, newest first. */
export function useSubscriptions(): Reading<readonly Subscription[]> {
  return useManaged('subscriptions', async ({ client, account }) => {
    const { data } = await client.listSubscriptions(account, { limit: MANY });
    return data.filter(({ status }) => status !== 'ended');
  });
}

export function usePurchases(): Reading<readonly Purchase[]> {
  return useManaged(
    'purchases',
    async ({ client, account }) => (await client.listPurchases(account, { limit: MANY })).data,
  );
}

/** What arrives and what expires in the next 90 days, and what would lapse at the recent pace. */
export function useForecast(): Reading<Forecast> {
  return useReading('forecast', ({ client, account }) => client.forecast(account));
}
