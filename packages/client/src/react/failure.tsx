import type { ReactNode } from 'react';
import { DrawdownApiError, DrawdownNetworkError, DrawdownTokenError } from '../errors.ts';
import { Icon } from './icon.tsx';
import type { MessageKey, Translate } from './messages/translate.ts';
import { useDrawdown } from './provider.tsx';

interface FailureProps {
  error: unknown;
  /** Where there is no error to tell it by: no connection, in words. */
  text?: string;
  onRetry?(): void;
}

/** What went wrong in words for people, and what they can do. Never says that a change failed where nobody knows. */
export function Failure({ error, text, onRetry }: FailureProps): ReactNode {
  const { t } = useDrawdown();
  return (
    <div className="dd-failure" role="alert">
      <Icon name={text !== undefined || error instanceof DrawdownNetworkError ? 'offline' : 'warning'} />
      <p>{text ?? failureText(error, t)}</p>
      {onRetry === undefined ? null : (
        <button type="button" className="dd-button" data-size="small" onClick={onRetry}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}

/** In the person's language whatever the server said: its own sentence is English, and for whoever wrote the page. */
export function failureText(error: unknown, t: Translate): string {
  if (error instanceof DrawdownNetworkError) {
    return t(error.idempotencyKey === null ? 'failure.offline' : 'failure.unknown');
  }
  if (error instanceof DrawdownTokenError) return t('failure.no_session');
  if (!(error instanceof DrawdownApiError)) return t('failure.other');
  if (error.status === 401) return t('failure.session');
  if (error.status === 429) return t('failure.busy');
  if (error.status >= 500) return t('failure.server');
  // Most of these words are fetched after the first view, so no key is named here; until then it is said in general.
  return t(['refused', error.code].join('.') as MessageKey) || t('failure.other');
}
