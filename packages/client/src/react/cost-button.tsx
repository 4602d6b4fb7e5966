import { type ReactNode, useId, useState } from 'react';
import { isInsufficientCredits, isProblem } from '../errors.ts';
import type { FreeOnDevice, HoldReceipt, Metadata, Receipt, Units } from '../wire.ts';
import { mustAsk, readAsking } from './asking.ts';
import { Price, Split } from './cost-price.tsx';
import { failureText } from './failure.tsx';
import { whenOpened } from './lazily.tsx';
import { OpenOnWeb } from './open-on-web.tsx';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';
import { shortageOf } from './shortage.ts';
import { useAskedAgain } from './use-asked-again.ts';
import { useConsume, useHold } from './use-consume.ts';
import { useQuote } from './use-quote.ts';
import { useStanding } from './use-team.ts';

interface CommonProps {
  /** What it does, as "Generate". The price is added. */
  children: ReactNode;
  feature: string;
  units?: Units;
  /** Kept with the entry: the project's name as `project`, say. */
  metadata?: Metadata;
  disabled?: boolean;
  /**
   * Asks before credits are spent; the person may say from which price on. Credits that were bought are asked for
   * always, unless they allow that by itself. Absent: the price on the button is the question.
   */
  confirm?: boolean;
  /** Where a plan is chosen, for the dialog for too few credits; absent: it offers one itself. */
  plansHref?: string;
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

const Insufficient = whenOpened(
  async () => (await import('./insufficient-dialog.tsx')).InsufficientCreditsDialog,
);
const Confirm = whenOpened(async () => (await import('./confirm-dialog.tsx')).ConfirmDialog);

/**
 * A button that shows its price before the click, and charges at most that. A double click is one charge; where price
 * or balance have changed since it was shown, nothing is charged and the new price is shown. Where there are too few
 * credits, it opens the dialog that says what can be done.
 */
export function CostButton(props: CostButtonProps): ReactNode {
  const { children, feature, units, metadata, disabled = false, confirm = false, onFree } = props;
  const { t, surface, account } = useDrawdown();
  const catalog = useCatalog().data;
  const names = useNames();
  const standing = useStanding();
  const mode = catalog?.features.find(({ id }) => id === feature)?.surfaces[surface];
  const quoting = useQuote(
    mode === 'open_on_web' ? null : { feature, ...(units === undefined ? {} : { units }) },
  );
  const { quote, free } = quoting;
  const [opened, setOpened] = useState<'short' | 'confirm' | null>(null);
  const [changed, setChanged] = useState(false);
  const spending = useSpend(props);
  const back = useAskedAgain(feature);
  const detailId = useId();

  if (mode === 'open_on_web' || isProblem(quoting.error, 'surface_not_supported')) {
    return <OpenOnWeb feature={feature} />;
  }
  const shortage = quote === null ? null : shortageOf(quote, catalog);

  const spend = async (): Promise<void> => {
    if (quote === null) return;
    setChanged(false);
    try {
      await spending.spend({
        quote: quote.quote,
        feature,
        ...(units === undefined ? {} : { units }),
        ...(metadata === undefined ? {} : { metadata }),
      });
    } catch (error) {
      if (isShortage(error)) setOpened('short');
      else if (isProblem(error, 'quote_changed') || isProblem(error, 'quote_expired')) setChanged(true);
      // What was refused shows what has changed meanwhile.
      standing.reload();
      quoting.refresh();
    }
  };
  const click = async (): Promise<void> => {
    back.done();
    if (free) return onFree?.();
    if (quote === null) return quoting.refresh();
    if (shortage !== null) return setOpened('short');
    const isPaid = (id: string): boolean => names.class(id).kind === 'paid';
    // A second click on its way is the same wish, so it is not asked about.
    if (confirm && !spending.pending && mustAsk(quote, readAsking(account), isPaid))
      return setOpened('confirm');
    await spend();
  };
  const failure = changed || isShortage(spending.error) ? null : spending.error;
  // Several may hold at once, each a sentence: a request without an answer, and no connection for a fresh price.
  const messages = [
    ...(back.outcome === null ? [] : [t(`cost.${back.outcome}`)]),
    ...(changed ? [t('cost.changed')] : []),
    ...[failure, quoting.error].flatMap((error) => (error === null ? [] : [failureText(error, t)])),
  ];
  return (
    <div className="dd-cost">
      <button
        type="button"
        ref={back.ref}
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
        {quote === null ? null : <Split quote={quote} shortage={shortage} />}
      </div>
      <p className="dd-cost__message" role="status">
        {messages.join(' ')}
      </p>
      {quote === null ? null : (
        <>
          <Insufficient
            {...dialogProps(props)}
            open={opened === 'short'}
            onClose={() => setOpened(null)}
            quote={quote}
          />
          <Confirm
            open={opened === 'confirm'}
            onClose={() => setOpened(null)}
            quote={quote}
            action={children}
            onConfirm={() => void spend()}
          />
        </>
      )}
    </div>
  );
}

function dialogProps({ onUnits, plansHref }: CostButtonProps): Pick<CommonProps, 'onUnits' | 'plansHref'> {
  return {
    ...(onUnits === undefined ? {} : { onUnits }),
    ...(plansHref === undefined ? {} : { plansHref }),
  };
}

function isShortage(error: unknown): boolean {
  return isInsufficientCredits(error) || isProblem(error, 'member_limit_reached');
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
