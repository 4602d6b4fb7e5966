import type { ReactNode } from 'react';
import { DrawdownApiError, DrawdownNetworkError } from '../errors.ts';
import { Icon } from './icon.tsx';
import type { Translate } from './messages/translate.ts';
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

export function failureText(error: unknown, t: Translate): string {
  if (error instanceof DrawdownNetworkError) {
    return t(error.idempotencyKey === null ? 'failure.offline' : 'failure.unknown');
  }
  if (!(error instanceof DrawdownApiError)) return t('failure.other');
  if (error.status === 401) return t('failure.session');
  if (error.status === 429) return t('failure.busy');
  return error.status >= 500 ? t('failure.server') : error.problem.detail;
}
