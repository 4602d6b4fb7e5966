/** What is around every page of the console: the way in, the sections, and who is at work. */

import type { Scope, StaffSession } from '@drawdown/client';
import { catalogNames, DrawdownProvider, Failure, useDrawdown } from '@drawdown/client/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { OwnExpired } from './approvals/own-expired.tsx';
import { now } from './clock.ts';
import { ConsoleContext, useApproves, useConsole } from './console-context.ts';
import { client, ENTRANCE, useEntrance, visit } from './entrance.ts';
import { useStaffName } from './parts/actor.tsx';
import { SignIn } from './sign-in.tsx';
import { type Speech, useSpeech, useTranslate } from './speech.ts';

/** Components need an account to live in; outside of an account's own page nobody asks about this one. */
const NO_ACCOUNT = '-';

/** A catalog changes with a release of the product. */
const CATALOG_FRESH_MS = 300_000;

export function ConsoleFrame(): ReactNode {
  const speech = useSpeech();
  if (speech === null) return <main id="main" />;
  const { locale, messages, names } = speech;
  return (
    <DrawdownProvider client={client} account={NO_ACCOUNT} {...{ locale, messages, names }}>
      <Entrance speech={speech} />
    </DrawdownProvider>
  );
}

function Entrance({ speech }: { speech: Speech }): ReactNode {
  const { format } = useDrawdown();
  const t = useTranslate(speech.words, format);
  const { data, error, refetch } = useEntrance();
  if (data === undefined) {
    return (
      <main id="main" className="entrance">
        {error === null ? (
          <p className="dd-visually-hidden" role="status">
            {t('opening')}
          </p>
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </main>
    );
  }
  if (data.session === null) return <SignIn ways={data} t={t} />;
  return <Inside speech={speech} session={data.session} />;
}

function Inside({ speech, session }: { speech: Speech; session: StaffSession }): ReactNode {
  const { format } = useDrawdown();
  const t = useTranslate(speech.words, format);
  const catalog = useQuery({
    queryKey: ['catalog'],
    queryFn: ({ signal }) => client.catalog({ signal }),
    staleTime: CATALOG_FRESH_MS,
  }).data;
  const value = useMemo(
    () => ({
      staff: session,
      t,
      // What is still to come, or how long ago, is so by the server's clock.
      format: { ...format, relative: (at: Date | string, than = now()) => format.relative(at, than) },
      catalog: catalog ?? null,
      names: catalogNames(catalog, undefined, speech.names),
      may: (scope: Scope) => session.scopes.includes(scope) || session.scopes.includes('admin'),
    }),
    [session, t, format, catalog, speech.names],
  );
  const main = useArrival();
  useEffect(() => {
    visit.isOn = true;
  }, []);
  return (
    <ConsoleContext value={value}>
      <div className="console">
        <Side />
        <main ref={main} tabIndex={-1} className="console__main" id="main">
          <OwnExpired />
          <Outlet />
        </main>
      </div>
    </ConsoleContext>
  );
}

/** Where a link leads, the focus goes too, as it would with a page that is loaded; the first page keeps what it has. */
function useArrival(): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [first] = useState(path);
  const left = useRef(false);
  useEffect(() => {
    if (path !== first) left.current = true;
    if (left.current) main.current?.focus({ preventScroll: true });
  }, [path, first]);
  return main;
}

type Section = 'accounts' | 'approvals' | 'audit' | 'staff' | 'campaigns' | 'finance' | 'webhooks' | 'system';

const SECTIONS: readonly {
  to: `/${Section}`;
  word: Section;
  scope: Scope;
}[] = [
  { to: '/accounts', word: 'accounts', scope: 'staff' },
  { to: '/approvals', word: 'approvals', scope: 'staff' },
  { to: '/audit', word: 'audit', scope: 'staff' },
  { to: '/staff', word: 'staff', scope: 'staff' },
  { to: '/campaigns', word: 'campaigns', scope: 'admin' },
  { to: '/finance', word: 'finance', scope: 'reports' },
  { to: '/webhooks', word: 'webhooks', scope: 'webhooks' },
  { to: '/system', word: 'system', scope: 'staff' },
];

function Side(): ReactNode {
  const { t, may } = useConsole();
  const waiting = useWaiting();
  const approves = useApproves();
  const nav = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the sections are a strip, and where one is must be in sight
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <div className="console__side">
      <nav ref={nav} aria-label={t('sections')}>
        <ul className="sections">
          {SECTIONS.filter(({ scope, word }) => may(scope) && (word !== 'approvals' || approves)).map(
            ({ to, word }) => (
              <li key={to}>
                <Link to={to} className="sections__link" activeOptions={{ includeSearch: false }}>
                  {t(`section.${word}`)}
                  {word === 'approvals' && waiting > 0 ? (
                    <span className="sections__count">
                      {waiting}
                      <span className="dd-visually-hidden"> {t('approvals.waiting')}</span>
                    </span>
                  ) : null}
                </Link>
              </li>
            ),
          )}
        </ul>
      </nav>
      <Who />
    </div>
  );
}

/** How many acts wait for a second person: looked up again now and then, whatever the page. */
function useWaiting(): number {
  const { data } = useQuery({
    enabled: useApproves(),
    queryKey: ['approvals', 'waiting'],
    queryFn: ({ signal }) => client.listApprovals({ state: 'pending', limit: 100 }, { signal }),
    refetchInterval: 15_000,
  });
  return data?.data.length ?? 0;
}

function Who(): ReactNode {
  const { staff, t } = useConsole();
  const nameOf = useStaffName();
  const cache = useQueryClient();
  const leave = useMutation({
    mutationFn: () => client.signOut(),
    onSuccess: () => {
      visit.isOn = false;
      // Nothing that was read with this session stays behind.
      cache.removeQueries({
        predicate: ({ queryKey }) => queryKey[0] !== 'entrance' && queryKey[0] !== 'speech',
      });
      return cache.invalidateQueries({ queryKey: ENTRANCE });
    },
  });
  return (
    <aside className="who" aria-label={t('signed_in')}>
      <p className="who__name" title={staff.staff.id}>
        {nameOf(staff.staff.name)}
      </p>
      <p className="who__role">{t(`role.${roleOf(staff)}`)}</p>
      <button
        type="button"
        className="dd-link who__leave"
        disabled={leave.isPending}
        onClick={() => leave.mutate()}
      >
        {t('sign_out')}
      </button>
    </aside>
  );
}

function roleOf({ scopes }: StaffSession): 'admin' | 'approve' | 'act' | 'read' {
  return (['admin', 'approve', 'act'] as const).find((scope) => scopes.includes(scope)) ?? 'read';
}
