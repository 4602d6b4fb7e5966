/** The button that starts a job: what is held is what pays for it. On a phone it says where the tool works instead. */
import { newKey } from '@drawdown/client';
import { CostButton, failureText, OpenOnWeb, useCatalog, useDrawdown } from '@drawdown/client/react';
import { type JobSettings, priceOf } from '@drawdown/studio/wire';
import { type ReactNode, useRef, useState } from 'react';
import { StudioRefusal } from './api.ts';
import { useBench } from './bench.tsx';
import { HandoffDialog } from './handoff-dialog.tsx';
import { filled } from './words.ts';

interface RunButtonProps {
  /** What it does, without its price. */
  children: string;
  settings: JobSettings;
  disabled?: boolean;
  /** Cheaper settings that were chosen where credits are missing. */
  onUnits?(units: Readonly<Record<string, number | string>>): void;
  /** Does it on this device, where the catalog says so. */
  onDevice?(): void;
}

export function RunButton(props: RunButtonProps): ReactNode {
  const { settings } = props;
  const { words, online } = useBench();
  const { surface } = useDrawdown();
  const price = priceOf(settings);
  const catalog = useCatalog().data;
  const mode = catalog?.features.find(({ id }) => id === price?.feature)?.surfaces[surface];
  const [open, setOpen] = useState(false);
  if (!online) {
    return (
      <p className="st-closed-button" role="note">
        {words.offline_button}
      </p>
    );
  }
  if (price === null) return <FreeButton {...props} />;
  // Until it is known what the tool may do here, nothing is asked: on a phone the question alone would be refused.
  if (catalog === undefined) return <div className="st-run__wait dd-skeleton" />;
  if (mode === 'open_on_web') {
    return (
      <>
        <OpenOnWeb feature={price.feature} onOpen={() => setOpen(true)} />
        <HandoffDialog open={open} settings={settings} onClose={() => setOpen(false)} />
      </>
    );
  }
  return <PaidButton {...props} price={price} />;
}

function PaidButton({
  children,
  settings,
  disabled,
  onUnits,
  onDevice,
  price,
}: RunButtonProps & { price: NonNullable<ReturnType<typeof priceOf>> }): ReactNode {
  const { live, view } = useBench();
  const [refusal, setRefusal] = useState<string | null>(null);
  const tell = useTold('refused', setRefusal);
  return (
    <div className="st-run">
      <CostButton
        {...price}
        spend="hold"
        metadata={{ project: view.project.title }}
        disabled={disabled ?? false}
        onSpent={({ hold }) => {
          setRefusal(null);
          live.begin(settings, { hold: hold.id }).catch(tell);
        }}
        onFree={() => onDevice?.()}
        {...(onUnits === undefined
          ? {}
          : { onUnits: (units) => (typeof units === 'object' ? onUnits(units) : undefined) })}
      >
        {children}
      </CostButton>
      <p className="st-refusal" role="alert">
        {refusal}
      </p>
    </div>
  );
}

/** What costs nothing is started once for a click all the same. */
function FreeButton({ children, settings, disabled }: RunButtonProps): ReactNode {
  const { live, words } = useBench();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const click = useRef<string | null>(null);
  const tell = useTold('refused_free', setRefusal);
  const start = async (): Promise<void> => {
    if (click.current !== null) return;
    click.current = newKey();
    setPending(true);
    setRefusal(null);
    await live.begin(settings, { click: click.current }).catch(tell);
    click.current = null;
    setPending(false);
  };
  return (
    <div className="st-run">
      <button
        type="button"
        className="dd-button st-run__free"
        data-kind="primary"
        disabled={disabled}
        aria-busy={pending}
        onClick={() => void start()}
      >
        <span>{children}</span>
        <span className="dd-cost__price">{words.free}</span>
      </button>
      <p className="st-refusal" role="alert">
        {refusal}
      </p>
    </div>
  );
}

function useTold(word: 'refused' | 'refused_free', set: (text: string) => void): (error: unknown) => void {
  const { words } = useBench();
  const { t } = useDrawdown();
  return (error) => {
    const why = error instanceof StudioRefusal ? `${error.message}.` : failureText(error, t);
    set(filled(words[word], { why }));
  };
}
