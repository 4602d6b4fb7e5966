/** An act of staff: what, why, and what it will do; then it is done, or a second person is asked. */
import {
  type Act,
  type ActPreview,
  type ActReceipt,
  type ActRequest,
  DrawdownNetworkError,
  isProblem,
  newKey,
} from '@drawdown/client';
import { Dialog, Failure } from '@drawdown/client/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { isRefusal, useRefusal } from '../refusal.ts';
import { actOf, emptyDraft, isSevere, type Subject } from './act.ts';
import { Effect, Limits } from './effect.tsx';
import { Fields } from './fields.tsx';
import { Reason } from './reason.tsx';

/** `subject` null: closed. */
export function ActDialog({ subject, onClose }: { subject: Subject | null; onClose(): void }): ReactNode {
  const { t } = useConsole();
  // It still says what it was about while it closes.
  const [shown, setShown] = useState(subject);
  useEffect(() => {
    if (subject !== null) setShown(subject);
  }, [subject]);
  const of = subject ?? shown;
  return (
    <Dialog open={subject !== null} onClose={onClose} title={of === null ? '' : t(`act.${of.act}`)}>
      {subject === null ? null : <ActForm subject={subject} onClose={onClose} />}
    </Dialog>
  );
}

/** Typing is not asking: the preview follows a moment after the last key. */
const CALM_MS = 250;

function useCalm<T>(value: T): T {
  const [calm, setCalm] = useState(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal values are the same one
  useEffect(() => {
    const timer = setTimeout(() => setCalm(value), CALM_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return calm;
}

/** What the act would do as things stand. What the server says meanwhile with a refusal is shown instead. */
function usePreview(act: Act | null) {
  const calm = useCalm(act);
  const key = ['preview', calm];
  const cache = useQueryClient();
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => (calm === null ? null : client.previewAct(calm, { signal })),
    enabled: calm !== null,
    // Somebody else may change the account while this dialog is open.
    staleTime: 0,
    gcTime: 0,
  });
  const isCurrent = JSON.stringify(calm) === JSON.stringify(act);
  return {
    ...query,
    data: isCurrent && calm !== null ? (query.data ?? null) : null,
    error: isCurrent && calm !== null ? query.error : null,
    isPending: act !== null && (!isCurrent || query.isPending),
    replace: (preview: ActPreview) => cache.setQueryData(key, preview),
  };
}

function ActForm({ subject, onClose }: { subject: Subject; onClose(): void }): ReactNode {
  const { t, names } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [draft, setDraft] = useState(() =>
    emptyDraft(
      subject,
      names.classes.filter(({ kind }) => kind === 'earned').map(({ id }) => id),
    ),
  );
  const [reason, setReason] = useState('');
  const act = actOf(subject, draft);
  const preview = usePreview(act);
  const attempt = useAttempt(JSON.stringify([act, reason]));
  const confirm = useMutation({
    mutationFn: (body: ActRequest) => client.act(body, { idempotencyKey: attempt.idempotencyKey }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['approvals'] });
      void cache.invalidateQueries({ queryKey: ['audit'] });
    },
    onError: (error) => {
      if (isProblem(error, 'preview_changed')) preview.replace(error.problem.preview);
    },
  });
  const seen = preview.data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (act === null || seen === null || reason.trim() === '' || attempt.isUnderWay) return;
    const isUnknown = confirm.error instanceof DrawdownNetworkError;
    const before = isUnknown ? attempt.sent : null;
    attempt.sent = before ?? { ...act, reason: reason.trim(), preview: seen.preview };
    attempt.isUnderWay = true;
    confirm.mutate(attempt.sent, {
      onSettled: () => {
        attempt.isUnderWay = false;
      },
    });
  };
  if (confirm.data !== undefined) return <Done receipt={confirm.data} subject={subject} onClose={onClose} />;
  return (
    <form className="act" onSubmit={submit} data-severe={isSevere(subject.act)}>
      <p className="act__about">{t(`act.${subject.act}.about`)}</p>
      <Fields subject={subject} draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
      <Reason value={reason} onChange={setReason} />
      <div className="act__effect" aria-busy={preview.isPending} aria-live="polite">
        {seen === null ? (
          isRefusal(preview.error) ? (
            <p className="act__refused">{refusal(preview.error)}</p>
          ) : preview.error !== null ? (
            <Failure error={preview.error} onRetry={() => void preview.refetch()} />
          ) : (
            <p className="act__waiting">{t(preview.isPending ? 'loading' : 'act.fill_in')}</p>
          )
        ) : (
          <>
            <Effect preview={seen} />
            <Limits preview={seen} />
          </>
        )}
      </div>
      {confirm.error === null ? null : (
        <p className="act__error" role="alert">
          {isProblem(confirm.error, 'preview_changed') ? t('act.changed') : refusal(confirm.error)}
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
          aria-busy={confirm.isPending}
          // Not while it is under way: the focus would be lost with it.
          disabled={seen === null || reason.trim() === ''}
        >
          {t(seen?.approval.required === true ? 'act.ask' : `act.${subject.act}.confirm`)}
        </button>
      </div>
    </form>
  );
}

interface Attempt {
  readonly wish: string;
  readonly idempotencyKey: string;
  /** What was sent last. */
  sent: ActRequest | null;
  isUnderWay: boolean;
}

/**
 * One key for one wish, so that it is done once: a second click finds the first under way, and where no answer came the
 * very same is sent again.
 */
function useAttempt(wish: string): Attempt {
  const attempt = useRef<Attempt>(null);
  if (attempt.current?.wish !== wish) {
    attempt.current = { wish, idempotencyKey: newKey(), sent: null, isUnderWay: false };
  }
  return attempt.current;
}

function Done({
  receipt,
  subject,
  onClose,
}: {
  receipt: ActReceipt;
  subject: Subject;
  onClose(): void;
}): ReactNode {
  const { t, format } = useConsole();
  const heading = useRef<HTMLParagraphElement>(null);
  const id = useId();
  useEffect(() => heading.current?.focus(), []);
  const { approval, balance } = receipt;
  return (
    <div className="done" data-state={receipt.state}>
      <p ref={heading} id={id} tabIndex={-1} className="done__title" role="status">
        {receipt.state === 'done' ? t(`act.${subject.act}.done`) : t('act.pending')}
      </p>
      <p className="dd-muted">
        {receipt.state === 'pending' && approval !== null
          ? t('act.pending_until', { date: format.dateTime(approval.expires_at) })
          : balance === null
            ? null
            : t('act.balance', { count: balance.available })}
      </p>
      <div className="act__buttons">
        {receipt.state === 'pending' && approval !== null ? (
          <Link to="/approvals/$approval" params={{ approval: approval.id }} className="dd-button">
            {t('act.show_approval')}
          </Link>
        ) : (
          <Link
            to="/audit"
            search={receipt.audit?.account == null ? {} : { account: receipt.audit.account }}
            className="dd-button"
          >
            {t('act.show_audit')}
          </Link>
        )}
        <button type="button" className="dd-button" data-kind="primary" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </div>
  );
}
