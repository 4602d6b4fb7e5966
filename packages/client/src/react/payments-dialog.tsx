import { type ReactNode, useState } from 'react';
import type { Purchase } from '../wire.ts';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { boughtName, Receipt } from './receipt-dialog.tsx';
import { usePurchases } from './use-account.ts';

/** Everything that was paid, newest first; each leads to its receipt, where an unspent one is given back. */
export function PaymentsDialog({ open, onClose }: { open: boolean; onClose(): void }): ReactNode {
  const { t } = useDrawdown();
  const [shown, setShown] = useState<string | null>(null);
  const close = (): void => {
    setShown(null);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      kind="drawer"
      title={t(shown === null ? 'payments.title' : 'receipt.title')}
    >
      {shown === null ? (
        <Payments onShow={setShown} />
      ) : (
        <>
          <button
            type="button"
            className="dd-button dd-back"
            data-size="small"
            onClick={() => setShown(null)}
          >
            <Icon name="back" />
            {t('payments.all')}
          </button>
          <Receipt id={shown} />
        </>
      )}
    </Dialog>
  );
}

/** Checkouts that nobody went through with are no payments. */
const NEVER: readonly Purchase['state'][] = ['canceled', 'expired'];

function Payments({ onShow }: { onShow(purchase: string): void }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = usePurchases();
  if (data === undefined) {
    return error === undefined ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  const made = data.filter(({ state }) => !NEVER.includes(state));
  if (made.length === 0) return <p className="dd-empty">{t('payments.empty')}</p>;
  return (
    <ul className="dd-options">
      {made.map((one) => (
        <li key={one.id}>
          <Payment one={one} onShow={onShow} />
        </li>
      ))}
    </ul>
  );
}

function Payment({ one, onShow }: { one: Purchase; onShow(purchase: string): void }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { paid, price, state, checkout_url: url } = one;
  const at = one.paid_at ?? one.created_at;
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">
          {boughtName(one, { names, t })}{' '}
          {state === 'completed' ? null : <span className="dd-chip">{t(`purchase_state.${state}`)}</span>}
        </h3>
        <p className="dd-option__detail">
          {format.money(paid?.amount_minor ?? price.amount_minor, paid?.currency ?? price.currency)}
          {' · '}
          <time dateTime={at} title={format.utc(at)}>
            {format.dateTime(at)}
          </time>
        </p>
      </div>
      {url === null ? (
        <button type="button" className="dd-button" data-size="small" onClick={() => onShow(one.id)}>
          {t('receipt.link')}
          <span className="dd-visually-hidden"> {format.dateTime(at)}</span>
        </button>
      ) : (
        <a className="dd-button" data-size="small" href={url}>
          {t('payments.pay')}
        </a>
      )}
    </div>
  );
}
