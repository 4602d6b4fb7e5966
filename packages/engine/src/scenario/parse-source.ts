import { SANDBOX_ACTIONS } from '../sources/sandbox.ts';
import type { Action } from './model.ts';
import type { SubscriptionChange } from './model-source.ts';
import type { Names } from './names.ts';
import type { Words } from './words.ts';

/** The steps of subscriptions, campaigns and purchases. */
export const SOURCE_STEPS = {
  subscribe: parseSubscribe,
  renew: parseSubscriptionChange('renew'),
  payment_failed: parseSubscriptionChange('payment_failed'),
  change: parseSubscriptionChange('change'),
  cancel: parseSubscriptionChange('cancel'),
  pause: parseSubscriptionChange('pause'),
  resume: parseSubscriptionChange('resume'),
  reactivate: parseSubscriptionChange('reactivate'),
  preview: parsePreview,
  codes: parseCodes,
  referral: (words, names) => {
    const name = names.declare(words, 'code');
    return { verb: 'referral', name, campaign: words.done ? null : words.name('a campaign') };
  },
  redeem: (words, names) => {
    const { name, subject } = parseSubject(words, names, 'a code');
    return { verb: 'redeem', name, code: subject, ...parseClaimant(words) };
  },
  claim: (words, names) => {
    const { name, subject } = parseSubject(words, names, 'a campaign');
    return { verb: 'claim', name, campaign: subject, ...parseClaimant(words) };
  },
  campaign: (words) => ({ verb: 'campaign', campaign: words.name('a campaign') }),
  stop: (words) => ({ verb: 'stop', campaign: words.name('a campaign') }),
  checkout: parseCheckout,
  top_up: parseTopUp,
  top_ups: () => ({ verb: 'top_ups' }),
  charge: (words, names) => ({ verb: 'charge', name: names.declare(words, 'purchase') }),
  sandbox: parseAtProvider('sandbox'),
  news: parseAtProvider('news'),
  lots: (words, names) => ({
    verb: 'lots',
    of: words.take('of') ? names.refer(words, 'subscription', 'purchase') : null,
    campaign: words.take('from') ? words.name('a campaign') : null,
  }),
} satisfies Record<string, (words: Words, names: Names) => Action>;

type Readers = Readonly<Record<string, () => unknown>>;
type Options<R extends Readers> = { -readonly [K in keyof R]: ReturnType<R[K]> | null };

/** Reads options in any order, up to the line's end; what is not written is null. */
function parseOptions<R extends Readers>(words: Words, readers: R): Options<R> {
  const known = Object.keys(readers);
  const options = Object.fromEntries(known.map((option) => [option, null])) as Options<R>;
  while (!words.done) {
    const option: keyof R = words.oneOf(known, 'an option here');
    options[option] = readers[option]?.() as Options<R>[keyof R];
  }
  return options;
}

const keyOf = (words: Words) => () => words.name('a key');
const refOf = (words: Words) => () => words.name('the name of a payment');
const intervalOf = (words: Words) => () => words.oneOf(['month', 'year'] as const, 'an interval');
const seatsOf = (words: Words) => () => words.integer('a number of seats');
const planOf = (words: Words) => () => words.name('a plan');

function parseSubscribe(words: Words, names: Names): Action {
  const name = names.declare(words, 'subscription');
  const plan = planOf(words)();
  const { trial, ...options } = parseOptions(words, {
    interval: intervalOf(words),
    seats: seatsOf(words),
    trial: () => true,
    started: () => words.instant(),
    currency: () => words.name('a currency'),
    ref: refOf(words),
    key: keyOf(words),
  });
  return { verb: 'subscribe', name, plan, trial: trial === true, ...options };
}

function parseSubscriptionChange(verb: SubscriptionChange['verb']) {
  return (words: Words, names: Names): SubscriptionChange => {
    const subscription = names.refer(words, 'subscription');
    return { subscription, ...parseOfSubscription(verb, words) } as SubscriptionChange;
  };
}

function parseOfSubscription(verb: SubscriptionChange['verb'], words: Words) {
  const key = keyOf(words);
  const periodEnd = () => words.instant();
  switch (verb) {
    case 'renew':
    case 'payment_failed': {
      const isNamed = verb === 'renew' || !(words.done || ['period_end', 'key'].includes(words.peek() ?? ''));
      const ref = isNamed ? refOf(words)() : null;
      const { period_end, ...options } = parseOptions(words, { period_end: periodEnd, key });
      return { verb, ref, periodEnd: period_end, ...options };
    }
    case 'change': {
      const options = parseOptions(words, {
        plan: planOf(words),
        interval: intervalOf(words),
        seats: seatsOf(words),
        when: () => words.oneOf(['now', 'period_end'] as const, 'a time'),
        ref: refOf(words),
        key,
      });
      return { verb, ...options };
    }
    case 'cancel': {
      const when = words.take('now') ? 'now' : 'period_end';
      return { verb, when, ...parseOptions(words, { key }) };
    }
    case 'reactivate':
      return { verb, ...parseOptions(words, { ref: refOf(words), key }) };
    default:
      return { verb, ...parseOptions(words, { key }) };
  }
}

const PREVIEWED = ['renew', 'change', 'cancel', 'pause', 'resume', 'reactivate'] as const;

/** `preview SUBSCRIPTION change plan max`: the step as it would be written without `preview`. */
function parsePreview(words: Words, names: Names): Action {
  const subscription = names.refer(words, 'subscription');
  const verb = words.oneOf(PREVIEWED, 'a change that can be previewed');
  const change = { subscription, ...parseOfSubscription(verb, words) } as SubscriptionChange;
  return { verb: 'preview', subscription, change };
}

function parseCodes(words: Words, names: Names): Action {
  const campaign = words.name('a campaign');
  const list = [names.declare(words, 'code')];
  while (words.take(',')) list.push(names.declare(words, 'code'));
  return { verb: 'codes', campaign, names: list };
}

const CLAIMANT = ['device', 'surface', 'key'];

/** `[NAME] SUBJECT`: the name of the lot may be left out. */
function parseSubject(words: Words, names: Names, what: string): { name: string | null; subject: string } {
  const first = words.name(what);
  if (words.done || CLAIMANT.includes(words.peek() ?? '')) return { name: null, subject: first };
  names.add(words, first, 'grant');
  return { name: first, subject: words.name(what) };
}

function parseClaimant(words: Words) {
  return parseOptions(words, {
    device: () => words.name('a device'),
    surface: () => words.name('a surface'),
    key: keyOf(words),
  });
}

function parseCheckout(words: Words, names: Names): Action {
  const name = names.declare(words, 'purchase');
  const pack = words.name('a pack');
  const { consent, save, ...options } = parseOptions(words, {
    currency: () => words.name('a currency'),
    jurisdiction: () => words.name('a jurisdiction'),
    consent: () => true,
    save: () => true,
    key: keyOf(words),
  });
  return { verb: 'checkout', name, pack, consent: consent === true, save: save === true, ...options };
}

/** `top_up below 50 buy pack_100 cap 998 [currency EUR]`, or `top_up off`. */
function parseTopUp(words: Words): Action {
  if (words.take('off')) return { verb: 'top_up_off', key: null };
  words.keyword('below');
  const below = words.amount();
  words.keyword('buy');
  const pack = words.name('a pack');
  words.keyword('cap');
  const cap = words.integer("the month's most, in the minor unit");
  const currency = words.take('currency') ? words.name('a currency') : 'USD';
  return { verb: 'top_up', below, pack, cap, currency, key: null };
}

function parseAtProvider(verb: 'sandbox' | 'news') {
  return (words: Words, names: Names): Action => {
    const purchase = names.refer(words, 'purchase');
    const press = words.oneOf(SANDBOX_ACTIONS, "an action at the sandbox's desk");
    return { verb, purchase, press, ...parseOptions(words, { key: keyOf(words) }) };
  };
}
