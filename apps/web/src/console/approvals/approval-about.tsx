import type { Approval } from '@drawdown/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Console, useConsole } from '../console-context.ts';

/** What was asked for, with how many credits it is about. */
export function nameOf(t: Console['t'], { act, size }: Approval): string {
  return size === null ? t('approvals.endless') : t(`approvals.act.${act}`, { count: size });
}

export function ApprovalName({ approval }: { approval: Approval }): ReactNode {
  return nameOf(useConsole().t, approval);
}

/** The account or the campaign that it is about. */
export function ApprovalAbout({ approval: { account, campaign } }: { approval: Approval }): ReactNode {
  if (account !== null) {
    return (
      <Link to="/accounts/$account" params={{ account }}>
        {account}
      </Link>
    );
  }
  if (campaign === null) return null;
  return (
    <Link to="/campaigns/$campaign" params={{ campaign }}>
      {campaign}
    </Link>
  );
}
