import type { ReactNode } from 'react';
import type { Quote, Units } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { DrawBar } from './draw-bar.tsx';
import { InsufficientOptions } from './insufficient-options.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { type Shortage, shortageOf } from './shortage.ts';

export interface InsufficientCreditsDialogProps {
  open: boolean;
  onClose(): void;
  /** What was wanted, and how much is missing. */
  quote: Quote;
  /** Takes settings that cost less; absent: none are offered. */
  onUnits?(units: Units): void;
  /** Where a plan is chosen; absent: the plan that would cover it is offered here. */
  plansHref?: string;
  /** Asks whoever decides, in the product's own way; absent: a team's member asks for more of their limit here. */
  onAskAdmin?(): void;
}

/**
 * "You need 25 and have 18: 7 short", and what can be done about it: cheaper settings, waiting, the smallest pack that
 * covers it, a plan, asking. To leave it is as easy as to pay. Nothing runs by itself afterwards.
 */
export function InsufficientCreditsDialog(props: InsufficientCreditsDialogProps): ReactNode {
  const { open, onClose, quote } = props;
  const { t } = useDrawdown();
  const catalog = useCatalog().data;
  const shortage = shortageOf(quote, catalog);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t(shortage?.kind === 'limit' ? 'short.title_limit' : 'short.title')}
      actions={
        <button type="button" className="dd-button" onClick={onClose}>
          {t('short.not_now')}
        </button>
      }
    >
      {/* Credits may arrive while it is open: then it says so, and still runs nothing. */}
      {shortage === null ? (
        <p className="dd-lead">{t('short.enough')}</p>
      ) : (
        <>
          <Reason shortage={shortage} />
          <ThereIs quote={quote} />
          <InsufficientOptions {...props} shortage={shortage} />
        </>
      )}
    </Dialog>
  );
}

/** What there is of each class, as a bar and in words. */
function ThereIs({ quote }: { quote: Quote }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { classes } = quote.after;
  return (
    <div className="dd-there-is">
      <DrawBar parts={classes.map((one) => ({ class: one.class, keep: one.available }))} />
      <ul className="dd-split" aria-label={t('short.there_is')}>
        {classes.map(({ class: id, available }) => (
          <li key={id}>
            <ClassMark of={names.class(id)} />
            <bdi>{format.credits(available)}</bdi>
            <bdi className="dd-split__name">{names.class(id).short}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why, in the words of that very reason. */
function Reason({ shortage }: { shortage: Shortage }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { required, available, missing: shortfall } = shortage;
  if (shortage.kind === 'limit') {
    return (
      <>
        <p className="dd-lead">{t('short.limit', { required, available })}</p>
        <p className="dd-muted">
          {t(`short.limit_${shortage.per}`, { date: format.dateTime(shortage.resetsAt) })}
        </p>
      </>
    );
  }
  return (
    <>
      <p className="dd-lead">{t('short.sentence', { required, available, shortfall })}</p>
      {shortage.kind === 'held' ? (
        <p className="dd-muted">{t('short.held_covers', { count: shortage.held })}</p>
      ) : null}
      {shortage.kind === 'class' ? (
        <p className="dd-muted">
          {shortage.allowed === null
            ? t('short.other_lots', { count: shortage.other })
            : t('short.class', {
                count: shortage.other,
                classes: format.list(shortage.allowed.map((id) => names.class(id).short)),
              })}
        </p>
      ) : null}
    </>
  );
}
