import type { ReactNode } from 'react';
import type { CatalogFeature, CatalogPrice } from '../wire.ts';
import type { CatalogNames } from './catalog-names.ts';
import { Dialog } from './dialog.tsx';
import type { Translate } from './messages/translate.ts';
import { useCatalog, useDrawdown, useNames } from './provider.tsx';

interface UsesDialogProps {
  open: boolean;
  onClose(): void;
  /** Credits of these. */
  classes: readonly string[];
}

/** What credits of some classes are good for: the features that they may pay for here, with prices. */
export function UsesDialog({ open, onClose, classes }: UsesDialogProps): ReactNode {
  const { t, surface } = useDrawdown();
  const names = useNames();
  const features = (useCatalog().data?.features ?? []).filter(
    (feature) => feature.surfaces[surface] === 'charge' && mayPay(feature, classes),
  );
  return (
    <Dialog open={open} onClose={onClose} title={t('uses.title')}>
      <ul className="dd-options">
        {features.map((feature) => (
          <li key={feature.id}>
            <div className="dd-option">
              <h3 className="dd-option__title">{names.feature(feature.id)}</h3>
              <span className="dd-option__price">{priceText(feature.price, { t, names })}</span>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function mayPay({ classes: allowed }: CatalogFeature, classes: readonly string[]): boolean {
  return allowed === null || classes.some((id) => allowed.includes(id));
}

function priceText(price: CatalogPrice, { t, names }: { t: Translate; names: CatalogNames }): string {
  if (price.kind === 'flat') return t('credits', { count: price.amount });
  if (price.kind === 'per_unit') return t('uses.each', { count: price.amount, unit: names.unit(price.unit) });
  const amounts = price.cells.flatMap(({ amount }) => amount ?? []);
  return t('uses.from', { count: Math.max(Math.min(...amounts), price.minimum ?? 0) });
}
