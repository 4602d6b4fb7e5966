/** The one client of the console, and who has signed in with it. The session is a cookie that no script can read. */
import { createClient, type SignIn } from '@drawdown/client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';

export const client = createClient({ url: location.origin, token: null });

export const ENTRANCE = ['entrance'] as const;

/** How one may sign in, and who has. */
export function useEntrance(): UseQueryResult<SignIn> {
  return useQuery({
    queryKey: ENTRANCE,
    queryFn: ({ signal }) => client.signInWays({ signal }),
    staleTime: 60_000,
  });
}
