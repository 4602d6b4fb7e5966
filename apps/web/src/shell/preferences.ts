/** What a person has set for these pages on this device; absent: the system's. Read before the first paint as well. */
export type Theme = 'light' | 'dark';
export type Language = 'en' | 'de';

export interface Preferences {
  theme?: Theme;
  language?: Language;
}

const KEY = 'drawdown.preferences';

export function readPreferences(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    const { theme, language } = kept as { theme?: unknown; language?: unknown };
    return {
      ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
      ...(language === 'en' || language === 'de' ? { language } : {}),
    };
  } catch {
    return {};
  }
}

/** Applies them to the page; keeps them where the browser lets us. */
export function applyPreferences(preferences: Preferences): void {
  const root = document.documentElement;
  if (preferences.theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = preferences.theme;
  root.lang = preferences.language ?? preferredLanguage();
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Then they last as long as the page.
  }
}

export function preferredLanguage(): Language {
  return navigator.languages.some((one) => one.startsWith('de')) && !navigator.languages[0]?.startsWith('en')
    ? 'de'
    : 'en';
}
