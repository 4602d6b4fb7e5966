import { type ReactNode, useEffect, useState } from 'react';
import type { Purchase } from '../wire.ts';
import { Icon } from './icon.tsx';
import { useDrawdown, useNames, useReading } from './provider.tsx';
import { addressToReturnTo, whatFor } from './return-address.ts';
import { useSubscriptions } from './use-account.ts';

/** Says what became of a checkout that a person has come back from; the address names it, the server knows. */
export function CheckoutNote(_: { open?: boolean }): ReactNode {
  const [came] = useState(whatFor);
  useEffect(() => {
    // Read again, or kept as a bookmark, the page would say so once more.
    history.replaceState(history.state, '', addressToReturnTo());
  }, []);
  if (came.purchase !== null) return <OfPack id={came.purchase} />;
  return came.subscription === null ? null : <OfPlan id={came.subscription} />;
}

function OfPack({ id }: { id: string }): ReactNode {
  const { t } = useDrawdown();
  const { data } = useReading(`purchase:${id}`, ({ client }) => client.getPurchase(id));
  if (data === undefined) return null;
  return (
    <Note tone={toneOf(data.state)}>
      {t(`back.${toneOf(data.state)}`, { count: data.credits + data.bonus })}
    </Note>
  );
}

/** A payment is told by its provider, now or in a moment: until then nobody says that it failed. */
function toneOf(state: Purchase['state']): 'done' | 'open' | 'not_done' {
  if (state === 'completed') return 'done';
  return state === 'open' ? 'open' : 'not_done';
}

function OfPlan({ id }: { id: string }): ReactNode {
  const { t } = useDrawdown();
  const names = useNames();
  const subscriptions = useSubscriptions().data;
  const begun = subscriptions?.find((one) => one.id === id);
  if (subscriptions === undefined) return null;
  return begun === undefined ? (
    <Note tone="open">{t('back.open')}</Note>
  ) : (
    <Note tone="done">{t('back.plan', { name: names.named('plan', begun.plan) })}</Note>
  );
}

function Note({ tone, children }: { tone: 'done' | 'open' | 'not_done'; children: ReactNode }): ReactNode {
  return (
    <p className="dd-back" role="status" data-tone={tone}>
      <Icon name={tone === 'done' ? 'check' : 'clock'} />
      <span>{children}</span>
    </p>
  );
}
