import { type ReactNode, useState } from 'react';
import type { PreviewedLot, SubscriptionPreview } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import type { PlanChoice } from './plan-picker.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';

/** A change that needs a look at what it does first. */
export type PlanStep = Extract<PlanChoice, { action: 'change' | 'cancel' }>;

interface PlanPreviewProps {
  /** Null: closed. */
  step: PlanStep | null;
  onClose(): void;
  onConfirm(step: PlanStep): Promise<void>;
}

/** What a change of plan would do to each lot, before it is made. */
export function PlanPreview({ step, onClose, onConfirm }: PlanPreviewProps): ReactNode {
  const { t } = useDrawdown();
  const names = useNames();
  const [pending, setPending] = useState(false);
  const confirm = async (): Promise<void> => {
    if (step === null) return;
    setPending(true);
    try {
      await onConfirm(step);
    } finally {
      setPending(false);
    }
  };
  const isCancel = step?.action === 'cancel';
  const title =
    step === null || isCancel
      ? t('preview.cancel')
      : t('preview.change', { name: names.named('plan', step.plan) });
  return (
    <Dialog
      open={step !== null}
      onClose={onClose}
      title={title}
      actions={
        <>
          <button type="button" className="dd-button" onClick={onClose}>
            {t(isCancel ? 'preview.keep' : 'preview.not_now')}
          </button>
          <button
            type="button"
            className="dd-button"
            data-kind={isCancel ? undefined : 'primary'}
            aria-busy={pending}
            disabled={pending}
            onClick={() => void confirm()}
          >
            {t(isCancel ? 'preview.confirm_cancel' : 'preview.confirm_change')}
          </button>
        </>
      }
    >
      {step === null ? null : <Preview step={step} />}
    </Dialog>
  );
}

function requestOf(step: PlanStep) {
  if (step.action === 'cancel') return { action: 'cancel' } as const;
  const { plan, interval, seats } = step;
  return { action: 'change', plan, interval, ...(seats === undefined ? {} : { seats }) } as const;
}

function Preview({ step }: { step: PlanStep }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useReading(`preview:${JSON.stringify(step)}`, ({ client, account }) =>
    client.previewSubscription(account, step.subscription, requestOf(step)),
  );
  if (data === undefined) {
    return error === undefined ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  return (
    <>
      <p className="dd-lead">{t('preview.after', { count: data.balance.available })}</p>
      <When preview={data} />
      <ul className="dd-moves">
        {data.lots.map((lot) => (
          <li key={lot.grant ?? `${lot.class}:${lot.effective_at}`}>
            <Lot lot={lot} />
          </li>
        ))}
      </ul>
    </>
  );
}

function When({ preview: { subscription } }: { preview: SubscriptionPreview }): ReactNode {
  const { t, format } = useDrawdown();
  if (subscription.cancel_at !== null) {
    return (
      <p className="dd-muted">{t('preview.until', { date: format.dateTime(subscription.cancel_at) })}</p>
    );
  }
  return (
    <p className="dd-muted">
      {subscription.pending === null
        ? t('preview.now')
        : t('preview.from', { date: format.dateTime(subscription.pending.at) })}
    </p>
  );
}

function Lot({ lot }: { lot: PreviewedLot }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const shown = names.class(lot.class);
  const date = format.dateTime(
    lot.effect === 'starts' || lot.effect === 'voided'
      ? lot.effective_at
      : (lot.expires_at ?? lot.effective_at),
  );
  return (
    <>
      <ClassMark of={shown} />
      <span className="dd-moves__name">
        {t('preview.lot', { count: lot.remaining, class: shown.short })}
        <span className="dd-muted"> · {t(`preview.${lot.effect}`, { date })}</span>
      </span>
    </>
  );
}
