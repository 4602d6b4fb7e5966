/** The console of staff: everything in it comes from one client, through one cache that knows what was read when. */
import { DrawdownApiError, type SignIn } from '@drawdown/client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Shell } from '../shell/shell.tsx';
import { ENTRANCE } from './entrance.ts';
import { router } from './router.tsx';

/** What was read this long ago is shown, and read again. */
const FRESH_MS = 5_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // The client repeats by itself what can be repeated, and a page that is offline says so at once.
      retry: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
  queryCache: new QueryCache({ onError: leaveWhereOver }),
  mutationCache: new MutationCache({ onError: leaveWhereOver }),
});

/** The session is over: the way in is asked for again, and what was on the screen is not staff's any more. */
function leaveWhereOver(error: unknown): void {
  // A key that is refused is no session that has ended.
  if (!(error instanceof DrawdownApiError) || error.status !== 401) return;
  if (queries.getQueryData<SignIn>(ENTRANCE)?.session == null) return;
  void queries.invalidateQueries({ queryKey: ENTRANCE });
}

export function ConsoleDocument(): ReactNode {
  return (
    <QueryClientProvider client={queries}>
      <Shell place="console">
        <RouterProvider router={router} />
      </Shell>
    </QueryClientProvider>
  );
}
