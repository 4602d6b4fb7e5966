import type { ReactNode } from 'react';
import { DrawdownApiError, DrawdownNetworkError } from '../errors.ts';
import { Amount } from './amount.tsx';
import { DrawBar } from './draw-bar.tsx';
import { useDrawdown } from './provider.tsx';
import { type LiveBalance, useBalance } from './use-balance.ts';

/**
 * What can be spent, small, for the head of any page; leads to the Credits page where it is told to. Where no balance is
 * known, it says why. Nothing at all on a phone: nothing can be spent there.
 */
export function CreditsBadge({ href }: { href?: string }): ReactNode {
  const { t, surface } = useDrawdown();
  const live = useBalance();
  if (surface === 'ios' || surface === 'android') return null;
  const { balance, connection } = live;
  const content =
    // What was known before the server closed the door is nobody's balance any more.
    balance === null || connection === 'refused' ? (
      <span className="dd-badge__why" role="status">
        {t(`badge.${whyNone(live)}`)}
      </span>
    ) : (
      <>
        <DrawBar
          size="slim"
          parts={balance.classes.map((one) => ({ class: one.class, keep: one.available }))}
        />
        <Amount value={balance.available} />
        <span className="dd-badge__unit">{t('header.unit', { count: balance.available })}</span>
      </>
    );
  const props = { className: 'dd-badge', 'data-connection': connection };
  return href === undefined ? (
    <span {...props}>{content}</span>
  ) : (
    <a {...props} href={href}>
      {content}
    </a>
  );
}

function whyNone({ connection, error }: LiveBalance): 'loading' | 'offline' | 'ended' | 'refused' {
  if (error instanceof DrawdownApiError && error.status === 401) return 'ended';
  if (error instanceof DrawdownNetworkError) return 'offline';
  if (error !== null || connection === 'refused') return 'refused';
  return connection === 'reconnecting' ? 'offline' : 'loading';
}
