import { type ReactNode, useEffect, useState } from 'react';
import type { Grant } from '../wire.ts';
import { ClassMark } from './class-mark.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { sourceOf } from './lots.ts';
import type { MessageKey } from './messages/translate.ts';
import { useDrawdown, useNames } from './provider.tsx';
import { ReceiptLink } from './receipt-link.tsx';
import { useAllLots } from './use-account.ts';

interface LotsDrawerProps {
  open: boolean;
  /** A class; null: closed. */
  of: string | null;
  onClose(): void;
}

/** Every lot of a class: where it came from, what became of it, until when it is good. */
export function LotsDrawer({ open, of, onClose }: LotsDrawerProps): ReactNode {
  const names = useNames();
  // The drawer still says what it was about while it slides away.
  const [shownId, setShownId] = useState(of);
  useEffect(() => {
    if (of !== null) setShownId(of);
  }, [of]);
  const shown = names.class(of ?? shownId ?? '');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      kind="drawer"
      title={
        <span className="dd-with-mark">
          <ClassMark of={shown} />
          {shown.name}
        </span>
      }
    >
      {of === null ? null : <Lots of={of} />}
    </Dialog>
  );
}

function Lots({ of }: { of: string }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useAllLots();
  if (data === undefined) {
    return error === undefined ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  const lots = data.filter((lot) => lot.class === of);
  if (lots.length === 0) return <p className="dd-empty">{t('lots.empty')}</p>;
  const ahead = lots.filter(({ state }) => state === 'scheduled');
  if (ahead.length <= 1) return <List lots={lots} />;
  return (
    <>
      <List lots={lots.filter(({ state }) => state !== 'scheduled')} />
      <details className="dd-disclosure">
        <summary>
          {t('lots.ahead', { count: ahead.reduce((sum, { amount }) => sum + amount, 0), lots: ahead.length })}
        </summary>
        <List lots={ahead} />
      </details>
    </>
  );
}

function List({ lots }: { lots: readonly Grant[] }): ReactNode {
  return (
    <ol className="dd-lots">
      {lots.map((lot) => (
        <li key={lot.id}>
          <Lot lot={lot} />
        </li>
      ))}
    </ol>
  );
}

function Lot({ lot }: { lot: Grant }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const numbers: [MessageKey, number][] = [
    ['lots.granted', lot.amount],
    ['lots.used', lot.consumed],
    ['lots.reserved', lot.held],
    [lot.state === 'frozen' ? 'lot_state.frozen' : 'lots.left', lot.remaining - lot.held],
  ];
  if (lot.expired > 0) numbers.push(['lots.expired', lot.expired]);
  if (lot.voided > 0) numbers.push(['lots.voided', lot.voided]);
  return (
    <article className="dd-lot" data-state={lot.state}>
      <header className="dd-lot__head">
        <h3 className="dd-lot__source">{sourceOf(lot, { t, names })}</h3>
        <span className="dd-chip" data-tone={lot.state === 'frozen' ? 'warning' : 'plain'}>
          {t(`lot_state.${lot.state}`)}
        </span>
      </header>
      <dl className="dd-lot__numbers">
        {numbers.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{format.credits(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="dd-lot__dates">
        <span title={format.utc(lot.created_at)}>
          {t('lots.granted_on', { date: format.date(lot.created_at) })}
        </span>
        {lot.state === 'scheduled' ? (
          <span title={format.utc(lot.effective_at)}>
            {t('lots.starts_on', { date: format.dateTime(lot.effective_at) })}
          </span>
        ) : null}
        <span title={lot.expires_at === null ? undefined : format.utc(lot.expires_at)}>
          {lot.expires_at === null
            ? t('card.never_expires')
            : t(lot.state === 'expired' ? 'lots.expired_on' : 'lots.expires_on', {
                date: format.dateTime(lot.expires_at),
              })}
        </span>
        {lot.features === null ? null : (
          <span>
            {t('lots.only_for', { features: format.list(lot.features.map((id) => names.feature(id) ?? id)) })}
          </span>
        )}
      </p>
      <p className="dd-lot__receipt">
        {lot.cost === null ? null : (
          <span>{t('lots.paid', { price: format.money(lot.cost.amount_minor, lot.cost.currency) })}</span>
        )}
        <ReceiptLink grants={[lot.id]} />
      </p>
    </article>
  );
}
