import { type ReactNode, useEffect, useId, useState } from 'react';
import type { CatalogExactAmount, Price } from '../wire.ts';
import type { Buying } from './buying.tsx';
import { failureText } from './failure.tsx';
import { Validity } from './packs.tsx';
import { useDrawdown } from './provider.tsx';

interface ExactAmountProps {
  terms: CatalogExactAmount;
  currency: string;
  buying: Buying;
}

/** Any amount, priced as one types by the server that will charge it: the total and what a credit costs, before the click. */
export function ExactAmount({ terms, currency, buying }: ExactAmountProps): ReactNode {
  const { t, format } = useDrawdown();
  const id = useId();
  const [typed, setTyped] = useState(
    String(Math.max(terms.minimum, Math.min(terms.step * 25, terms.maximum))),
  );
  const credits = Number(typed);
  const isSold = isOf(terms, credits);
  const { price, error } = usePrice(isSold ? credits : null, currency);
  const { minimum, maximum, step } = terms;
  const isPending = buying.pending !== null && 'credits' in buying.pending;
  return (
    <form
      className="dd-option"
      onSubmit={(event) => {
        event.preventDefault();
        if (price !== null) void buying.buy({ credits, currency });
      }}
    >
      <div className="dd-exact">
        <label className="dd-option__title" htmlFor={id}>
          {t('exact.title')}
        </label>
        <input
          id={id}
          className="dd-input dd-exact__input"
          type="number"
          inputMode="numeric"
          min={minimum}
          max={maximum}
          step={step}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          aria-invalid={!isSold}
          aria-describedby={`${id}-detail`}
        />
        <p className="dd-option__detail" id={`${id}-detail`} role="status">
          {error !== null ? (
            failureText(error, t)
          ) : !isSold ? (
            t('exact.bounds', { minimum, maximum, step })
          ) : price === null ? (
            t('loading')
          ) : (
            <>
              {t('pack.unit_price', {
                price: format.unitPrice(price.price.amount_minor, price.credits, currency),
              })}
              {' · '}
              <Validity of={price.validity} />
            </>
          )}
        </p>
      </div>
      <button type="submit" className="dd-button" aria-busy={isPending} disabled={price === null}>
        {price === null
          ? t('exact.buy')
          : t('pack.buy', { price: format.money(price.price.amount_minor, currency) })}
      </button>
    </form>
  );
}

/** Decimals are compared in steps of a millionth, the finest that a credit divides. */
function isOf({ minimum, maximum, step }: CatalogExactAmount, credits: number): boolean {
  if (!(credits >= minimum && credits <= maximum)) return false;
  const steps = credits / step;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

/** What is asked is what stands there once the hand rests. */
const REST_MS = 200;

/** The price of an amount; null while it is on its way, so that no button shows that of another. */
function usePrice(credits: number | null, currency: string): { price: Price | null; error: unknown } {
  const { client } = useDrawdown();
  const [answer, setAnswer] = useState<{ of: number; price: Price | null; error: unknown } | null>(null);
  useEffect(() => {
    if (credits === null) return;
    const controller = new AbortController();
    const rest = setTimeout(() => {
      client.price({ credits, currency }, { signal: controller.signal }).then(
        (price) => setAnswer({ of: credits, price, error: null }),
        (error: unknown) => {
          if (!controller.signal.aborted) setAnswer({ of: credits, price: null, error });
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(rest);
      controller.abort();
    };
  }, [client, credits, currency]);
  return answer !== null && answer.of === credits ? answer : { price: null, error: null };
}
