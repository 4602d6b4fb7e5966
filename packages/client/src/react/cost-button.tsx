import { type ReactNode, useId, useState } from 'react';
import { isInsufficientCredits, isProblem } from '../errors.ts';
import type { FreeOnDevice, HoldReceipt, Metadata, Quote, Receipt, Units } from '../wire.ts';
import { DrawBar } from './draw-bar.tsx';
import { failureText } from './failure.tsx';
import { Icon } from './icon.tsx';
import { InsufficientCreditsDialog } from './insufficient-dialog.tsx';
import { OpenOnWeb } from './open-on-web.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { useConsume, useHold } from './use-consume.ts';
import { type Quoting, useQuote } from './use-quote.ts';

interface CommonProps {
  /** What it does, as "Generate". The price is added. */
  children: ReactNode;
  feature: string;
  units?: Units;
  /** Kept with the entry: the project's name as `project`, say. */
  metadata?: Metadata;
  disabled?: boolean;
  /** Called where the device does the work by itself and nothing is charged. */
  onFree?(): void;
  /** Chosen in the dialog for too few credits: settings that cost less. */
  onUnits?(units: Units): void;
}

export type CostButtonProps = CommonProps &
  (
    | { spend?: 'consume'; onSpent(receipt: Receipt): void }
    /** Reserves: whoever runs the job captures or releases the hold. */
    | { spend: 'hold'; onSpent(receipt: HoldReceipt): void }
  );

/**
 * A button that shows its price before the click, and charges at most that. A double click is one charge; where price
 * or balance have changed since it was shown, nothing is charged and the new price is shown. Where there are too few
 * credits, it opens the dialog that says what can be done.
 */
export function CostButton(props: CostButtonProps): ReactNode {
  const { children, feature, units, metadata, disabled = false, onFree, onUnits } = props;
  const { t, surface } = useDrawdown();
  const mode = useCatalog().data?.features.find(({ id }) => id === feature)?.surfaces[surface];
  const quoting = useQuote(
    mode === 'open_on_web' ? null : { feature, ...(units === undefined ? {} : { units }) },
  );
  const { quote, free } = quoting;
  const [shortOpen, setShortOpen] = useState(false);
  const [changed, setChanged] = useState(false);
  const spending = useSpend(props);
  const detailId = useId();

  if (mode === 'open_on_web' || isProblem(quoting.error, 'surface_not_supported')) {
    return <OpenOnWeb feature={feature} />;
  }

  const click = async (): Promise<void> => {
    if (free) return onFree?.();
    if (quote === null) return quoting.refresh();
    if (!quote.sufficient) return setShortOpen(true);
    setChanged(false);
    try {
      await spending.spend({
        quote: quote.quote,
        feature,
        ...(units === undefined ? {} : { units }),
        ...(metadata === undefined ? {} : { metadata }),
      });
    } catch (error) {
      if (isInsufficientCredits(error)) setShortOpen(true);
      else if (isProblem(error, 'quote_changed') || isProblem(error, 'quote_expired')) setChanged(true);
      quoting.refresh();
    }
  };
  const failure = changed || isInsufficientCredits(spending.error) ? null : spending.error;
  return (
    <div className="dd-cost">
      <button
        type="button"
        className="dd-button dd-cost__button"
        data-kind="primary"
        disabled={disabled || (quote === null && !free && quoting.error === null)}
        aria-busy={spending.pending}
        aria-describedby={detailId}
        onClick={() => void click()}
      >
        <span>{children}</span>
        <span className="dd-cost__price">
          <Price quoting={quoting} />
        </span>
      </button>
      <div className="dd-cost__detail" id={detailId}>
        {quote === null ? null : <Split quote={quote} />}
      </div>
      <p className="dd-cost__message" role="status">
        {changed ? t('cost.changed') : null}
        {failure === null ? null : failureText(failure, t)}
        {quoting.error === null ? null : failureText(quoting.error, t)}
      </p>
      {quote === null ? null : (
        <InsufficientCreditsDialog
          open={shortOpen}
          onClose={() => setShortOpen(false)}
          quote={quote}
          {...(onUnits === undefined ? {} : { onUnits })}
        />
      )}
    </div>
  );
}

interface Spend {
  spend(request: { quote: string; feature: string; units?: Units; metadata?: Metadata }): Promise<void>;
  pending: boolean;
  error: unknown;
}

function useSpend(props: CostButtonProps): Spend {
  const consume = useConsume();
  const hold = useHold();
  const { pending, error } = props.spend === 'hold' ? hold : consume;
  return {
    pending,
    error,
    spend: async (request) => {
      if (props.spend === 'hold') {
        const receipt = await hold.spend(request);
        if (isCharged(receipt)) props.onSpent(receipt);
        else props.onFree?.();
      } else {
        const receipt = await consume.spend(request);
        if (isCharged(receipt)) props.onSpent(receipt);
        else props.onFree?.();
      }
    },
  };
}

function isCharged<T extends Receipt>(receipt: T | FreeOnDevice): receipt is T {
  return receipt.operation !== null;
}

function Price({ quoting: { quote, free, error } }: { quoting: Quoting }): ReactNode {
  const { t } = useDrawdown();
  if (free) return t('cost.free_on_device');
  if (quote !== null) return t('credits', { count: quote.amount });
  return error === null ? <span className="dd-skeleton">{t('credits', { count: 25 })}</span> : '–';
}

/** What it would be paid with, and what remains. */
function Split({ quote }: { quote: Quote }): ReactNode {
  const { t, format } = useDrawdown();
  const names = useNames();
  if (!quote.sufficient) {
    return (
      <p className="dd-cost__short">
        <Icon name="warning" />
        {t('cost.short', { count: quote.shortfall })}
      </p>
    );
  }
  const drawn = new Map<string, number>();
  for (const { class: id, amount } of quote.draws) drawn.set(id, (drawn.get(id) ?? 0) + amount);
  const words = [...drawn].map(([id, amount]) => `${format.credits(amount)} ${names.class(id).short}`);
  return (
    <>
      <DrawBar
        size="slim"
        parts={quote.after.classes.map((one) => ({
          class: one.class,
          keep: one.available,
          draw: drawn.get(one.class) ?? 0,
        }))}
      />
      <p>{t('cost.split', { parts: words.join(' + '), rest: quote.after.available })}</p>
    </>
  );
}
