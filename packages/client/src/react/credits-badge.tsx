import type { ReactNode } from 'react';
import { Amount } from './amount.tsx';
import { DrawBar } from './draw-bar.tsx';
import { useDrawdown } from './provider.tsx';
import { useBalance } from './use-balance.ts';

/** What can be spent, small, for the head of any page; leads to the Credits page where it is told to. */
export function CreditsBadge({ href }: { href?: string }): ReactNode {
  const { t, surface } = useDrawdown();
  const { balance, connection } = useBalance();
  // No balance on a phone: nothing can be spent there.
  if (surface === 'ios' || surface === 'android') return null;
  const content =
    balance === null ? (
      <span className="dd-badge__placeholder">–</span>
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
