/** One account, live: what it has, how it came to that, and what staff may do about it. */
import { type Account, DrawdownApiError } from '@drawdown/client';
import { DrawdownProvider, Failure, useDrawdown } from '@drawdown/client/react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Subject } from '../acts/act.ts';
import { ActDialog } from '../acts/act-dialog.tsx';
import { AuditList } from '../audit/audit-list.tsx';
import { useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';
import { Head } from '../parts/head.tsx';
import { Loading } from '../parts/list.tsx';
import { State } from '../parts/small.tsx';
import { Views } from '../parts/views.tsx';
import { useSpeech } from '../speech.ts';
import { AboutView } from './about-view.tsx';
import { BalanceHeader } from './balance-header.tsx';
import { HoldsView } from './holds-view.tsx';
import { LedgerView } from './ledger-view.tsx';
import { LotsView } from './lots-view.tsx';
import { PaymentsView } from './payments-view.tsx';
import { TeamView } from './team-view.tsx';

const route = getRouteApi('/accounts/$account');

const VIEWS = ['lots', 'ledger', 'holds', 'payments', 'team', 'audit', 'about'] as const;

export function AccountPage(): ReactNode {
  const { account } = route.useParams();
  const speech = useSpeech();
  const { t } = useConsole();
  const query = useQuery({
    queryKey: ['account', account],
    queryFn: ({ signal }) => client.getAccount(account, { signal }),
  });
  const trail = <Link to="/accounts">{t('section.accounts')}</Link>;
  if (query.data === undefined || speech === null) {
    const isMissing = query.error instanceof DrawdownApiError && query.error.status === 404;
    return (
      <>
        <Head trail={trail} name={account} />
        {query.error === null ? (
          <Loading />
        ) : isMissing ? (
          <p className="dd-empty">{t('account.missing')}</p>
        ) : (
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        )}
      </>
    );
  }
  const { locale, messages, names } = speech;
  return (
    <DrawdownProvider client={client} account={account} {...{ locale, messages, names }}>
      <Shown key={account} account={query.data} trail={trail} />
    </DrawdownProvider>
  );
}

function Shown({ account, trail }: { account: Account; trail: ReactNode }): ReactNode {
  const { t, may } = useConsole();
  const [subject, setSubject] = useState<Subject | null>(null);
  const isOpen = account.state === 'active';
  const onAct = may('act') && isOpen ? setSubject : null;
  const { account: id } = account;
  return (
    <>
      <Head
        trail={trail}
        name={id}
        title={
          <>
            {id}
            <span className="head__kind">{t(`kind.${account.kind}`)}</span>
            {isOpen ? null : <State tone="plain">{t('accounts.closed')}</State>}
          </>
        }
      >
        {onAct === null ? null : (
          <>
            <button type="button" className="dd-button" onClick={() => onAct({ act: 'adjust', account: id })}>
              {t('act.adjust')}
            </button>
            <button
              type="button"
              className="dd-button"
              data-kind="primary"
              onClick={() => onAct({ act: 'grant', account: id })}
            >
              {t('act.grant')}
            </button>
          </>
        )}
      </Head>
      <BalanceHeader />
      <Parts kind={account.kind} />
      <Viewed account={account} onAct={onAct} />
      <ActDialog subject={subject} onClose={() => setSubject(null)} />
    </>
  );
}

function Parts({ kind }: { kind: Account['kind'] }): ReactNode {
  const { t } = useConsole();
  const { account } = useDrawdown();
  return (
    <Views current={useView()}>
      {VIEWS.map((one) => (
        <Link
          key={one}
          to="/accounts/$account"
          params={{ account }}
          search={{ view: one === 'lots' ? undefined : one }}
          activeOptions={{ explicitUndefined: true }}
          className="views__link"
          resetScroll={false}
        >
          {t(one === 'team' ? `view.team.${kind}` : `view.${one}`)}
        </Link>
      ))}
    </Views>
  );
}

/** The part of the page that the address names. */
function useView(): (typeof VIEWS)[number] {
  const { view } = route.useSearch();
  return VIEWS.find((one) => one === view) ?? 'lots';
}

/** What a view may ask for; null: who looks may not act, or nothing can be done any more. */
export type OnAct = ((subject: Subject) => void) | null;

function Viewed({ account, onAct }: { account: Account; onAct: OnAct }): ReactNode {
  const view = useView();
  switch (view) {
    case 'ledger':
      return <LedgerView onAct={onAct} />;
    case 'holds':
      return <HoldsView />;
    case 'payments':
      return <PaymentsView onAct={onAct} />;
    case 'team':
      return <TeamView account={account} />;
    case 'audit':
      return <AuditList filter={{ account: account.account }} isOfAccount />;
    case 'about':
      return <AboutView account={account} />;
    default:
      return <LotsView onAct={onAct} />;
  }
}
