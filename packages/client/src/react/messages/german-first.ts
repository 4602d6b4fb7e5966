import type { first as english } from './english-first.ts';
import type { Message } from './words.ts';

/** What the first view of Profile → Credits says. */
export const first: Record<keyof typeof english, Message> = {
  loading: 'Wird geladen',

  retry: 'Noch einmal versuchen',

  credits: { one: '{count} Credit', other: '{count} Credits' },

  'bar.label': 'In der Reihenfolge des Verbrauchs: {parts}',
  'bar.empty': 'Keine Credits',

  'meter.label': 'Noch {value} von {of}',
  'meter.empty': 'Nichts gutgeschrieben',

  'header.unit': { one: 'Credit', other: 'Credits' },
  'header.none': 'Noch keine Credits',
  'header.new': 'Mit Credits bezahlst du, was du hier nutzt.',
  'header.live': 'Live',
  'header.updated': 'Stand {time}',
  'header.reserved': '{count} für laufende Aufträge reserviert',
  'header.reserved_by': {
    one: '{held} für einen laufenden Auftrag reserviert',
    other: '{held} für {count} laufende Aufträge reserviert',
  },
  'header.frozen': {
    one: '{count} Credit ist gesperrt, bis eine Frage zur Zahlung geklärt ist',
    other: '{count} Credits sind gesperrt, bis eine Frage zur Zahlung geklärt ist',
  },
  'header.debt': {
    one: '{count} Credit ist offen und wird vom nächsten abgezogen, der kommt',
    other: '{count} Credits sind offen und werden von den nächsten abgezogen, die kommen',
  },
  'header.announce': { one: '{count} Credit: {parts}', other: '{count} Credits: {parts}' },

  'connection.connecting': 'Verbindet',
  'connection.reconnecting': 'Offline, neuer Versuch läuft',
  'connection.refused': 'Nicht verbunden',

  'badge.loading': 'Credits: werden geladen',
  'badge.offline': 'Credits: offline',
  'badge.ended': 'Credits: abgemeldet',
  'badge.refused': 'Credits: nicht verfügbar',

  'order.lead': 'Wir verwenden',

  'cards.title': 'Deine Credits nach Art',

  'card.position': 'Reihenfolge: {position}',
  'card.of': 'von {count}',
  'card.lots': { one: '{count} Gutschrift', other: '{count} Gutschriften' },
  'card.plan': 'Tarif',
  'card_plan.month': '{name}, monatlich',
  'card_plan.year': '{name}, jährlich',
  'card.no_plan': 'Keiner',
  'card.kept': 'Bleiben, wenn du kündigst',
  'card.expires': 'Verfall',
  'card.expires_some': '{count} am {date}',
  'card.refill': 'Nächste Auffüllung',
  'card.no_refill': 'Keine fällig',
  'card.refill_on': '{count} am {date}',
  'card.source': 'Aus',
  'card.sources': '{names} und {count} weitere',
  'card.none_earned': 'Aktionen, Codes und Einladungen',
  'card.validity': 'Gültigkeit',
  'card.never_expires': 'Verfallen nicht',
  'card.held': 'Reserviert',
  'card.frozen': 'Gesperrt',

  'new.plan':
    'Sie kommen mit einem Tarif, jeden Monat oder für das ganze Jahr. Was am Ende übrig ist, verfällt.',
  'new.earned':
    'Es gibt sie bei Aktionen, für Codes und Einladungen. Sie verfallen an dem Tag, den sie nennen.',
  'new.paid': 'Du kaufst so viele, wie du brauchst. Sie gehören dir, ob du einen Tarif hast oder nicht.',

  'way.label': 'Credits bekommen',
  'way.plan': 'Tarife ansehen',
  'way.earned': 'Code einlösen',
  'way.paid': 'Credits kaufen',
  'way.invite': 'Freunde einladen',

  'source.subscription': 'Abo',
  'source.plan': '{name}',
  'source.trial': '{name}, Probezeit',
  'source.rollover': '{name}, übertragen',
  'source.campaign': 'Aktion',
  'source.purchase': 'Kauf',
  'source.bonus': '{name}, dazu',
  'source.refund': 'Rückerstattung',
  'source.adjustment': 'Korrektur durch den Support',
  'source.demonstration': 'Zum Ausprobieren',
  'source.other': 'Gutschrift',

  'timeline.title': 'Die nächsten 90 Tage',
  'timeline.empty': 'Es steht nichts an: keine Auffüllung und nichts, was verfällt.',
  'timeline.start': '{class}: Credits kommen',
  'timeline.expected': '{class}: Credits, wenn dein Tarif weiterläuft',
  'timeline.expiry': '{class}: verfallen, wenn ungenutzt',
  'timeline.lapses': 'bei deinem Tempo etwa {count}',
  'timeline.lapses_team': 'etwa {count} beim Tempo des Teams',
  'timeline.chart': 'Ohne Verbrauch: heute {from}, am {date} {to}',
  'timeline.table': 'Diese Zahlen als Tabelle',
  'timeline.from': 'Ab',
  'timeline.today': 'Heute',
  'timeline.total': 'Gesamt',

  'failure.offline': 'Keine Verbindung. Was du siehst, kann veraltet sein; wir versuchen es weiter.',
  'failure.unfetched': 'Dieser Teil der Seite konnte nicht geladen werden.',
  'failure.unknown':
    'Es kam keine Antwort, also wissen wir noch nicht, ob es geschehen ist. Versuch es noch einmal: Es geschieht höchstens einmal.',
  'failure.session': 'Deine Sitzung ist zu Ende. Melde dich neu an, um weiterzumachen.',
  'failure.no_session':
    'Deine Sitzung konnte nicht erneuert werden. Prüf deine Verbindung oder melde dich neu an.',
  'failure.busy': 'Im Moment zu viele Anfragen. Warte kurz und versuch es noch einmal.',
  'failure.server': 'Bei uns ist etwas kaputtgegangen. Nichts ist verloren; versuch es gleich noch einmal.',
  'failure.other': 'Das hat nicht geklappt.',

  'switch.label': 'Wessen Credits',
  'switch.personal': 'Persönlich',
  'switch.team': 'Team {name}',
};
