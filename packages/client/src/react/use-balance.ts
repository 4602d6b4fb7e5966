import { useSyncExternalStore } from 'react';
import type { LiveState } from './live-account.ts';
import { useDrawdown } from './provider.tsx';

export interface LiveBalance extends LiveState {
  /** Reads it again, after a refusal too. */
  refresh(): Promise<void>;
}

/** The balance, live: pushed by the server, resumed after a lost connection, read again when the page is looked at. */
export function useBalance(): LiveBalance {
  const { live } = useDrawdown();
  const state = useSyncExternalStore(
    live.subscribe,
    () => live.state,
    () => live.state,
  );
  return { ...state, refresh: () => live.refresh() };
}
