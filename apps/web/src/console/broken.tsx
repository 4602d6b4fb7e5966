import type { ReactNode } from 'react';
import { useConsole } from './console-context.ts';

/** A page that could not be loaded, or broke while it was shown. */
export function Broken(): ReactNode {
  const { t } = useConsole();
  return (
    <div className="missing" role="alert">
      <h1 className="head__title">{t('broken.title')}</h1>
      <p className="dd-muted">{t('broken.text')}</p>
      <button type="button" className="dd-button" onClick={() => location.reload()}>
        {t('broken.again')}
      </button>
    </div>
  );
}
