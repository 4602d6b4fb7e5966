import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { useDrawdown } from './provider.tsx';

/** What a tool says where credits cannot be used: it goes on on the web. Without a price, a balance or a purchase. */
export function OpenOnWeb({
  feature,
  href,
  onOpen,
}: {
  feature: string;
  href?: string;
  onOpen?(): void;
}): ReactNode {
  const { t } = useDrawdown();
  const content = (
    <>
      <span>{t('web.available')}</span>
      <Icon name="external" />
    </>
  );
  const props = { className: 'dd-button dd-open-on-web', 'data-feature': feature };
  if (href !== undefined) {
    return (
      <a {...props} href={href}>
        {content}
      </a>
    );
  }
  if (onOpen === undefined)
    return (
      <p {...props} className="dd-note">
        {content}
      </p>
    );
  return (
    <button {...props} type="button" onClick={onOpen}>
      {content}
    </button>
  );
}
