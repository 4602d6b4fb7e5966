import { type ReactNode, useState } from 'react';
import type { CatalogBilling, CatalogPlan, Subscription } from '../wire.ts';
import { Failure } from './failure.tsx';
import { PlanPreview, type PlanStep } from './plan-preview.tsx';
import { useCatalog, useDrawdown, useNames, useReading } from './provider.tsx';
import { useSubscriptions } from './use-account.ts';

/** What a person decided; the product's server does it, since money is its business. */
export type PlanChoice =
  | { action: 'subscribe'; plan: string; interval: CatalogBilling['interval']; seats?: number }
  | {
      action: 'change';
      subscription: string;
      plan: string;
      interval: CatalogBilling['interval'];
      seats?: number;
    }
  | { action: 'cancel'; subscription: string }
  | { action: 'reactivate'; subscription: string };

export interface PlanPickerProps {
  /** Carries out what was decided, after a preview of each change; absent: plans are shown and nothing can be chosen. */
  onChoose?(choice: PlanChoice): Promise<void>;
  /** ISO 4217; absent: each plan's first. */
  currency?: string;
}

/** The plans that fit the account, what a credit costs in each, and what a change would do to every lot before it is made. */
export function PlanPicker({ onChoose, currency }: PlanPickerProps): ReactNode {
  const { t, surface } = useDrawdown();
  const plans = useCatalog().data?.plans;
  const kind = useReading('account', ({ client, account }) => client.getAccount(account), { once: true }).data
    ?.kind;
  const subscription = useSubscriptions().data?.find(({ status }) => status !== 'cancelled') ?? null;
  const fitting = plans?.filter((plan) => (plan.kind === 'team') === (kind === 'team')) ?? [];
  const intervals = [...new Set(fitting.flatMap(({ billing }) => billing.map(({ interval }) => interval)))];
  const [interval, setInterval] = useState<CatalogBilling['interval']>('month');
  const [step, setStep] = useState<PlanStep | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (surface === 'ios' || surface === 'android' || fitting.length === 0) return null;

  const choose = async (choice: PlanChoice): Promise<void> => {
    setError(null);
    try {
      await onChoose?.(choice);
      setStep(null);
    } catch (caught) {
      setStep(null);
      setError(caught);
    }
  };
  return (
    <section className="dd-section" aria-labelledby="dd-plans-title" id="dd-plans">
      <div className="dd-section__head">
        <h2 className="dd-section__title" id="dd-plans-title">
          {t('plans.title')}
        </h2>
        {intervals.length > 1 ? (
          <fieldset className="dd-toggle">
            <legend className="dd-visually-hidden">{t('plans.interval')}</legend>
            {intervals.map((one) => (
              <label key={one} className="dd-toggle__item">
                <input
                  type="radio"
                  name="dd-plan-interval"
                  checked={one === interval}
                  onChange={() => setInterval(one)}
                />
                <span>{t(`plans.by_${one}`)}</span>
              </label>
            ))}
          </fieldset>
        ) : null}
      </div>
      {subscription === null ? null : (
        <CurrentPlan
          subscription={subscription}
          {...(onChoose === undefined
            ? {}
            : { onCancel: () => setStep({ action: 'cancel', subscription: subscription.id }) })}
          onReactivate={() => void choose({ action: 'reactivate', subscription: subscription.id })}
        />
      )}
      <ul className="dd-options">
        {fitting.map((plan) => (
          <li key={plan.id}>
            <Plan
              plan={plan}
              interval={interval}
              currency={currency}
              current={subscription}
              {...(onChoose === undefined
                ? {}
                : {
                    onChoose: (chosen) =>
                      subscription === null
                        ? void choose({ action: 'subscribe', ...chosen })
                        : setStep({ action: 'change', subscription: subscription.id, ...chosen }),
                  })}
            />
          </li>
        ))}
      </ul>
      {error === null ? null : <Failure error={error} />}
      <PlanPreview step={step} onClose={() => setStep(null)} onConfirm={choose} />
    </section>
  );
}

function CurrentPlan({
  subscription,
  onCancel,
  onReactivate,
}: {
  subscription: Subscription;
  onCancel?(): void;
  onReactivate(): void;
}): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { cancel_at: ends, current_period: period, pending } = subscription;
  return (
    <div className="dd-current-plan">
      <div>
        <p className="dd-current-plan__name">
          {names.named('plan', subscription.plan)}
          <span className="dd-chip">{t(`plan_status.${subscription.status}`)}</span>
        </p>
        <p className="dd-muted">
          {ends !== null
            ? t('plans.ends', { date: format.dateTime(ends) })
            : period === null
              ? null
              : t('plans.renews', { date: format.dateTime(period.end) })}
          {pending === null
            ? null
            : ` ${t('plans.then', { name: names.named('plan', pending.plan), date: format.date(pending.at) })}`}
        </p>
      </div>
      {onCancel === undefined ? null : ends === null ? (
        <button type="button" className="dd-button" data-size="small" onClick={onCancel}>
          {t('plans.cancel')}
        </button>
      ) : (
        <button type="button" className="dd-button" data-size="small" onClick={onReactivate}>
          {t('plans.reactivate')}
        </button>
      )}
    </div>
  );
}

interface PlanProps {
  plan: CatalogPlan;
  interval: CatalogBilling['interval'];
  currency: string | undefined;
  current: Subscription | null;
  onChoose?(chosen: { plan: string; interval: CatalogBilling['interval']; seats?: number }): void;
}

function Plan({ plan, interval, currency, current, onChoose }: PlanProps): ReactNode {
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
      <div className="dd-option__buy">
        {price === undefined || chosen === undefined ? null : (
          <span className="dd-option__price">
            {t(billing.interval === 'year' ? 'plans.price_year' : 'plans.price_month', {
              price: format.money(price * count, chosen),
            })}
          </span>
        )}
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
    </div>
  );
}
