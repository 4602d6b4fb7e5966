/** What the sandbox's page says, in the language that the browser asks for. */
import type * as wire from '@drawdown/client';
import type { SandboxAction } from '../sources/sandbox.ts';

type PurchaseState = wire.PurchaseState;
type PlanStatus = wire.Subscription['status'];

const english = {
  locale: 'en',
  title: '{what} – sandbox checkout',
  badge: 'Sandbox',
  notice: 'No real money moves here. Everything else happens.',
  credits: '{count} credits',
  bonus: 'and {count} on top',
  plan: 'Plan {plan}: {count} credits per refill',
  trial: 'It begins with its trial; nothing is charged before that ends.',
  per: { month: 'a month', year: 'a year' },
  price: 'Price',
  tax: 'Tax',
  total: 'Total',
  reference: 'Reference',
  back: 'Back to {host}',
  pay: 'Pay {price}',
  more: 'More to try',
  declined: 'The card was declined. Nothing was charged; you can try again.',
  cancel_plan: 'Cancel the plan',
  refused: 'The plan could not begin any more. What was paid is owed back.',
  until: 'Paid until {at}.',
  ends: 'It ends at {at}.',
  declines: 'Its card is declined: a renewal fails, and a change that is charged at once is refused.',
  labels: {
    pay: 'Pay',
    decline: 'Pay with a card that is declined',
    cancel: 'Cancel',
    refund: 'Refund the payment',
    dispute: 'Open a dispute',
    win: 'Close the dispute: won',
    lose: 'Close the dispute: lost',
    renew: 'Renew now',
    fail: 'Let the renewal fail',
    keep: 'Take the cancellation back',
    card_declined: 'Have the card declined from now on',
    card_works: 'Let the card work again',
    pay_and_keep: 'Pay, and keep the card for later',
    pay_and_keep_declining: 'Pay, and keep a card that is declined later',
    pay_and_keep_asking: 'Pay, and keep a card that asks for its owner later',
  } satisfies Readonly<Record<SandboxAction, string>>,
  states: {
    open: '',
    canceled: 'The checkout was canceled. Nothing was charged.',
    failed: 'The payment failed. Nothing was charged.',
    expired: 'The checkout has expired. Nothing was charged.',
    completed: 'Paid. The credits are in the account.',
    refunding: 'A refund was asked for. The credits are kept until it is made.',
    disputed: 'The payment is disputed. Its credits cannot be spent until that is settled.',
    partly_reversed: 'A part of the money went back, and the credits for it with it.',
    reversed: 'The money went back, and the unspent credits with it.',
  } satisfies Readonly<Record<PurchaseState, string>>,
  plans: {
    trialing: 'The trial runs. Its credits are in the account.',
    active: 'Paid. The credits of the period are in the account.',
    past_due: 'A payment failed. It can be made good until the grace is over.',
    paused: 'The plan is paused.',
    cancelled: 'The plan was cancelled and is over.',
    ended: 'The plan has ended, since nothing was paid.',
  } satisfies Readonly<Record<PlanStatus, string>>,
};

export type CheckoutWords = typeof english;

const german: CheckoutWords = {
  locale: 'de',
  title: '{what} – Sandbox-Kasse',
  badge: 'Sandbox',
  notice: 'Hier fließt kein echtes Geld. Alles andere geschieht.',
  credits: '{count} Credits',
  bonus: 'und {count} dazu',
  plan: 'Tarif {plan}: {count} Credits je Auffüllung',
  trial: 'Er beginnt mit der Probezeit; bis zu deren Ende wird nichts abgebucht.',
  per: { month: 'im Monat', year: 'im Jahr' },
  price: 'Preis',
  tax: 'Steuer',
  total: 'Gesamt',
  reference: 'Referenz',
  back: 'Zurück zu {host}',
  pay: '{price} bezahlen',
  more: 'Mehr zum Ausprobieren',
  declined: 'Die Karte wurde abgelehnt. Nichts wurde abgebucht; du kannst es noch einmal versuchen.',
  cancel_plan: 'Tarif kündigen',
  refused: 'Der Tarif konnte nicht mehr beginnen. Was bezahlt wurde, wird zurückgezahlt.',
  until: 'Bezahlt bis {at}.',
  ends: 'Er endet am {at}.',
  declines:
    'Seine Karte wird abgelehnt: Verlängerungen misslingen, und Wechsel, die sofort kosten, werden verweigert.',
  labels: {
    pay: 'Bezahlen',
    decline: 'Mit einer Karte bezahlen, die abgelehnt wird',
    cancel: 'Abbrechen',
    refund: 'Zahlung erstatten',
    dispute: 'Zahlung anfechten',
    win: 'Anfechtung schließen: gewonnen',
    lose: 'Anfechtung schließen: verloren',
    renew: 'Jetzt verlängern',
    fail: 'Verlängerung misslingen lassen',
    keep: 'Kündigung zurücknehmen',
    card_declined: 'Karte von jetzt an ablehnen lassen',
    card_works: 'Karte wieder annehmen lassen',
    pay_and_keep: 'Bezahlen und die Karte für später behalten',
    pay_and_keep_declining: 'Bezahlen und eine Karte behalten, die später abgelehnt wird',
    pay_and_keep_asking: 'Bezahlen und eine Karte behalten, die später nachfragt',
  },
  states: {
    open: '',
    canceled: 'Der Kauf wurde abgebrochen. Nichts wurde abgebucht.',
    failed: 'Die Zahlung ist fehlgeschlagen. Nichts wurde abgebucht.',
    expired: 'Die Kasse ist abgelaufen. Nichts wurde abgebucht.',
    completed: 'Bezahlt. Die Credits sind auf dem Konto.',
    refunding: 'Eine Erstattung ist beantragt. Die Credits bleiben, bis sie geschieht.',
    disputed: 'Die Zahlung ist angefochten. Ihre Credits lassen sich bis zur Klärung nicht ausgeben.',
    partly_reversed: 'Ein Teil des Geldes ging zurück, und die Credits dafür mit ihm.',
    reversed: 'Das Geld ging zurück, und die nicht verbrauchten Credits mit ihm.',
  },
  plans: {
    trialing: 'Die Probezeit läuft. Ihre Credits sind auf dem Konto.',
    active: 'Bezahlt. Die Credits des Zeitraums sind auf dem Konto.',
    past_due: 'Eine Zahlung ist fehlgeschlagen. Bis zum Ende der Frist lässt sie sich nachholen.',
    paused: 'Der Tarif ruht.',
    cancelled: 'Der Tarif wurde gekündigt und ist vorbei.',
    ended: 'Der Tarif ist beendet, da nichts bezahlt wurde.',
  },
};

const WORDS: Readonly<Record<string, CheckoutWords>> = { en: english, de: german };

/**
 * The first language of `Accept-Language` that there are words in, by how much each is wanted; English otherwise. Money and
 * dates are written as in the person's own kind of it, as on the page that one comes from: a price is spelt one way.
 */
export function checkoutWords(acceptLanguage: string | undefined): CheckoutWords {
  const wanted = (acceptLanguage ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
    return { tag, language: tag.split('-')[0] ?? '', weight: Number(weight ?? 1) };
  });
  const best = wanted
    .filter(({ language, weight }) => Object.hasOwn(WORDS, language) && weight > 0)
    .sort((a, b) => b.weight - a.weight)[0];
  const words = WORDS[best?.language ?? 'en'] ?? english;
  return best === undefined ? words : { ...words, locale: written(best.tag) ?? words.locale };
}

/** A tag as Intl wants it; null: it is none. */
function written(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/** Fills the places of a sentence. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}
