import { type ReactNode, useState } from 'react';
import { Icon } from './icon.tsx';
import { whenOpened } from './lazily.tsx';
import { useDrawdown } from './provider.tsx';
import { usePurchases } from './use-account.ts';

const ReceiptDialog = whenOpened(async () => (await import('./receipt-dialog.tsx')).ReceiptDialog);

/** Leads to the receipt that one of these lots was bought with; nothing where nobody paid for them. */
export function ReceiptLink({ grants }: { grants: readonly string[] }): ReactNode {
  const { t } = useDrawdown();
  const [open, setOpen] = useState(false);
  const purchase = usePurchases().data?.find((one) => one.grants.some((id) => grants.includes(id)));
  if (purchase === undefined) return null;
  return (
    <>
      <button type="button" className="dd-link dd-with-mark" onClick={() => setOpen(true)}>
        <Icon name="receipt" />
        {t('receipt.link')}
      </button>
      <ReceiptDialog open={open} onClose={() => setOpen(false)} purchase={purchase.id} />
    </>
  );
}
