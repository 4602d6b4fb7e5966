import type { Campaign } from '@drawdown/client';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';

/** How much of the budget is awarded: a bar, and the same in words. */
export function Budget({ campaign }: { campaign: Campaign }): ReactNode {
  const { t, format } = useConsole();
  const { budget, metrics } = campaign;
  if (budget === null) return <span className="dd-muted">{t('campaigns.no_budget')}</span>;
  const part = budget === 0 ? 1 : Math.min(1, metrics.awarded / budget);
  return (
    <span className="budget">
      <span className="budget__words">
        {t('campaigns.budget_of', {
          awarded: format.credits(metrics.awarded),
          budget: format.credits(budget),
        })}
      </span>
      <span className="budget__bar" aria-hidden="true">
        <span className="budget__fill" style={{ inlineSize: `${part * 100}%` }} data-full={part >= 1} />
      </span>
    </span>
  );
}
