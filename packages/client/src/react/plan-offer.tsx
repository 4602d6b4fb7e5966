import { type ReactNode, useState } from 'react';
import type { CatalogBilling, CatalogPlan, Subscription } from '../wire.ts';
import { useDrawdown, useNames } from './provider.tsx';

interface PlanOfferProps {
  plan: CatalogPlan;
  interval: CatalogBilling['interval'];
  currency: string | undefined;
  current: Subscription | null;
  /** Absent: it is shown only. */
  onChoose?(chosen: { plan: string; interval: CatalogBilling['interval']; seats?: number }): void;
}

/** A plan with what comes of it, what it costs in all and by the credit. */
export function PlanOffer({ plan, interval, currency, current, onChoose }: PlanOfferProps): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const [seats, setSeats] = useState(current?.seats ?? plan.seats?.[0]);
  const billing = plan.billing.find((one) => one.interval === interval) ?? plan.billing[0];
  if (billing === undefined) return null;
  const chosen = currency ?? Object.keys(billing.prices)[0];
  const price = chosen === undefined ? undefined : billing.prices[chosen];
  const count = seats ?? 1;
  const isCurrent =
    current !== null &&
    current.plan === plan.id &&
    current.interval === billing.interval &&
    (current.seats ?? undefined) === seats;
  const refills = billing.interval === 'year' && billing.refill === 'monthly' ? 12 : 1;
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">{names.named('plan', plan.id)}</h3>
        {price === undefined || chosen === undefined ? null : (
          <p className="dd-option__price">
            {t(billing.interval === 'year' ? 'plans.price_year' : 'plans.price_month', {
              price: format.money(price * count, chosen),
            })}
          </p>
        )}
        <p className="dd-option__detail">
          {t(billing.refill === 'monthly' ? 'plans.monthly' : 'plans.upfront', {
            count: billing.credits * count,
          })}
          {price === undefined || chosen === undefined ? null : (
            <>
              {' · '}
              {t('pack.unit_price', { price: format.unitPrice(price, billing.credits * refills, chosen) })}
            </>
          )}
        </p>
        {plan.seats === undefined ? null : (
          <label className="dd-option__seats">
            {t('plans.seats')}
            <select
              className="dd-input"
              value={seats}
              onChange={(event) => setSeats(Number(event.target.value))}
            >
              {plan.seats.map((one) => (
                <option key={one} value={one}>
                  {format.credits(one)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {isCurrent ? (
        <span className="dd-chip">{t('plans.current')}</span>
      ) : onChoose === undefined ? null : (
        <button
          type="button"
          className="dd-button"
          onClick={() =>
            onChoose({
              plan: plan.id,
              interval: billing.interval,
              ...(seats === undefined ? {} : { seats }),
            })
          }
        >
          {t(current === null ? 'plans.choose' : 'plans.change')}
          <span className="dd-visually-hidden"> {names.named('plan', plan.id)}</span>
        </button>
      )}
    </div>
  );
}
