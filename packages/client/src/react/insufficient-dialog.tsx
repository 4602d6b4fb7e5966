import { type ReactNode, useState } from 'react';
import type { Quote, Units } from '../wire.ts';
import { type Cheaper, cheaperSettings } from './cheaper.ts';
import { Dialog } from './dialog.tsx';
import { DrawBar } from './draw-bar.tsx';
import { Failure } from './failure.tsx';
import { nextRefill } from './lots.ts';
import { PackOffer, smallestCovering, usePackOffers } from './packs.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { useSubscriptions } from './use-account.ts';

export interface InsufficientCreditsDialogProps {
  open: boolean;
  onClose(): void;
  /** What was wanted, and how much is missing. */
  quote: Quote;
  /** Takes settings that cost less; absent: none are offered. */
  onUnits?(units: Units): void;
  /** Where a plan is chosen; absent: none is offered. */
  plansHref?: string;
  /** Team accounts: asks whoever decides; absent: not offered. */
  onAskAdmin?(): void;
}

/**
 * "You need 25 and have 18: 7 short", and what can be done about it: cheaper settings, waiting, the smallest pack that
 * covers it, a plan, asking. To leave it is as easy as to pay. Nothing runs by itself afterwards.
 */
export function InsufficientCreditsDialog(props: InsufficientCreditsDialogProps): ReactNode {
  const { open, onClose, quote } = props;
  const { t } = useDrawdown();
  const available = quote.amount - quote.shortfall;
  const held = quote.after.held;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('short.title')}
      actions={
        <button type="button" className="dd-button" onClick={onClose}>
          {t('short.not_now')}
        </button>
      }
    >
      <p className="dd-lead">
        {t('short.sentence', { required: quote.amount, available, shortfall: quote.shortfall })}
      </p>
      <DrawBar parts={quote.after.classes.map((one) => ({ class: one.class, keep: one.available }))} />
      {held > 0 ? (
        <p className="dd-muted">
          {t(held >= quote.shortfall ? 'short.held_covers' : 'short.held', { count: held })}
        </p>
      ) : null}
      <Options {...props} available={available} />
    </Dialog>
  );
}

function Options(props: InsufficientCreditsDialogProps & { available: number }): ReactNode {
  const { quote, onClose, onUnits, plansHref, onAskAdmin, available } = props;
  const { t, format } = useDrawdown();
  const catalog = useCatalog().data;
  const subscriptions = useSubscriptions().data;
  const packs = usePackOffers();
  const [error, setError] = useState<unknown>(null);
  const price = catalog?.features.find(({ id }) => id === quote.feature)?.price;
  const cheaper =
    price === undefined || onUnits === undefined ? [] : cheaperSettings(price, quote.units, available);
  const refills = (catalog?.classes ?? []).flatMap(({ id }) => nextRefill(subscriptions, id) ?? []);
  const refill = refills.sort((a, b) => a.at.localeCompare(b.at))[0];
  const pack = smallestCovering(packs, quote.shortfall);
  return (
    <ol className="dd-options">
      {cheaper.map((one) => (
        <li key={JSON.stringify(one.units)}>
          <Option title={t('short.cheaper')} detail={<Settings of={one} />}>
            <button
              type="button"
              className="dd-button"
              onClick={() => {
                onUnits?.(one.units);
                onClose();
              }}
            >
              {t('short.use', { count: one.amount })}
            </button>
          </Option>
        </li>
      ))}
      {refill === undefined ? null : (
        <li>
          <Option
            title={t('short.wait')}
            detail={t('short.arrives', { count: refill.amount, date: format.dateTime(refill.at) })}
          />
        </li>
      )}
      {pack === undefined ? null : (
        <li>
          <PackOffer pack={pack} onError={setError} />
        </li>
      )}
      {plansHref === undefined ? null : (
        <li>
          <Option title={t('short.plan')} detail={t('short.plan_detail')}>
            <a className="dd-button" href={plansHref}>
              {t('short.see_plans')}
            </a>
          </Option>
        </li>
      )}
      {onAskAdmin === undefined ? null : (
        <li>
          <Option title={t('short.ask')} detail={t('short.ask_detail')}>
            <button type="button" className="dd-button" onClick={onAskAdmin}>
              {t('short.ask_send')}
            </button>
          </Option>
        </li>
      )}
      {error === null ? null : (
        <li>
          <Failure error={error} />
        </li>
      )}
    </ol>
  );
}

function Option({
  title,
  detail,
  children,
}: {
  title: string;
  detail: ReactNode;
  children?: ReactNode;
}): ReactNode {
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">{title}</h3>
        <p className="dd-option__detail">{detail}</p>
      </div>
      {children}
    </div>
  );
}

function Settings({ of }: { of: Cheaper }): ReactNode {
  const { format } = useDrawdown();
  const names = useNames();
  if (typeof of.units !== 'object') return format.credits(Number(of.units));
  return format.list(
    Object.entries(of.units).map(([axis, value]) => `${names.setting(axis)} ${names.setting(String(value))}`),
  );
}
