import { type ReactNode, useState } from 'react';
import type { Member } from '../wire.ts';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { LimitBar } from './limit-bar.tsx';
import { MemberDialog } from './member-dialog.tsx';
import { useDrawdown } from './provider.tsx';
import { useMembers } from './use-team.ts';

/** Everybody in the team with role, limit and use; owners and admins change them here. */
export function TeamMembers({ me }: { me: Member }): ReactNode {
  const { t } = useDrawdown();
  const { data, error, reload } = useMembers();
  const [edited, setEdited] = useState<Member | 'new' | null>(null);
  if (data === undefined) {
    return error === undefined ? (
      <div className="dd-skeleton dd-skeleton--row" />
    ) : (
      <Failure error={error} onRetry={reload} />
    );
  }
  return (
    <>
      <ul className="dd-members">
        {data.map((member) => (
          <li key={member.account} className="dd-members__item">
            <span className="dd-members__name">
              {member.account}
              {member.account === me.account ? <span className="dd-muted"> {t('team.you')}</span> : null}
            </span>
            <span className="dd-chip">{t(`role.${member.role}`)}</span>
            <Use of={member} />
            <button type="button" className="dd-icon-button" onClick={() => setEdited(member)}>
              <Icon name="chevron" />
              <span className="dd-visually-hidden">{t('team.edit', { name: member.account })}</span>
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="dd-button dd-members__add"
        data-size="small"
        onClick={() => setEdited('new')}
      >
        <Icon name="plus" />
        {t('team.add')}
      </button>
      <MemberDialog
        key={edited === null || edited === 'new' ? edited : edited.account}
        me={me}
        of={edited}
        onClose={() => setEdited(null)}
        onDone={reload}
      />
    </>
  );
}

function Use({ of }: { of: Member }): ReactNode {
  const { t } = useDrawdown();
  const { limit, period } = of;
  return (
    <span className="dd-members__use">
      <LimitBar member={of} />
      <span className="dd-muted">
        {limit === null
          ? t('team.use_free', { used: period.used })
          : t(`team.use_${limit.per}`, { used: period.used, of: limit.amount + period.extra })}
      </span>
    </span>
  );
}
