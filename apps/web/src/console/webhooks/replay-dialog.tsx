import type { ReplayRequest, WebhookEndpoint } from '@drawdown/client';
import { Dialog } from '@drawdown/client/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { ChoiceField, Field } from '../parts/field.tsx';
import { useRefusal } from '../refusal.ts';

const WHICH = ['dead', 'missed', 'all'] as const;

/** Sends again what happened in a range of time. */
export function ReplayDialog({
  endpoint,
  open,
  onClose,
}: {
  endpoint: WebhookEndpoint;
  open: boolean;
  onClose(): void;
}): ReactNode {
  const { t } = useConsole();
  return (
    <Dialog open={open} onClose={onClose} title={t('webhooks.replay')}>
      <ReplayForm endpoint={endpoint} onClose={onClose} />
    </Dialog>
  );
}

function ReplayForm({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose(): void }): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [which, setWhich] = useState<(typeof WHICH)[number]>('dead');
  const replay = useMutation({
    mutationFn: (body: ReplayRequest) => client.replayWebhooks(endpoint.id, body),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  const isRange = since !== '' && (until === '' || until > since);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isRange) return;
    replay.mutate({
      since: new Date(since).toISOString(),
      ...(until === '' ? {} : { until: new Date(until).toISOString() }),
      state: which,
    });
  };
  return (
    <form className="act" onSubmit={submit}>
      <p className="act__about">{t('replay.about')}</p>
      <ChoiceField
        label={t('lots.which')}
        value={which}
        options={WHICH.map((one) => [one, t(`replay.${one}`)] as const)}
        onChange={setWhich}
      />
      <div className="fields__pair">
        <Field label={t('filter.from')} type="datetime-local" value={since} onChange={setSince} />
        <Field
          label={t('filter.to')}
          type="datetime-local"
          value={until}
          hint={t('replay.until_hint')}
          wrong={!isRange && since !== '' ? t('fault.end_before_start') : null}
          onChange={setUntil}
        />
      </div>
      <p className="said" role="status" data-tone={replay.error === null ? 'good' : 'bad'}>
        {replay.error !== null
          ? refusal(replay.error)
          : replay.data === undefined
            ? null
            : t('replay.done', { count: replay.data.replayed })}
      </p>
      <div className="act__buttons">
        <button type="button" className="dd-button" onClick={onClose}>
          {t('close')}
        </button>
        <button
          type="submit"
          className="dd-button"
          data-kind="primary"
          disabled={!isRange || replay.isPending}
        >
          {t('webhooks.replay')}
        </button>
      </div>
    </form>
  );
}
