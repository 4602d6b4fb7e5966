import type { Words } from './words.ts';

export const german: Words = {
  skip: 'Zum Inhalt springen',
  profile: 'Profil',
  credits: 'Credits',
  home: 'Übersicht',
  console: 'Konsole',
  studio: 'Studio',
  surfaces: 'Oberflächen',
  docs: 'API',
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
