import type { Campaign } from '@drawdown/client';
import type { Tone } from '../parts/small.tsx';

export const CAMPAIGN_TONES: Readonly<Record<Campaign['state'], Tone>> = {
  waiting: 'warning',
  scheduled: 'plain',
  running: 'good',
  exhausted: 'warning',
  ended: 'plain',
  stopped: 'bad',
};

/** What is being awarded right now is read again this often. */
export const POLL_MS = 4_000;
