import { type ReactNode, useState } from 'react';
import type { PreviewedLot, Subscription, SubscriptionPreview } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import type { PlanChoice } from './plan-picker.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';

/** A change that needs a look at what it does first. */
export type PlanStep = Exclude<PlanChoice, { action: 'subscribe' | 'reactivate' }>;

interface PlanPreviewProps {
  open: boolean;
  /** Null: closed. */
  step: PlanStep | null;
  onClose(): void;
  onConfirm(step: PlanStep): Promise<void>;
}

/** What a change of plan would do to each lot, before it is made. */
export function PlanPreview({ open, step, onClose, onConfirm }: PlanPreviewProps): ReactNode {
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
  const action = step?.action ?? 'change';
  const plan = step?.action === 'change' ? names.named('plan', step.plan) : '';
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t(`preview.${action}`, { name: plan })}
      actions={
        <>
          <button type="button" className="dd-button" onClick={onClose}>
            {t(action === 'cancel' ? 'preview.keep' : 'preview.not_now')}
          </button>
          <button
            type="button"
            className="dd-button"
            data-kind={action === 'cancel' ? undefined : 'primary'}
            aria-busy={pending}
            disabled={pending}
            onClick={() => void confirm()}
          >
            {t(`preview.confirm_${action}`)}
          </button>
        </>
      }
    >
      {step === null ? null : <Preview step={step} />}
    </Dialog>
  );
}

function requestOf(step: PlanStep) {
  if (step.action !== 'change') return { action: step.action };
  const { plan, interval, seats } = step;
  return { action: step.action, plan, interval, ...(seats === undefined ? {} : { seats }) };
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
      <When action={step.action} preview={data} />
      {step.action === 'change' ? <Charge of={data.subscription} /> : null}
      {data.members === undefined || data.members.over === 0 ? null : (
        <p className="dd-note" data-tone="warning">
          <Icon name="warning" />
          <span>{t('preview.over', { ...data.members, count: data.members.over })}</span>
        </p>
      )}
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

function When({
  action,
  preview: { subscription },
}: {
  action: PlanStep['action'];
  preview: SubscriptionPreview;
}): ReactNode {
  const { t, format } = useDrawdown();
  const { cancel_at: ends, pending } = subscription;
  const sentence =
    action === 'pause'
      ? t('preview.paused')
      : ends !== null
        ? t('preview.until', { date: format.dateTime(ends) })
        : pending === null
          ? t('preview.now')
          : t('preview.from', { date: format.dateTime(pending.at) });
  return <p className="dd-muted">{sentence}</p>;
}

/** What a provider will charge for a change, and when. */
function Charge({ of: { provider, status, price, pending } }: { of: Subscription }): ReactNode {
  const { t, format } = useDrawdown();
  const due = pending?.price ?? price;
  if (provider === null || due === null) return null;
  const sum = format.money(due.amount_minor, due.currency);
  const sentence =
    pending !== null
      ? t('preview.charged_then', { price: sum, date: format.date(pending.at) })
      : t(status === 'trialing' ? 'preview.charged_trial' : 'preview.charged_now', { price: sum });
  return <p className="dd-lead">{sentence}</p>;
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
