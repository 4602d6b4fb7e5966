/** The one client of the console, and who has signed in with it. The session is a cookie that no script can read. */
import { createClient, type SignIn } from '@drawdown/client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { datedFetch } from './clock.ts';

export const client = createClient({ url: location.origin, token: null, fetch: datedFetch });

/** What the server sent people back with who could not be let in. Read before the address is another one. */
export const refusalCode = new URLSearchParams(location.search).get('sign_in');

export const ENTRANCE = ['entrance'] as const;
/** Whether somebody is at work on this page who has not asked to leave: whoever is at the door then is told why. */
export const visit = { isOn: false };

/** How one may sign in, and who has. */
export function useEntrance(): UseQueryResult<SignIn> {
  return useQuery({
    queryKey: ENTRANCE,
    queryFn: ({ signal }) => client.signInWays({ signal }),
    staleTime: 60_000,
  });
}
