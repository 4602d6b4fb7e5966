import type { AutoTopUp, Cost, NoAutoTopUp, TopUp } from '@drawdown/client';
import { Failure, useDrawdown, useReading } from '@drawdown/client/react';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/list.tsx';
import { At, State, type Tone } from '../parts/small.tsx';
import type { OnAct } from './account-page.tsx';

const TONES: Readonly<Record<AutoTopUp['state'], Tone>> = { on: 'good', capped: 'warning', stopped: 'bad' };

/** What the account agreed to be charged for while nobody is there, how it stands, and the charge that nobody answers about. */
export function AutomaticTopUp({ onAct }: { onAct: OnAct }): ReactNode {
  const { t } = useConsole();
  const { data, error, reload } = useReading<AutoTopUp | NoAutoTopUp>('auto_top_up', ({ client, account }) =>
    client.getAutoTopUp(account),
  );
  if (data === undefined) {
    return error === undefined ? <Loading lines={2} /> : <Failure error={error} onRetry={reload} />;
  }
  const unanswered = data.history.find(({ state }) => state === 'sent');
  return (
    <>
      {unanswered === undefined ? null : <Unanswered charge={unanswered} onAct={onAct} />}
      {data.state === 'off' ? <p className="dd-empty">{t('top_up.none')}</p> : <Agreed to={data} />}
    </>
  );
}

function Agreed({ to }: { to: AutoTopUp }): ReactNode {
  const { t, format, names } = useConsole();
  const { t: components } = useDrawdown();
  const money = ({ amount_minor: minor, currency }: Cost): string => format.money(minor, currency);
  return (
    <div className="details details--plain">
      <Facts
        items={[
          [
            t('lots.state'),
            <State key="state" tone={TONES[to.state]}>
              {components(`top_up_standing.${to.state}`)}
            </State>,
          ],
          [t('top_up.why'), to.reason === null ? null : components(`top_up_reason.${to.reason}`)],
          [t('top_up.resumes'), to.resumes_at === null ? null : <At key="resumes" at={to.resumes_at} />],
          [t('top_up.below'), t('credits', { count: to.threshold })],
          [t('top_up.buys'), names.named('pack', to.pack)],
          [
            t('top_up.this_month'),
            t('top_up.spent_of', { spent: money(to.spent_this_month), cap: money(to.monthly_cap) }),
          ],
          [t('top_up.method'), to.payment_method?.label ?? t('top_up.no_method')],
          [t('top_up.agreed'), <At key="agreed" at={to.consent.at} />],
        ]}
      />
    </div>
  );
}

/** The charge that was sent while nobody was there, as long as its provider has not answered. */
function Unanswered({ charge, onAct }: { charge: TopUp; onAct: OnAct }): ReactNode {
  const { t, format } = useConsole();
  const { price, created_at: at } = charge;
  return (
    <div className="payments__unanswered">
      <p>
        {t('payments.unanswered', {
          price: format.money(price.amount_minor, price.currency),
          date: format.dateTime(at),
        })}
      </p>
      {onAct === null ? null : (
        <button type="button" className="dd-button" onClick={() => onAct({ act: 'end_top_up', charge })}>
          {t('act.end_top_up')}
        </button>
      )}
    </div>
  );
}
