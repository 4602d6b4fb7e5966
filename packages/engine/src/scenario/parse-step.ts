import { type Action, CHECKED, type Checked, type SpendWords } from './model.ts';
import type { Names } from './names.ts';
import { LIFE_STEPS } from './parse-life.ts';
import { SOURCE_STEPS } from './parse-source.ts';
import type { Words } from './words.ts';

const VERBS = {
  at: parseAt,
  advance: (words) => ({ verb: 'advance', duration: words.duration() }),
  account: parseAccount,
  grant: parseGrant,
  consume: parseConsume,
  quote: (words, names) => {
    const name = names.declare(words, 'quote');
    return { verb: 'quote', name, ...parseSpend(words, names, []).spend };
  },
  hold: parseHold,
  capture: (words, names) => {
    const { name, target } = parseTarget(words, names, 'hold');
    const amount = words.isAmount() ? words.amount() : null;
    return { verb: 'capture', name, hold: target, amount, key: parseKey(words) };
  },
  release: (words, names) => {
    const { name, target } = parseTarget(words, names, 'hold');
    return { verb: 'release', name, hold: target, key: parseKey(words) };
  },
  refund: parseRefund,
  extend: parseExtend,
  void: (words, names) => ({ verb: 'void', grant: names.refer(words, 'grant'), key: parseKey(words) }),
  freeze: (words, names) => ({ verb: 'freeze', grant: names.refer(words, 'grant'), key: parseKey(words) }),
  unfreeze: (words, names) => ({
    verb: 'unfreeze',
    grant: names.refer(words, 'grant'),
    key: parseKey(words),
  }),
  adjust: parseAdjust,
  replay: (words, names) => ({ verb: 'replay', step: names.refer(words, ...REPLAYED) }),
  balance: (words) => ({ verb: 'balance', at: words.take('at') ? words.instant() : null }),
  check: (words, names) => {
    const name = words.name(`the name of a ${CHECKED.join(' or ')}`);
    return { verb: 'check', subject: names.kindOf(words, name, CHECKED) as Checked, name };
  },
  draw_order: (words, names) => ({ verb: 'draw_order', grants: parseNameList(words, names) }),
  entries: (words) => ({ verb: 'entries', last: words.take('last') ? words.integer('how many') : null }),
  explain: (words, names) => ({ verb: 'explain', operation: names.refer(words, 'operation', 'hold') }),
  statement: (words) => {
    words.keyword('from');
    const from = words.instant();
    words.keyword('to');
    return { verb: 'statement', from, to: words.instant() };
  },
  ...SOURCE_STEPS,
  ...LIFE_STEPS,
} satisfies Record<string, (words: Words, names: Names) => Action>;

/** What a name may stand for that a request was sent for. */
export const REPLAYED = ['operation', 'grant', 'hold', 'subscription', 'purchase'] as const;

/** `together` is read by the file parser, since its steps stand below it. */
export const STEP_WORDS = [...(Object.keys(VERBS) as (keyof typeof VERBS)[]), 'together'] as const;

/** The step after its verb, up to where fields may follow. */
export function parseAction(verb: keyof typeof VERBS, words: Words, names: Names): Action {
  return VERBS[verb](words, names);
}

function parseAt(words: Words): Action {
  return { verb: 'at', instant: words.instant() };
}

function parseAccount(words: Words): Action {
  const name = words.name('the name of the account');
  let kind: 'user' | 'team' | null = null;
  let timeZone: string | null = null;
  while (!words.done) {
    if (words.oneOf(['kind', 'time_zone'], 'an option of an account') === 'kind') {
      kind = words.oneOf(['user', 'team'] as const, 'a kind of account');
    } else timeZone = words.next('a time zone such as Europe/Berlin');
  }
  return { verb: 'account', name, kind, timeZone };
}

const GRANT_OPTIONS = ['expires', 'valid_for', 'effective', 'priority', 'features', 'source', 'key'] as const;

function parseGrant(words: Words, names: Names): Action {
  const name = names.declare(words, 'grant');
  const className = words.name('a class');
  const amount = words.amount();
  const options: { -readonly [K in keyof GrantOptions]: GrantOptions[K] } = { ...NO_GRANT_OPTIONS };
  while (!words.done) {
    const option = words.oneOf(GRANT_OPTIONS, 'an option of a grant');
    if (option === 'expires') options.expires = words.instant();
    else if (option === 'valid_for') options.validFor = words.duration();
    else if (option === 'effective') options.effective = words.instant();
    else if (option === 'priority') options.priority = words.integer('a priority');
    else if (option === 'features') options.features = parseWordList(words, 'a feature');
    else if (option === 'source') options.source = words.name('the type of a source');
    else options.key = words.name('a key');
  }
  return { verb: 'grant', name, class: className, amount, ...options };
}

type GrantOptions = Pick<
  Action & { verb: 'grant' },
  'expires' | 'validFor' | 'effective' | 'priority' | 'features' | 'source' | 'key'
>;
const NO_GRANT_OPTIONS: GrantOptions = {
  expires: null,
  validFor: null,
  effective: null,
  priority: null,
  features: null,
  source: null,
  key: null,
};

function parseConsume(words: Words, names: Names): Action {
  const name = optionalName(words, names, 'operation');
  const { spend, flags } = parseSpend(words, names, ['overdraft', 'key']);
  return { verb: 'consume', name, ...spend, overdraft: flags.overdraft, key: flags.key };
}

function parseHold(words: Words, names: Names): Action {
  const name = names.declare(words, 'hold');
  const { spend, flags } = parseSpend(words, names, ['ttl', 'key']);
  return { verb: 'hold', name, ...spend, ttlSeconds: flags.ttlSeconds, key: flags.key };
}

const SPEND_OPTIONS = ['feature', 'units', 'surface', 'member', 'quote'] as const;
type Flag = 'overdraft' | 'ttl' | 'key';

/** `[AMOUNT] [feature F] [units U] [surface S] [member M] [quote Q]` and the flags that the verb allows. */
function parseSpend(words: Words, names: Names, allowed: readonly Flag[]) {
  const spend: { -readonly [K in keyof SpendWords]: SpendWords[K] } = {
    amount: words.isAmount() ? words.amount() : null,
    feature: null,
    units: null,
    surface: null,
    member: null,
    quote: null,
  };
  const flags = { overdraft: false, ttlSeconds: null as number | null, key: null as string | null };
  while (!words.done) {
    const option = words.oneOf([...SPEND_OPTIONS, ...allowed], 'an option of spending');
    if (option === 'feature') spend.feature = words.name('a feature');
    else if (option === 'units') spend.units = parseUnits(words);
    else if (option === 'surface') spend.surface = words.name('a surface');
    else if (option === 'member') spend.member = words.name('a member');
    else if (option === 'quote') spend.quote = names.refer(words, 'quote');
    else if (option === 'overdraft') flags.overdraft = true;
    else if (option === 'ttl') flags.ttlSeconds = words.seconds('a time to live');
    else flags.key = words.name('a key');
  }
  if (spend.amount === null && spend.feature === null) {
    throw words.error(
      'an amount or a feature is missing here',
      'consume c1 25, or consume c1 feature ai_script',
    );
  }
  return { spend, flags };
}

/** `3`, or `seconds=10,resolution=4k`. */
function parseUnits(words: Words): number | Record<string, string> {
  if (words.isAmount()) return Number(words.amount());
  const units: Record<string, string> = {};
  do {
    const pair = words.matching(/^[a-z_]+=[^=]+$/, 'units', 'write 3, or seconds=10, resolution=4k');
    const [dimension, value] = pair.split('=') as [string, string];
    units[dimension] = value;
  } while (words.take(','));
  return units;
}

/** `[NAME of] TARGET`. */
function parseTarget(
  words: Words,
  names: Names,
  kind: 'hold' | 'operation',
): { name: string | null; target: string } {
  const first = words.name(`the name of the ${kind}`);
  if (words.take('of')) {
    names.add(words, first, 'operation');
    return { name: first, target: names.refer(words, kind) };
  }
  names.kindOf(words, first, [kind]);
  return { name: null, target: first };
}

/** Of an operation, what it spent; of a purchase, the money, by the buyer's own wish. */
function parseRefund(words: Words, names: Names): Action {
  if (names.isKind(words.peek(), 'purchase')) {
    return {
      verb: 'refund_purchase',
      purchase: names.refer(words, 'purchase'),
      key: parseKey(words),
    };
  }
  const { name, target } = parseTarget(words, names, 'operation');
  const amount = words.isAmount() ? words.amount() : null;
  return { verb: 'refund', name, operation: target, amount, key: parseKey(words) };
}

function parseExtend(words: Words, names: Names): Action {
  const name = words.name('the name of a grant or hold');
  if (names.kindOf(words, name, ['grant', 'hold']) === 'hold') {
    words.keyword('ttl');
    return {
      verb: 'extend_hold',
      hold: name,
      ttlSeconds: words.seconds('a time to live'),
      key: parseKey(words),
    };
  }
  words.keyword('expires');
  const expires = words.take('never') ? null : words.instant();
  return { verb: 'extend_grant', grant: name, expires, key: parseKey(words) };
}

function parseAdjust(words: Words, names: Names): Action {
  const name = /^[+-]/.test(words.peek() ?? '') ? null : names.declare(words, 'operation');
  const amount = words.signed('a signed amount');
  const hasClass = !words.done && words.peek() !== 'key';
  return {
    verb: 'adjust',
    name,
    amount,
    class: hasClass ? words.name('a class') : null,
    key: parseKey(words),
  };
}

function parseKey(words: Words): string | null {
  return words.take('key') ? words.name('a key') : null;
}

const RESERVED: readonly string[] = [...SPEND_OPTIONS, 'overdraft', 'ttl', 'key'];

function optionalName(words: Words, names: Names, kind: 'operation'): string | null {
  const word = words.peek();
  if (word === null || words.isAmount() || RESERVED.includes(word)) return null;
  return names.declare(words, kind);
}

function parseWordList(words: Words, what: string): string[] {
  const list = [words.name(what)];
  while (words.take(',')) list.push(words.name(what));
  return list;
}

function parseNameList(words: Words, names: Names): string[] {
  if (words.take('nothing')) return [];
  const list = [names.refer(words, 'grant')];
  while (words.take(',')) list.push(names.refer(words, 'grant'));
  return list;
}
