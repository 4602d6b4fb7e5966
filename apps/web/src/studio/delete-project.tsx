/** A project is deleted for good, so it is asked first; what that means for credits is said where there are any. */
import { Dialog, Icon } from '@drawdown/client/react';
import { type ReactNode, useState } from 'react';
import { useBench } from './bench.tsx';
import { filled } from './words.ts';
import { titleOf } from './workspace.tsx';

interface DeleteProjectProps {
  credits: boolean;
  /** Throws what kept it from being deleted. */
  onDelete(): Promise<void>;
}

export function DeleteProject({ credits, onDelete }: DeleteProjectProps): ReactNode {
  const { view, words, online } = useBench();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [failed, setFailed] = useState(false);
  const remove = async (): Promise<void> => {
    setPending(true);
    setFailed(false);
    try {
      await onDelete();
    } catch {
      setFailed(true);
      setPending(false);
    }
  };
  return (
    <>
      <button type="button" className="dd-icon-button" disabled={!online} onClick={() => setOpen(true)}>
        <Icon name="delete" />
        <span className="dd-visually-hidden">{words.delete_project}</span>
      </button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={filled(words.delete_title, { title: titleOf(view.project, words) })}
        actions={
          <>
            <button type="button" className="dd-button" onClick={() => setOpen(false)}>
              {words.keep}
            </button>
            <button
              type="button"
              className="dd-button"
              data-kind="primary"
              aria-busy={pending}
              disabled={pending}
              onClick={() => void remove()}
            >
              {words.delete}
            </button>
          </>
        }
      >
        <p>{words.delete_text}</p>
        {credits ? <p>{words.delete_charged}</p> : null}
        {failed ? <p role="alert">{words.not_deleted}</p> : null}
      </Dialog>
    </>
  );
}
