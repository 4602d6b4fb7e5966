import { type ReactNode, useState } from 'react';
import type { CatalogBilling, Subscription } from '../wire.ts';
import { Choice } from './choice.tsx';
import { ConsentBox, useConsent } from './consent.tsx';
import { Failure } from './failure.tsx';
import { whenOpened } from './lazily.tsx';
import { usePlanCheckout } from './plan-checkout.ts';
import { CurrentPlan, type PlanVerb } from './plan-current.tsx';
import { PlanOffer } from './plan-offer.tsx';
import type { PlanStep } from './plan-preview.tsx';
import { useCatalog, useDrawdown, useReading } from './provider.tsx';
import { Section } from './section.tsx';
import { useForecast, useSubscriptions } from './use-account.ts';

/** What a person decided. */
export type PlanChoice =
  | { action: 'subscribe'; plan: string; interval: CatalogBilling['interval']; seats?: number }
  | {
      action: 'change';
      subscription: string;
      plan: string;
      interval: CatalogBilling['interval'];
      seats?: number;
    }
  | { action: 'cancel' | 'pause' | 'resume'; subscription: string }
  | { action: 'reactivate'; subscription: string };

export interface PlanPickerProps {
  /**
   * Has the product's server do what was decided, once what it would do to each lot was looked at. Absent: plans are
   * bought at a checkout, and the person comes back to this page. Null: plans are shown and nothing can be chosen.
   */
  onChoose?: ((choice: PlanChoice) => Promise<void>) | null;
  /** ISO 4217; absent: each plan's first. */
  currency?: string;
}

const PlanPreview = whenOpened(async () => (await import('./plan-preview.tsx')).PlanPreview);

/** The plans that fit the account, what a credit costs in each, and what a change would do to every lot before it is made. */
export function PlanPicker({ onChoose, currency }: PlanPickerProps): ReactNode {
  const { t, surface } = useDrawdown();
  const plans = useCatalog().data?.plans;
  const kind = useReading('account', ({ client, account }) => client.getAccount(account), { once: true }).data
    ?.kind;
  const subscriptions = useSubscriptions();
  const forecast = useForecast();
  const current = subscriptions.data?.find(({ status }) => status !== 'cancelled') ?? null;
  const fitting = plans?.filter((plan) => (plan.kind === 'team') === (kind === 'team')) ?? [];
  const intervals = [...new Set(fitting.flatMap(({ billing }) => billing.map(({ interval }) => interval)))];
  const [interval, setInterval] = useState<CatalogBilling['interval']>('month');
  const [step, setStep] = useState<PlanStep | null>(null);
  const [error, setError] = useState<unknown>(null);
  const consent = useConsent();
  const byThemselves = usePlanCheckout(consent, currency);
  if (surface === 'ios' || surface === 'android' || fitting.length === 0) return null;

  const choose = async (choice: PlanChoice): Promise<void> => {
    setError(null);
    // Its provider changes and ends a plan for whoever pays it; of all else the product's server has to hear.
    const isTheirs = ['change', 'cancel', 'reactivate'].includes(choice.action);
    const act = isTheirs && isBilled(current) ? byThemselves : (onChoose ?? byThemselves);
    try {
      await act(choice);
      // An end that lies ahead is no entry of the ledger, so that nothing says by itself that it was agreed.
      subscriptions.reload();
      forecast.reload();
    } catch (caught) {
      if (!consent.isWanted(caught)) setError(caught);
    }
    setStep(null);
  };
  const act = (verb: PlanVerb): Promise<void> | void => {
    if (current === null) return;
    if (verb === 'reactivate') return choose({ action: verb, subscription: current.id });
    if (verb === 'stay') {
      const { id: subscription, plan, interval, seats } = current;
      return choose({ action: 'change', subscription, plan, interval, ...(seats === null ? {} : { seats }) });
    }
    setStep({ action: verb, subscription: current.id });
  };
  return (
    <Section
      title={t('plans.title')}
      anchor="dd-plans"
      tools={
        intervals.length > 1 ? (
          <Choice
            label={t('plans.interval')}
            options={intervals}
            value={interval}
            nameOf={(one) => t(`plans.by_${one}`)}
            onChange={setInterval}
          />
        ) : null
      }
    >
      {current === null ? null : (
        <CurrentPlan subscription={current} verbs={verbsFor(current, onChoose)} onAct={act} />
      )}
      <ul className="dd-options">
        {fitting.map((plan) => (
          <li key={plan.id}>
            <PlanOffer
              plan={plan}
              interval={interval}
              currency={currency}
              current={current}
              {...(mayChoose(current, onChoose)
                ? {
                    onChoose: (chosen) =>
                      current === null
                        ? choose({ action: 'subscribe', ...chosen })
                        : setStep({ action: 'change', subscription: current.id, ...chosen }),
                  }
                : {})}
            />
          </li>
        ))}
      </ul>
      <ConsentBox consent={consent} />
      {error === null ? null : <Failure error={error} />}
      <PlanPreview open={step !== null} step={step} onClose={() => setStep(null)} onConfirm={choose} />
    </Section>
  );
}

function isBilled(subscription: Subscription | null): boolean {
  return subscription !== null && subscription.provider !== null;
}

/** A plan that a provider charges for is changed there; one of the product's own, by the product. One that ends is kept first. */
function mayChoose(current: Subscription | null, onChoose: PlanPickerProps['onChoose']): boolean {
  if (onChoose === null || (current !== null && current.cancel_at !== null)) return false;
  return current === null || isBilled(current) || onChoose !== undefined;
}

function verbsFor(current: Subscription, onChoose: PlanPickerProps['onChoose']): readonly PlanVerb[] {
  if (onChoose === null) return [];
  if (isBilled(current)) return ['stay', 'cancel', 'reactivate'];
  return onChoose === undefined ? [] : ['stay', 'cancel', 'reactivate', 'pause', 'resume'];
}
