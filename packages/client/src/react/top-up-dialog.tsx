import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { AutoTopUp, NoAutoTopUp, PaymentMethod } from '../wire.ts';
import { BuyingNotes, useBuying } from './buying.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { type PackAtPrice, PackOffer, usePackOffers } from './packs.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { useTopUp } from './use-top-up.ts';

interface TopUpDialogProps {
  open: boolean;
  onClose(): void;
  /** ISO 4217; absent: each pack's first. */
  currency?: string;
}

/**
 * What is charged while nobody is there, said before it is agreed to: from when on, what is bought, with which card, and the
 * most in a month. Switching it off is one press, as is removing the card.
 */
export function TopUpDialog({ open, onClose, currency }: TopUpDialogProps): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useTopUp();
  const packs = usePackOffers(currency);
  return (
    <Dialog open={open} onClose={onClose} title={t('top_up.title')}>
      {data === undefined ? (
        error === undefined ? (
          <p className="dd-muted">{t('loading')}</p>
        ) : (
          <Failure error={error} onRetry={reload} />
        )
      ) : (
        <>
          <p>{t('top_up.explain')}</p>
          {data.payment_method === null ? (
            <LeaveACard packs={packs} />
          ) : (
            <Agreement
              key={data.state}
              one={data}
              card={data.payment_method}
              packs={packs}
              onDone={reload}
              onClose={onClose}
            />
          )}
          <Charges one={data} />
        </>
      )}
    </Dialog>
  );
}

/** A card is kept with a purchase that is made anyway; nothing is asked for by itself. */
function LeaveACard({ packs }: { packs: readonly PackAtPrice[] }): ReactNode {
  const { t } = useDrawdown();
  const buying = useBuying();
  return (
    <>
      <p className="dd-muted">{t('top_up.no_card')}</p>
      <ul className="dd-options">
        {packs.map((pack) => (
          <li key={pack.pack.id}>
            <PackOffer pack={pack} buying={buying} saves />
          </li>
        ))}
      </ul>
      <BuyingNotes buying={buying} />
    </>
  );
}

function Agreement({
  one,
  card,
  packs,
  onDone,
  onClose,
}: {
  one: AutoTopUp | NoAutoTopUp;
  card: PaymentMethod;
  packs: readonly PackAtPrice[];
  onDone(): void;
  onClose(): void;
}): ReactNode {
  const { client, account, t, format } = useDrawdown();
  const names = useNames();
  const id = useId();
  const agreed = one.state === 'off' ? null : one;
  const [packId, setPackId] = useState(agreed?.pack ?? packs[0]?.pack.id ?? '');
  const [threshold, setThreshold] = useState(String(agreed?.threshold ?? DEFAULT_THRESHOLD));
  const pack = packs.find((offer) => offer.pack.id === packId) ?? packs[0];
  const [cap, setCap] = useState<string | null>(null);
  const [isGiven, setIsGiven] = useState(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (pack === undefined) return null;
  const { currency } = pack;
  const minor = format.minorUnits(currency);
  const known = agreed?.monthly_cap.currency === currency ? agreed.monthly_cap.amount_minor : null;
  const shownCap = cap ?? String((known ?? pack.amountMinor * DEFAULT_PACKS) / minor);
  const capMinor = Math.round(Number(shownCap) * minor);
  const reaches = Number.isSafeInteger(capMinor) && capMinor >= pack.amountMinor;
  const isSound = reaches && Number(threshold) > 0;

  const act = async (change: () => Promise<unknown>, closes: boolean): Promise<void> => {
    setPending(true);
    setError(null);
    try {
      await change();
      onDone();
      if (closes) onClose();
    } catch (caught) {
      setError(caught);
    }
    setPending(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const body = {
      threshold,
      pack: pack.pack.id,
      monthly_cap: { amount_minor: capMinor, currency },
      consent: { off_session: true as const },
    };
    void act(() => client.putAutoTopUp(account, body), true);
  };
  return (
    <form className="dd-form dd-top-up" onSubmit={submit}>
      <div className="dd-top-up__field">
        <label htmlFor={`${id}-threshold`}>{t('top_up.threshold')}</label>
        <input
          id={`${id}-threshold`}
          className="dd-input"
          type="number"
          inputMode="decimal"
          min={1}
          step="any"
          required
          value={threshold}
          onChange={(event) => setThreshold(event.target.value)}
        />
      </div>
      <div className="dd-top-up__field">
        <label htmlFor={`${id}-pack`}>{t('top_up.pack')}</label>
        <select
          id={`${id}-pack`}
          className="dd-input"
          value={pack.pack.id}
          onChange={(event) => {
            setPackId(event.target.value);
            setCap(null);
          }}
        >
          {packs.map((offer) => (
            <option key={offer.pack.id} value={offer.pack.id}>
              {`${names.named('pack', offer.pack.id)} · ${format.money(offer.amountMinor, offer.currency)}`}
            </option>
          ))}
        </select>
      </div>
      <div className="dd-top-up__field">
        <label htmlFor={`${id}-cap`}>{t('top_up.cap', { currency })}</label>
        <input
          id={`${id}-cap`}
          className="dd-input"
          type="number"
          inputMode="decimal"
          min={pack.amountMinor / minor}
          step={1 / minor}
          required
          value={shownCap}
          onChange={(event) => setCap(event.target.value)}
          aria-invalid={!reaches}
        />
      </div>
      <label className="dd-check">
        <input
          type="checkbox"
          required
          checked={isGiven}
          onChange={(event) => setIsGiven(event.target.checked)}
        />
        <span>
          {t('top_up.consent', {
            card: card.label,
            cap: format.money(reaches ? capMinor : pack.amountMinor, currency),
          })}
        </span>
      </label>
      {error === null ? null : <Failure error={error} />}
      <div className="dd-give-back__actions">
        <button
          type="submit"
          className="dd-button"
          data-kind="primary"
          aria-busy={pending}
          disabled={pending || !isGiven || !isSound}
        >
          {t(agreed === null || agreed.state === 'stopped' ? 'top_up.switch_on' : 'top_up.save')}
        </button>
        {agreed === null ? null : (
          <button
            type="button"
            className="dd-button"
            disabled={pending}
            onClick={() => void act(() => client.deleteAutoTopUp(account), true)}
          >
            {t('top_up.switch_off')}
          </button>
        )}
        <button
          type="button"
          className="dd-button"
          disabled={pending}
          onClick={() => void act(() => client.deletePaymentMethod(account), false)}
        >
          {t('top_up.forget', { card: card.label })}
        </button>
      </div>
    </form>
  );
}

const DEFAULT_THRESHOLD = 50;
/** How many of the pack may be bought in a month, where nothing else is wanted. */
const DEFAULT_PACKS = 3;

/** Each charge, with what became of it. */
function Charges({ one }: { one: AutoTopUp | NoAutoTopUp }): ReactNode {
  const { t, format } = useDrawdown();
  if (one.history.length === 0) return null;
  return (
    <section className="dd-top-up__history">
      <h3 className="dd-option__title">{t('top_up.history')}</h3>
      <ol className="dd-options">
        {one.history.map((charge) => (
          <li key={charge.purchase} className="dd-payment">
            <time dateTime={charge.created_at} title={format.utc(charge.created_at)}>
              {format.dateTime(charge.created_at)}
            </time>
            <span>{t(`top_up_state.${charge.state}`)}</span>
            <span className="dd-payment__sum">
              {format.money(charge.price.amount_minor, charge.price.currency)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
