import type { AutoTopUp, NoAutoTopUp } from '../wire.ts';
import { type Reading, useReading } from './provider.tsx';

/** How automatic top-ups stand: read again at each change of the balance, since each is one. */
export function useTopUp(): Reading<AutoTopUp | NoAutoTopUp> {
  return useReading('auto_top_up', ({ client, account }) => client.getAutoTopUp(account));
}
