import { isProblem } from '@drawdown/client';
import { Dialog } from '@drawdown/client/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Reason } from '../acts/reason.tsx';
import { useConsole } from '../console-context.ts';
import { useRefusal } from '../refusal.ts';

/** Says what it does before it is done; `withReason`: why is asked, too. */
export function Confirm({
  title,
  about,
  button,
  withReason = false,
  forbidden,
  act,
  onClose,
}: {
  title: string;
  about: string;
  button: string;
  withReason?: boolean;
  /** Why one may not, where it is not for want of a right. */
  forbidden?: string;
  act(reason: string): Promise<unknown>;
  onClose(): void;
}): ReactNode {
  const { t } = useConsole();
  const refusal = useRefusal();
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const isReady = !withReason || reason.trim() !== '';
  const doing = useMutation({
    mutationFn: () => act(reason.trim()),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['staff'] });
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady) doing.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={title}>
      <form className="act" onSubmit={submit}>
        <p className="act__about">{about}</p>
        {withReason ? <Reason value={reason} onChange={setReason} /> : null}
        {doing.error === null ? null : (
          <p className="act__error" role="alert">
            {forbidden !== undefined && isProblem(doing.error, 'forbidden')
              ? forbidden
              : refusal(doing.error)}
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
            disabled={!isReady || doing.isPending}
          >
            {button}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
