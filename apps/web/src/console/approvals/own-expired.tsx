/** Whoever asked is told that nobody decided in time; until they say that they have seen it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useApproves, useConsole } from '../console-context.ts';
import { client } from '../entrance.ts';

/** For each of the staff who works at this browser, up to which of their requests. */
const KEPT = 'drawdown.console.seen_expired';
const POLL_MS = 60_000;
/** So many are told of by number; of more, that many. */
const MOST = 20;

export function OwnExpired(): ReactNode {
  const { t, staff } = useConsole();
  const { id } = staff.staff;
  const [seen, setSeen] = useState(() => localStorage.getItem(`${KEPT}.${id}`) ?? '');
  const { data } = useQuery({
    enabled: useApproves(),
    queryKey: ['approvals', 'own-expired', id],
    queryFn: ({ signal }) =>
      client.listApprovals({ state: 'expired', asked_by: id, limit: MOST }, { signal }),
    refetchInterval: POLL_MS,
  });
  // Ids sort as requests were made.
  const unseen = data?.data.filter((one) => one.id > seen) ?? [];
  const [latest] = unseen;
  if (latest === undefined) return null;
  const see = (): void => {
    localStorage.setItem(`${KEPT}.${id}`, latest.id);
    setSeen(latest.id);
  };
  return (
    <div className="told" role="status">
      <p className="told__text">{t('approvals.yours_expired', { count: unseen.length })}</p>
      <span className="buttons">
        <Link to="/approvals" search={{ state: 'expired' }} className="dd-link">
          {t('approvals.show_expired')}
        </Link>
        <button type="button" className="dd-link" onClick={see}>
          {t('approvals.seen_expired')}
        </button>
      </span>
    </div>
  );
}
