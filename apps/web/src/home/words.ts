/** The words of the overview. */
import type { Language } from '../shell/preferences.ts';

const english = {
  title: 'Every credit, accounted for.',
  lead: 'Credits of several classes, spent in one fixed order, correct to the last credit, and the same on every device at once. This is a running server; have a look around.',
  credits:
    'What a person sees: what there is, in which order it is used, what is to come, and every line of what was.',
  studio:
    'What credits are spent for: scripts, cutouts and exports, with the price on the button and nothing charged for what fails.',
  surfaces:
    'One account on the web, on the desktop and on a phone, side by side: what one spends, all of them see.',
  console:
    'What support and finance see: find an account, put things right with a reason and a preview, campaigns, money.',
  docs: 'Everything that the pages do, they do through this.',
};

const german: typeof english = {
  title: 'Jeder Credit zählt.',
  lead: 'Credits mehrerer Klassen, in einer festen Reihenfolge verbraucht, genau bis auf den letzten, und auf jedem Gerät zugleich. Das ist ein laufender Server; sieh dich um.',
  credits:
    'Was man als Nutzer sieht: was da ist, in welcher Reihenfolge es verbraucht wird, was kommt und jede Zeile dessen, was war.',
  studio:
    'Wofür Credits ausgegeben werden: Skripte, Freisteller und Exporte, mit dem Preis auf dem Knopf, und was misslingt, kostet nichts.',
  surfaces:
    'Ein Konto im Web, auf dem Desktop und auf dem Telefon nebeneinander: Was eines ausgibt, sehen alle.',
  console:
    'Was Support und Finanzen sehen: ein Konto finden, mit Begründung und Vorschau etwas richtigstellen, Kampagnen, Geld.',
  docs: 'Alles, was die Seiten tun, tun sie hierüber.',
};

export const WORDS: Readonly<Record<Language, typeof english>> = { en: english, de: german };
