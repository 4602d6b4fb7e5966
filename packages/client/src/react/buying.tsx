import { type ReactNode, useMemo, useState } from 'react';
import type { CheckoutRequest } from '../wire.ts';
import { type Consent, ConsentBox, useConsent } from './consent.tsx';
import { Failure } from './failure.tsx';
import { Intent } from './intent.ts';
import { useDrawdown } from './provider.tsx';
import { addressToReturnTo } from './return-address.ts';

/** What is bought: a pack, or an amount that the buyer names. */
export type Bought = { currency: string; save_payment_method?: true } & (
  | { pack: string }
  | { credits: number }
);

export interface Buying {
  /** Opens a checkout and goes there; the person comes back to the page that they are on. Nothing runs by itself then. */
  buy(bought: Bought): Promise<void>;
  /** What is on its way to its checkout. */
  readonly pending: Bought | null;
  readonly error: unknown;
  readonly consent: Consent;
}

/** `onOpened`: called with the purchase before the person leaves for its checkout. */
export function useBuying(onOpened?: (purchase: string) => void): Buying {
  const { client, account } = useDrawdown();
  const [pending, setPending] = useState<Bought | null>(null);
  const [error, setError] = useState<unknown>(null);
  const consent = useConsent();
  const intent = useMemo(
    () =>
      new Intent((body: CheckoutRequest, idempotencyKey: string) =>
        client.checkout(account, body, { idempotencyKey }),
      ),
    [client, account],
  );
  const buy = async (bought: Bought): Promise<void> => {
    setPending(bought);
    setError(null);
    try {
      const { url, purchase } = await intent.run({
        ...bought,
        return_url: addressToReturnTo(),
        ...consent.terms,
      });
      onOpened?.(purchase.id);
      location.assign(url);
    } catch (caught) {
      if (!consent.isWanted(caught)) setError(caught);
    }
    setPending(null);
  };
  return { buy, pending, error, consent };
}

/** The buyer's word where the law of the sale asks for it, and what went wrong. */
export function BuyingNotes({ buying: { consent, error } }: { buying: Buying }): ReactNode {
  return (
    <>
      <ConsentBox consent={consent} />
      {error === null ? null : <Failure error={error} />}
    </>
  );
}
