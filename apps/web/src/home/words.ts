/** The words of the overview. */
import type { Language } from '../shell/preferences.ts';

const english = {
  title: 'Every credit, accounted for.',
  lead: 'Credits of several classes, spent in one fixed order, correct to the last credit, and the same on every device at once. This is a running server; have a look around.',
  places: {
    credits: {
      name: 'Credits',
      text: 'What a person sees: what there is, in which order it is used, what is to come, and every line of what was.',
    },
    studio: {
      name: 'Studio',
      text: 'What credits are spent for, with the price on the button and nothing charged for what fails.',
    },
    surfaces: {
      name: 'Three surfaces',
      text: 'One account on the web, on the desktop and on a phone, side by side: what one spends, all of them see.',
    },
    desktop: {
      name: 'Desktop',
      text: 'The studio as an app that installs, opens without a connection, and promises nothing there.',
    },
    mobile: {
      name: 'Phone',
      text: 'The studio where there are no credits: free on the device, or the same project on the web.',
    },
    console: {
      name: 'Console',
      text: 'What support and finance see: put things right with a reason and a preview, campaigns, money.',
    },
    docs: { name: 'API', text: 'Everything that the pages do, they do through this.' },
  },
};

const german: typeof english = {
  title: 'Jeder Credit zählt.',
  lead: 'Credits mehrerer Klassen, in einer festen Reihenfolge verbraucht, genau bis auf den letzten, und auf jedem Gerät zugleich. Das ist ein laufender Server; sieh dich um.',
  places: {
    credits: {
      name: 'Credits',
      text: 'Was man als Nutzer sieht: was da ist, in welcher Reihenfolge es verbraucht wird, was kommt und jede Zeile dessen, was war.',
    },
    studio: {
      name: 'Studio',
      text: 'Wofür Credits ausgegeben werden, mit dem Preis auf dem Knopf, und was misslingt, kostet nichts.',
    },
    surfaces: {
      name: 'Drei Oberflächen',
      text: 'Ein Konto im Web, auf dem Desktop und auf dem Telefon nebeneinander: Was eines ausgibt, sehen alle.',
    },
    desktop: {
      name: 'Desktop',
      text: 'Das Studio als App, die sich installieren lässt, ohne Verbindung aufgeht und dort nichts verspricht.',
    },
    mobile: {
      name: 'Telefon',
      text: 'Das Studio, wo es keine Credits gibt: kostenlos auf dem Gerät, oder dasselbe Projekt im Web.',
    },
    console: {
      name: 'Konsole',
      text: 'Was Support und Finanzen sehen: mit Begründung und Vorschau etwas richtigstellen, Kampagnen, Geld.',
    },
    docs: { name: 'API', text: 'Alles, was die Seiten tun, tun sie hierüber.' },
  },
};

export const WORDS: Readonly<Record<Language, typeof english>> = { en: english, de: german };
