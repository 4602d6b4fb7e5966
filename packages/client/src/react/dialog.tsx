import { type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { Icon } from './icon.tsx';
import { useDrawdown } from './provider.tsx';

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: ReactNode;
  /** `drawer`: along the side, for lists; on a phone both come from below. */
  kind?: 'modal' | 'drawer';
  children: ReactNode;
  /** Buttons, at the end. */
  actions?: ReactNode;
}

/** A native dialog: it holds the focus, closes by Escape and gives the focus back to where it was. */
export function Dialog({ open, onClose, title, kind = 'modal', children, actions }: DialogProps): ReactNode {
  const { t } = useDrawdown();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useOpen(ref, open);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it by Escape, which the dialog itself does
    <dialog
      ref={ref}
      className="dd-dialog"
      data-kind={kind}
      aria-labelledby={titleId}
      onClose={(event) => {
        // React lets it rise from a dialog that was opened within this one.
        if (event.target === ref.current) onClose();
      }}
      onClick={(event) => {
        // A click on the backdrop is one on the dialog itself, outside of everything in it.
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      {open ? (
        <div className="dd-dialog__body">
          <header className="dd-dialog__head">
            <h2 id={titleId} className="dd-dialog__title">
              {title}
            </h2>
            <button type="button" className="dd-icon-button" onClick={() => ref.current?.close()}>
              <Icon name="close" />
              <span className="dd-visually-hidden">{t('dialog.close')}</span>
            </button>
          </header>
          <div className="dd-dialog__content">{children}</div>
          {actions === undefined ? null : <footer className="dd-dialog__actions">{actions}</footer>}
        </div>
      ) : null}
    </dialog>
  );
}

function useOpen(ref: RefObject<HTMLDialogElement | null>, open: boolean): void {
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [ref, open]);
}
