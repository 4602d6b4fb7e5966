/** The components' words in the page's language, fetched when it is wanted: nobody fetches those of another one. */
import type { FirstMessages, Messages } from '@drawdown/client/react';
import type { Language } from './preferences.ts';
import type { Words } from './words.ts';

export interface Spoken {
  readonly messages: FirstMessages;
  /** Fetches all of them, where `messages` are those of what is seen first. */
  readonly allMessages?: () => Promise<Messages>;
  readonly names?: Readonly<Record<string, string>>;
}

const ALL: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: async () => (await import('@drawdown/client/react/english')).english,
  de: async () => (await import('@drawdown/client/react/german')).german,
};

const FIRST: Readonly<Record<Language, () => Promise<FirstMessages>>> = {
  en: async () => (await import('@drawdown/client/react/english-first')).first,
  de: async () => (await import('@drawdown/client/react/german-first')).first,
};

/** The catalog is in English. */
async function loadNames(language: Language): Promise<Pick<Spoken, 'names'>> {
  return language === 'en' ? {} : { names: (await import('./names-german.ts')).names };
}

export async function loadLanguage(language: Language): Promise<Spoken & { readonly messages: Messages }> {
  const [messages, names] = await Promise.all([ALL[language](), loadNames(language)]);
  return { messages, ...names };
}

/** What Profile → Credits says before it fetches the rest. */
export async function loadFirst(language: Language): Promise<Spoken> {
  const [messages, names] = await Promise.all([FIRST[language](), loadNames(language)]);
  return { messages, allMessages: ALL[language], ...names };
}

/** The frame's own words in German: English is there. */
export async function loadWords(): Promise<Words> {
  return (await import('./words-german.ts')).german;
}
