/** The components' words in the page's language: English is there, the other is fetched when it is wanted. */
import type { Messages } from '@drawdown/client/react';
import type { Language } from './preferences.ts';
import type { Words } from './words.ts';

export interface Spoken {
  readonly messages?: Partial<Messages>;
  readonly names?: Readonly<Record<string, string>>;
}

export async function loadLanguage(language: Language): Promise<Spoken> {
  if (language === 'en') return {};
  const [{ german }, { names }] = await Promise.all([
    import('@drawdown/client/react/german'),
    import('./names-german.ts'),
  ]);
  return { messages: german, names };
}

/** The frame's own words in German: English is there. */
export async function loadWords(): Promise<Words> {
  return (await import('./words-german.ts')).german;
}
