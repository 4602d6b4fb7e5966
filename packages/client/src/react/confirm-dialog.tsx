import { type ReactNode, useId, useState } from 'react';
import type { Quote } from '../wire.ts';
import { keepAsking, readAsking } from './asking.ts';
import { Split } from './cost-price.tsx';
import { Dialog } from './dialog.tsx';
import { useDrawdown } from './provider.tsx';

interface ConfirmDialogProps {
  open: boolean;
  onClose(): void;
  quote: Quote;
  /** What the button says that it does. */
  action: ReactNode;
  onConfirm(): void;
}

/** Asks before credits are spent: what, from which class, and what remains; and from when on to ask again. */
export function ConfirmDialog({ open, onClose, quote, action, onConfirm }: ConfirmDialogProps): ReactNode {
  const { t, account } = useDrawdown();
  const [asking, setAsking] = useState(() => readAsking(account));
  const [isQuiet, setIsQuiet] = useState(asking.below > 0);
  const id = useId();
  const confirm = (): void => {
    keepAsking(account, isQuiet ? asking : { below: 0, paid: false });
    onClose();
    onConfirm();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('confirm.title', { count: quote.amount })}
      actions={
        <>
          <button type="button" className="dd-button" onClick={onClose}>
            {t('short.not_now')}
          </button>
          <button type="button" className="dd-button" data-kind="primary" onClick={confirm}>
            {action}
          </button>
        </>
      }
    >
      <div className="dd-cost__detail">
        <Split quote={quote} shortage={null} />
      </div>
      <fieldset className="dd-asking">
        <legend className="dd-visually-hidden">{t('confirm.when')}</legend>
        <div className="dd-check">
          <input
            id={`${id}-quiet`}
            type="checkbox"
            checked={isQuiet}
            onChange={(event) => {
              setIsQuiet(event.target.checked);
              if (asking.below === 0) setAsking({ ...asking, below: quote.amount + 1 });
            }}
          />
          <label htmlFor={`${id}-quiet`}>{t('confirm.quiet')}</label>
          <input
            className="dd-input dd-asking__below"
            type="number"
            inputMode="numeric"
            min={1}
            aria-label={t('confirm.below')}
            disabled={!isQuiet}
            value={asking.below === 0 ? quote.amount + 1 : asking.below}
            onChange={(event) => setAsking({ ...asking, below: Number(event.target.value) })}
          />
        </div>
        <label className="dd-check">
          <input
            type="checkbox"
            disabled={!isQuiet}
            checked={isQuiet && asking.paid}
            onChange={(event) => setAsking({ ...asking, paid: event.target.checked })}
          />
          <span>{t('confirm.paid')}</span>
        </label>
      </fieldset>
    </Dialog>
  );
}
