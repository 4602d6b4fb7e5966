import type { Campaign } from '@drawdown/client';
import { Dialog } from '@drawdown/client/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Reason } from '../acts/reason.tsx';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { useRefusal } from '../refusal.ts';

/** Ends a campaign for good; what it gave stays as it is. */
export function StopDialog({
  campaign,
  open,
  onClose,
}: {
  campaign: Campaign;
  open: boolean;
  onClose(): void;
}): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const stop = useMutation({
    mutationFn: () => client.stopCampaign(campaign.id, { reason: reason.trim() }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['campaigns'] });
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() !== '') stop.mutate();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('campaigns.stop_title', { name: campaign.name })}>
      <form className="act" onSubmit={submit}>
        <p className="act__about">{t('campaigns.stop_about', { count: campaign.metrics.redemptions })}</p>
        <Reason value={reason} onChange={setReason} />
        {stop.error === null ? null : (
          <p className="act__error" role="alert">
            {refusal(stop.error)}
          </p>
        )}
        <div className="act__buttons">
          <button type="button" className="dd-button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button
            type="submit"
            className="dd-button"
            data-kind="primary"
            disabled={reason.trim() === '' || stop.isPending}
          >
            {t('campaigns.stop')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
