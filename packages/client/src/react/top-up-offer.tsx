import { type ReactNode, useState } from 'react';
import type { AutoTopUp } from '../wire.ts';
import { whenOpened } from './lazily.tsx';
import { useDrawdown, useNames } from './provider.tsx';
import { useTopUp } from './use-top-up.ts';

const TopUpDialog = whenOpened(async () => (await import('./top-up-dialog.tsx')).TopUpDialog);

/** Automatic top-ups as they stand, and the way to agree to them, change them and switch them off. */
export function TopUpOffer({ currency }: { currency?: string }): ReactNode {
  const { t } = useDrawdown();
  const { data } = useTopUp();
  const [open, setOpen] = useState(false);
  return (
    <div className="dd-option">
      <div>
        <h3 className="dd-option__title">
          {t('top_up.title')}{' '}
          {data === undefined || data.state === 'off' ? null : (
            <span className="dd-chip" data-tone={data.state === 'on' ? 'good' : 'warning'}>
              {t(`top_up_standing.${data.state}`)}
            </span>
          )}
        </h3>
        <p className="dd-option__detail">
          {data === undefined || data.state === 'off' ? t('top_up.off') : <Terms one={data} />}
        </p>
      </div>
      <button type="button" className="dd-button" onClick={() => setOpen(true)}>
        {t(data === undefined || data.state === 'off' ? 'top_up.set_up' : 'top_up.change')}
      </button>
      <TopUpDialog
        open={open}
        onClose={() => setOpen(false)}
        {...(currency === undefined ? {} : { currency })}
      />
    </div>
  );
}

function Terms({ one }: { one: AutoTopUp }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  const { amount_minor: cap, currency } = one.monthly_cap;
  const spent = {
    spent: format.money(one.spent_this_month.amount_minor, currency),
    cap: format.money(cap, currency),
  };
  if (one.state === 'stopped' && one.reason !== null) return t(`top_up_reason.${one.reason}`);
  if (one.resumes_at !== null) return t('top_up.capped', { ...spent, date: format.date(one.resumes_at) });
  return t('top_up.on', {
    ...spent,
    threshold: format.credits(one.threshold),
    pack: names.named('pack', one.pack),
  });
}
