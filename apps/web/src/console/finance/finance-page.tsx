import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../console-context.ts';
import { Head } from '../parts/head.tsx';
import { Views } from '../parts/views.tsx';
import { BreakageReport } from './breakage-report.tsx';
import { OutstandingReport } from './outstanding-report.tsx';
import { PayablesReport } from './payables-report.tsx';
import { RollForwardReport } from './roll-forward-report.tsx';

const route = getRouteApi('/finance');

const REPORTS = ['roll_forward', 'outstanding', 'breakage', 'payables'] as const;

/** Money truth: everything here is added up from the ledgers, and reads the same whenever it is asked for again. */
export function FinancePage(): ReactNode {
  const { t } = useConsole();
  const { report } = route.useSearch();
  const shown = REPORTS.find((one) => one === report) ?? 'roll_forward';
  return (
    <>
      <Head name={t('section.finance')} lead={t('finance.lead')} />
      <Views current={shown}>
        {REPORTS.map((one) => (
          <Link
            key={one}
            to="/finance"
            search={(before) => ({ ...before, report: one === 'roll_forward' ? undefined : one })}
            activeOptions={{ explicitUndefined: true }}
            className="views__link"
          >
            {t(`report.${one}`)}
          </Link>
        ))}
      </Views>
      {shown === 'roll_forward' ? <RollForwardReport /> : null}
      {shown === 'outstanding' ? <OutstandingReport /> : null}
      {shown === 'breakage' ? <BreakageReport /> : null}
      {shown === 'payables' ? <PayablesReport /> : null}
    </>
  );
}
