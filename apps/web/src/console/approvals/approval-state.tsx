import type { Approval } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { State, type Tone } from '../parts/small.tsx';

const TONES: Readonly<Record<Approval['state'], Tone>> = {
  pending: 'warning',
  approved: 'good',
  rejected: 'bad',
  withdrawn: 'plain',
  expired: 'plain',
};

export function ApprovalState({ state }: { state: Approval['state'] }): ReactNode {
  const { t } = useConsole();
  return <State tone={TONES[state]}>{t(`approval.${state}`)}</State>;
}
