import { type ReactNode, useState } from 'react';
import type { Subscription } from '../wire.ts';
import { useDrawdown, useNames } from './provider.tsx';

/** What can be done with a plan that runs. */
export type PlanVerb = 'stay' | 'cancel' | 'reactivate' | 'pause' | 'resume';

interface CurrentPlanProps {
  subscription: Subscription;
  /** Of these, what makes sense now is offered. */
  verbs: readonly PlanVerb[];
  onAct(verb: PlanVerb): Promise<void> | void;
}

/** The plan that runs: how it stands, until when, and how to leave it. */
export function CurrentPlan({ subscription, verbs, onAct }: CurrentPlanProps): ReactNode {
  const { t } = useDrawdown();
  const names = useNames();
  const [pending, setPending] = useState(false);
  const act = async (verb: PlanVerb): Promise<void> => {
    setPending(true);
    try {
      await onAct(verb);
    } finally {
      setPending(false);
    }
  };
  return (
    <div className="dd-current-plan">
      <div>
        <p className="dd-current-plan__name">
          {t(`card_plan.${subscription.interval}`, { name: names.named('plan', subscription.plan) })}
          <span className="dd-chip" data-tone={subscription.status === 'past_due' ? 'warning' : 'plain'}>
            {t(`plan_status.${subscription.status}`)}
          </span>
        </p>
        <p className="dd-muted">
          <Course of={subscription} />
        </p>
      </div>
      <div className="dd-current-plan__actions">
        {sensible(subscription)
          .filter((verb) => verbs.includes(verb))
          .map((verb) => (
            <button
              key={verb}
              type="button"
              className="dd-button"
              data-size="small"
              aria-busy={pending}
              disabled={pending}
              onClick={() => void act(verb)}
            >
              {t(`plans.${verb}`, { name: names.named('plan', subscription.plan) })}
            </button>
          ))}
      </div>
    </div>
  );
}

function sensible({ cancel_at: ends, status, pending }: Subscription): readonly PlanVerb[] {
  if (ends !== null) return ['reactivate'];
  if (pending !== null) return ['stay', 'cancel'];
  return status === 'paused' ? ['resume', 'cancel'] : ['pause', 'cancel'];
}

/** What comes next of it, in a sentence or two. */
function Course({ of }: { of: Subscription }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { cancel_at: ends, current_period: period, grace_until: grace, pending, status } = of;
  const next =
    ends !== null
      ? t('plans.ends', { date: format.dateTime(ends) })
      : status === 'paused'
        ? t('plans.paused')
        : status === 'past_due' && grace !== null
          ? t('plans.past_due', { date: format.dateTime(grace) })
          : status === 'trialing' && of.trial_ends_at !== null
            ? t('plans.trial_until', { date: format.dateTime(of.trial_ends_at) })
            : period === null
              ? null
              : t('plans.renews', { date: format.dateTime(period.end) });
  return (
    <>
      {next}
      {pending === null
        ? null
        : ` ${t('plans.then', { name: names.named('plan', pending.plan), date: format.date(pending.at) })}`}
    </>
  );
}
