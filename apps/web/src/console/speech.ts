/** The console's words in the page's language: English is there, the other is fetched when it is wanted. */
import { createTranslate, type Format, type Messages, type Translate } from '@drawdown/client/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { loadLanguage } from '../shell/language.ts';
import { localeOf, useFrame } from '../shell/shell.tsx';
import { english, type Word, type Words } from './words/english.ts';

export interface Speech {
  readonly locale: string;
  readonly words: Words;
  /** Of the components. */
  readonly messages: Partial<Messages>;
  readonly names: Readonly<Record<string, string>>;
}

/** Null while the words are on their way; English where they do not arrive. */
export function useSpeech(): Speech | null {
  const { language } = useFrame();
  const { data, isError } = useQuery({
    queryKey: ['speech', language],
    queryFn: async () => {
      const [{ messages = {}, names = {} }, words] = await Promise.all([
        loadLanguage(language),
        language === 'en' ? english : import('./words/german.ts').then(({ german }) => german),
      ]);
      return { messages, names, words };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const locale = localeOf(language);
  return useMemo(() => {
    if (data === undefined) return isError ? { locale, words: english, messages: {}, names: {} } : null;
    return { locale, ...data };
  }, [data, isError, locale]);
}

export function useTranslate(words: Words, format: Format): Translate<Word> {
  return useMemo(() => createTranslate<Word>(words, format), [words, format]);
}
