/** Why something did not work, in words for staff: the components' own speak to whoever the account is of. */
import { DrawdownApiError, isInsufficientCredits } from '@drawdown/client';
import { failureText, type Translate, useDrawdown } from '@drawdown/client/react';
import { useConsole } from './console-context.ts';
import { english, type Word } from './words/english.ts';

export function useRefusal(): (error: unknown) => string {
  const { t } = useConsole();
  const { t: components } = useDrawdown();
  return (error) => refusalText(error, t, components);
}

function refusalText(error: unknown, t: Translate<Word>, components: Translate): string {
  if (isInsufficientCredits(error)) {
    const { available, shortfall } = error.problem;
    return t('refused.insufficient_credits', { count: available, short: shortfall });
  }
  const word = error instanceof DrawdownApiError && error.status < 500 ? `refused.${error.code}` : '';
  return isWord(word) ? t(word) : failureText(error, components);
}

/** Whether there are words for it: codes come from a server that may be newer than its console. */
export const isWord = (key: string): key is Word => Object.hasOwn(english, key);

/** Nothing was changed by it, and trying the same again changes nothing: what was asked for is to be another. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof DrawdownApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
