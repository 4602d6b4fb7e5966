import { type ReactNode, useMemo, useState } from 'react';
import type { Purchase } from '../wire.ts';
import type { CatalogNames } from './catalog-names.ts';
import { Dialog } from './dialog.tsx';
import { Fact } from './fact.tsx';
import { Failure } from './failure.tsx';
import { Intent } from './intent.ts';
import type { Translate } from './messages/translate.ts';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { useAllLots } from './use-account.ts';

interface ReceiptDialogProps {
  open: boolean;
  onClose(): void;
  /** Null: closed. */
  purchase: string | null;
}

/** What was bought and paid; within its window an unspent purchase is given back here. */
export function ReceiptDialog({ open, onClose, purchase }: ReceiptDialogProps): ReactNode {
  const { t } = useDrawdown();
  return (
    <Dialog open={open} onClose={onClose} title={t('receipt.title')}>
      {purchase === null ? null : <Receipt id={purchase} />}
    </Dialog>
  );
}

export function Receipt({ id }: { id: string }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useReading(`purchase:${id}`, ({ client }) => client.getPurchase(id));
  if (data === undefined) {
    return error === undefined ? (
      <p className="dd-muted">{t('loading')}</p>
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  return (
    <>
      <Facts purchase={data} />
      <GiveBack purchase={data} onDone={reload} />
    </>
  );
}

/** What was bought, as the catalog calls it. */
export function boughtName(
  { pack, plan, credits }: Purchase,
  { names, t }: { names: CatalogNames; t: Translate },
): string {
  if (plan !== null) return names.named('plan', plan);
  return pack === null ? t('credits', { count: credits }) : names.named('pack', pack);
}

function Facts({ purchase }: { purchase: Purchase }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { paid, price, paid_at: paidAt } = purchase;
  return (
    <dl className="dd-facts dd-receipt">
      <Fact name={t('receipt.what')}>
        {boughtName(purchase, { names, t })}{' '}
        <span className="dd-chip">{t(`purchase_state.${purchase.state}`)}</span>
      </Fact>
      {isSaid(boughtName(purchase, { names, t }), purchase, { t }) ? null : (
        <Fact name={t('receipt.credits')}>
          {purchase.bonus > 0
            ? t('receipt.with_bonus', { count: purchase.credits, bonus: purchase.bonus })
            : format.credits(purchase.credits)}
        </Fact>
      )}
      <Fact name={t('receipt.price')}>
        {format.money(paid?.amount_minor ?? price.amount_minor, paid?.currency ?? price.currency)}
      </Fact>
      {paid === null || paid.net_minor === paid.amount_minor ? null : (
        <Fact name={t('receipt.net')}>{format.money(paid.net_minor, paid.currency)}</Fact>
      )}
      {paidAt === null ? null : (
        <Fact name={t('receipt.paid_on')}>
          <time dateTime={paidAt} title={format.utc(paidAt)}>
            {format.dateTime(paidAt)}
          </time>
        </Fact>
      )}
      <Fact name={t('receipt.way')}>{t(`provider.${purchase.provider}`)}</Fact>
      {purchase.reversed > 0 ? (
        <Fact name={t('receipt.reversed')}>{t('credits', { count: purchase.reversed })}</Fact>
      ) : null}
      <Fact name={t('details.reference')}>
        <code>{purchase.id}</code>
      </Fact>
    </dl>
  );
}

/** Many packs are called by what is in them, which is not said twice. */
function isSaid(name: string, { credits, bonus }: Purchase, { t }: { t: Translate }): boolean {
  return bonus === 0 && name === t('credits', { count: credits });
}

/** The way back: what happens to the credits and to the money is said before it does. */
function GiveBack({ purchase, onDone }: { purchase: Purchase; onDone(): void }): ReactNode {
  const { client, t, format, live } = useDrawdown();
  const lots = useAllLots().data;
  const [isAsked, setIsAsked] = useState(false);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const intent = useMemo(
    () =>
      new Intent((id: string, idempotencyKey: string) => client.refundPurchase(id, {}, { idempotencyKey })),
    [client],
  );
  const { refundable_until: until, state } = purchase;
  if (state === 'refunding') return <p className="dd-muted">{t('receipt.refunding')}</p>;
  if (state !== 'completed' || until === null || Date.parse(until) <= live.now()) return null;
  const own = lots?.filter(({ id }) => purchase.grants.includes(id));
  if (own?.some(({ amount, remaining, held }) => remaining < amount || held > 0) === true) {
    return <p className="dd-muted">{t('receipt.used')}</p>;
  }
  const giveBack = async (): Promise<void> => {
    setPending(true);
    setError(null);
    try {
      await intent.run(purchase.id);
      setIsAsked(false);
      onDone();
    } catch (caught) {
      setError(caught);
    }
    setPending(false);
  };
  const money = format.money(
    purchase.paid?.amount_minor ?? purchase.price.amount_minor,
    purchase.price.currency,
  );
  return (
    <section className="dd-give-back">
      <p>
        {t(isAsked ? 'receipt.consent' : 'receipt.refundable', {
          count: purchase.credits + purchase.bonus,
          money,
          date: format.dateTime(until),
        })}
        {isAsked && purchase.plan !== null ? ` ${t('receipt.ends_plan')}` : null}
      </p>
      <div className="dd-give-back__actions">
        {isAsked ? (
          <>
            <button type="button" className="dd-button" onClick={() => setIsAsked(false)}>
              {t('receipt.keep')}
            </button>
            <button
              type="button"
              className="dd-button"
              aria-busy={pending}
              disabled={pending}
              onClick={() => void giveBack()}
            >
              {t('receipt.confirm', { money })}
            </button>
          </>
        ) : (
          <button type="button" className="dd-button" onClick={() => setIsAsked(true)}>
            {t('receipt.give_back')}
          </button>
        )}
      </div>
      {error === null ? null : <Failure error={error} />}
    </section>
  );
}
