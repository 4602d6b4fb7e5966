/** The components' words in the page's language: English is there, the other is fetched when it is wanted. */
import type { Messages } from '@drawdown/client/react';
import type { Language } from './preferences.ts';

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
