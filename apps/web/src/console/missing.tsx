import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from './console-context.ts';

/** There is no such page. */
export function Missing(): ReactNode {
  const { t } = useConsole();
  return (
    <div className="missing">
      <h1 className="head__title">{t('missing.title')}</h1>
      <p className="dd-muted">{t('missing.text')}</p>
      <Link to="/accounts" className="dd-button">
        {t('section.accounts')}
      </Link>
    </div>
  );
}
