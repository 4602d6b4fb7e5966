/** The words of the frame; those of the components are their own. */
import type { Language } from './preferences.ts';

const english = {
  skip: 'Skip to the content',
  profile: 'Profile',
  credits: 'Credits',
  home: 'Overview',
  docs: 'API',
  home_title: 'Every credit, accounted for.',
  home_lead:
    'Credits of several classes, spent in one fixed order, correct to the last credit, and the same on every device at once. This is a running server; have a look around.',
  home_credits:
    'What a person sees: what there is, in which order it is used, what is to come, and every line of what was.',
  home_docs: 'Everything that the pages do, they do through this.',
  theme_system: 'Theme: system',
  theme_light: 'Theme: light',
  theme_dark: 'Theme: dark',
  language: 'Deutsch',
  language_label: 'Auf Deutsch anzeigen',
  opening: 'Opening your account',
  ended_title: 'Nobody is signed in here',
  ended_text:
    'Your session has ended, or this page was opened without one. Go back to the product and open it from there.',
  offline_title: 'No connection',
  offline_text: 'The server cannot be reached. Nothing was changed; try again when you are back online.',
  retry: 'Try again',
  foot_demonstration: 'Demonstration account. No money moves, and nothing leaves this machine.',
  foot: 'Credits by Drawdown',
  who: 'Account',
};

export type Words = typeof english;

const german: Words = {
  skip: 'Zum Inhalt springen',
  profile: 'Profil',
  credits: 'Credits',
  home: 'Übersicht',
  docs: 'API',
  home_title: 'Jeder Credit zählt.',
  home_lead:
    'Credits mehrerer Klassen, in einer festen Reihenfolge verbraucht, genau bis auf den letzten, und auf jedem Gerät zugleich. Das ist ein laufender Server; sieh dich um.',
  home_credits:
    'Was man als Nutzer sieht: was da ist, in welcher Reihenfolge es verbraucht wird, was kommt und jede Zeile dessen, was war.',
  home_docs: 'Alles, was die Seiten tun, tun sie hierüber.',
  theme_system: 'Farben: System',
  theme_light: 'Farben: hell',
  theme_dark: 'Farben: dunkel',
  language: 'English',
  language_label: 'Show in English',
  opening: 'Dein Konto wird geöffnet',
  ended_title: 'Hier ist niemand angemeldet',
  ended_text:
    'Deine Sitzung ist zu Ende, oder die Seite wurde ohne eine geöffnet. Geh zurück zum Produkt und öffne sie von dort.',
  offline_title: 'Keine Verbindung',
  offline_text:
    'Der Server ist nicht erreichbar. Es hat sich nichts geändert; versuch es wieder, wenn du online bist.',
  retry: 'Noch einmal versuchen',
  foot_demonstration: 'Demonstrationskonto. Es fließt kein Geld, und nichts verlässt diesen Rechner.',
  foot: 'Credits mit Drawdown',
  who: 'Konto',
};

export const WORDS: Readonly<Record<Language, Words>> = { en: english, de: german };
