import type { WebhookEndpoint } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { State } from '../parts/small.tsx';

export function EndpointState({ endpoint }: { endpoint: WebhookEndpoint }): ReactNode {
  const { t } = useConsole();
  const { state, failing_since: failing, disabled_reason: reason } = endpoint;
  if (state === 'disabled') {
    return (
      <State tone={reason === 'asked' ? 'plain' : 'bad'}>{t(`webhooks.off.${reason ?? 'asked'}`)}</State>
    );
  }
  return failing === null ? (
    <State tone="good">{t('webhooks.on')}</State>
  ) : (
    <State tone="warning">{t('webhooks.failing')}</State>
  );
}
