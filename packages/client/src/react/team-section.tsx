import type { ReactNode } from 'react';
import type { Member, Subscription } from '../wire.ts';
import { AskForMore } from './ask-for-more.tsx';
import { Fact } from './fact.tsx';
import { Icon } from './icon.tsx';
import { LimitBar } from './limit-bar.tsx';
import { useDrawdown } from './provider.tsx';
import { Section } from './section.tsx';
import { TeamMembers } from './team-members.tsx';
import { TeamRequests } from './team-requests.tsx';
import { useSubscriptions } from './use-account.ts';
import { useMembers, useStanding } from './use-team.ts';

/**
 * Of a team: what the person may spend of it, and the way to ask for more; to owners and admins, the members with their
 * limits, the requests and the seats. Nothing on a personal account, or where nobody keeps members.
 */
export function TeamSection({ open = true }: { open?: boolean }): ReactNode {
  const { account, person, t } = useDrawdown();
  const standing = useStanding().data;
  if (!open || account === person || standing === undefined) return null;
  const { member, manages } = standing;
  if (member === null) return null;
  return (
    <Section title={t('team.title')} anchor="dd-team" {...(manages ? { tools: <Seats /> } : {})}>
      <div className="dd-team">
        <MyShare member={member} />
        {manages ? <TeamRequests /> : null}
      </div>
      {manages ? <TeamMembers me={member} /> : null}
    </Section>
  );
}

/** One's own limit, and what is used and reserved of it. */
function MyShare({ member }: { member: Member }): ReactNode {
  const { t, format } = useDrawdown();
  const { limit, period } = member;
  return (
    <div className="dd-panel">
      <h3 className="dd-option__title">{t('team.mine')}</h3>
      <LimitBar member={member} />
      <dl className="dd-facts">
        <Fact name={t('team.limit')}>
          {limit === null ? t('team.no_limit') : t(`team.limit_${limit.per}`, { count: limit.amount })}
          {period.extra > 0 ? (
            <span className="dd-facts__aside">{t('team.extra', { count: period.extra })}</span>
          ) : null}
        </Fact>
        <Fact name={t('team.used')}>{format.credits(period.used)}</Fact>
        {period.held > 0 ? <Fact name={t('card.held')}>{format.credits(period.held)}</Fact> : null}
        {period.remaining === null ? null : (
          <Fact name={t('team.left')}>{format.credits(period.remaining)}</Fact>
        )}
        <Fact name={t('team.resets')}>
          <time dateTime={period.resets_at} title={format.utc(period.resets_at)}>
            {format.dateTime(period.resets_at)}
          </time>
        </Fact>
      </dl>
      {limit === null ? null : <AskForMore suggested={limit.amount} />}
    </div>
  );
}

function Seats(): ReactNode {
  const { t } = useDrawdown();
  const members = useMembers().data;
  const subscriptions = useSubscriptions().data;
  const seats = (subscriptions ?? []).reduce((sum, one) => sum + seatsOf(one), 0);
  if (seats === 0 || members === undefined) return null;
  return (
    <p className="dd-note">
      <Icon name="people" />
      <span>{t('team.seats', { members: members.length, count: seats })}</span>
    </p>
  );
}

function seatsOf({ seats, status }: Subscription): number {
  return status === 'cancelled' || status === 'ended' ? 0 : (seats ?? 0);
}
