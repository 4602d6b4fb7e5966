import { numberValue, parseDetails, parseField, parseFields } from './fields.ts';
import type { Action, DrawExpected, Expectation, Field, MoveExpected, Subject } from './model.ts';
import type { Names } from './names.ts';
import { REPLAYED } from './parse-step.ts';
import type { Words } from './words.ts';

/** What may stand indented below each verb. */
const CHANGE = ['draws', 'refused', 'same', 'operation', 'balance'] as const;
const AWARD = [...CHANGE, 'grant'];
const OF_SUBSCRIPTION = [...CHANGE, 'subscription'];
const OF_PURCHASE = ['refused', 'same', 'purchase'];
const OF_MEMBER = ['refused', 'member'];
const OF_REQUEST = ['refused', 'request'];
const OF_END = ['refused', 'operation', 'closure'];
const BELOW: Readonly<Partial<Record<Action['verb'], readonly string[]>>> = {
  grant: [...CHANGE, 'grant'],
  consume: [...CHANGE, 'free_on_device'],
  hold: [...CHANGE, 'hold', 'free_on_device'],
  capture: [...CHANGE, 'hold'],
  release: [...CHANGE, 'hold'],
  extend_hold: [...CHANGE, 'hold'],
  refund: CHANGE,
  extend_grant: [...CHANGE, 'grant'],
  void: [...CHANGE, 'grant'],
  freeze: [...CHANGE, 'grant'],
  unfreeze: [...CHANGE, 'grant'],
  adjust: CHANGE,
  replay: [...CHANGE, 'grant', 'hold', 'subscription', 'purchase', 'free_on_device'],
  quote: ['quote', 'draws', 'after', 'refused', 'free_on_device'],
  subscribe: OF_SUBSCRIPTION,
  renew: OF_SUBSCRIPTION,
  payment_failed: OF_SUBSCRIPTION,
  change: OF_SUBSCRIPTION,
  cancel: OF_SUBSCRIPTION,
  pause: OF_SUBSCRIPTION,
  resume: OF_SUBSCRIPTION,
  reactivate: OF_SUBSCRIPTION,
  preview: ['subscription', 'balance', 'lot', 'refused'],
  redeem: AWARD,
  claim: AWARD,
  checkout: OF_PURCHASE,
  refund_purchase: OF_PURCHASE,
  top_up: ['refused', 'top_ups'],
  top_up_off: ['refused'],
  sandbox: OF_PURCHASE,
  news: OF_PURCHASE,
  member: OF_MEMBER,
  leave: OF_MEMBER,
  ask: OF_REQUEST,
  approve: OF_REQUEST,
  deny: OF_REQUEST,
  standing: OF_MEMBER,
  merge: ['refused', 'operation', 'balance'],
  close: OF_END,
  cash_out: OF_END,
  codes: ['refused'],
  referral: ['refused'],
  stop: ['refused', 'campaign'],
};

const ENTRY_TYPES = [
  ...(['grant', 'consume', 'hold', 'capture', 'release', 'refund', 'expire'] as const),
  ...(['void', 'freeze', 'unfreeze', 'extend', 'adjust', 'transfer'] as const),
];

/** The fields that stand on the step's own line. */
export function parseInline(action: Action, words: Words): Expectation[] {
  const at = { line: words.line, text: words.text };
  if (action.verb === 'balance' && !words.done) {
    return [{ ...at, kind: 'fields', subject: 'balance', fields: parseFields(words, 'balance') }];
  }
  if (action.verb === 'campaign' && !words.done) {
    return [{ ...at, kind: 'fields', subject: 'campaign', fields: parseFields(words, 'campaign') }];
  }
  if ((action.verb === 'top_ups' || action.verb === 'charge') && !words.done) {
    const { verb: subject } = action;
    return [{ ...at, kind: 'fields', subject, fields: parseFields(words, subject) }];
  }
  if (action.verb === 'standing' && !words.done) {
    return [{ ...at, kind: 'fields', subject: 'member', fields: parseFields(words, 'member') }];
  }
  if (action.verb === 'check' && !words.done) {
    const { subject } = action;
    return [{ ...at, kind: 'fields', subject, fields: parseFields(words, subject) }];
  }
  words.end();
  return [];
}

/** One indented line below a step. */
export function parseExpectation(action: Action, words: Words, names: Names): Expectation {
  const at = { line: words.line, text: words.text };
  switch (action.verb) {
    case 'entries':
      return { ...at, ...parseEntry(words, names) };
    case 'balance':
      return { ...at, kind: 'fields', subject: 'balance', fields: parseFields(words, 'balance') };
    case 'check': {
      if (words.take('draws')) return { ...at, kind: 'draws', draws: parseDraws(words, names) };
      return { ...at, kind: 'fields', subject: action.subject, fields: parseFields(words, action.subject) };
    }
    case 'lots':
      return { ...at, ...parseLot(words, names) };
    case 'campaign':
      return { ...at, kind: 'fields', subject: 'campaign', fields: parseFields(words, 'campaign') };
    case 'explain': {
      const grant = names.refer(words, 'grant');
      return { ...at, kind: 'explained', grant, fields: parseFields(words, 'explained') };
    }
    case 'statement': {
      if (!words.take('class')) {
        return { ...at, kind: 'fields', subject: 'statement', fields: parseFields(words, 'statement') };
      }
      const className = words.name('a class');
      return { ...at, kind: 'statement_class', class: className, fields: parseFields(words, 'statement') };
    }
    default:
      return { ...at, ...parseOfChange(action, words, names) };
  }
}

type Parsed = Expectation extends infer E
  ? E extends Expectation
    ? Omit<E, 'line' | 'text'>
    : never
  : never;

function parseOfChange(action: Action, words: Words, names: Names): Parsed {
  const allowed = BELOW[action.verb];
  if (allowed === undefined) throw words.error(`nothing can be expected of "${action.verb}"`);
  const word = words.oneOf(allowed, `an expectation of "${action.verb}"`);
  switch (word) {
    case 'draws':
      return { kind: 'draws', draws: parseDraws(words, names) };
    case 'refused': {
      const code = words.matching(
        /^[a-z_]+$/,
        'the code of a refusal',
        'a code is lower case, such as hold_closed',
      );
      return { kind: 'refused', code, fields: parseDetails(words) };
    }
    case 'same': {
      words.keyword('answer');
      const as = words.take('as') ? names.refer(words, ...REPLAYED) : null;
      words.end();
      return { kind: 'same_answer', as };
    }
    case 'free_on_device':
      words.end();
      return { kind: 'free_on_device' };
    case 'lot':
      return parsePreviewed(words, names);
    default: {
      const subject = word as Subject;
      return { kind: 'fields', subject, fields: parseFields(words, subject) };
    }
  }
}

/** `sub 20, act 5`, `nothing`, or `new NAME 10` for a lot that the step made. */
function parseDraws(words: Words, names: Names): DrawExpected[] {
  const draws: DrawExpected[] = [];
  if (words.take('nothing')) {
    words.end();
    return draws;
  }
  do {
    const isNew = words.take('new');
    const grant = isNew ? names.declare(words, 'grant') : names.refer(words, 'grant');
    draws.push({ grant, amount: Number(words.amount()), isNew });
  } while (words.take(','));
  words.end();
  return draws;
}

/** `[new] [NAME] 600 from INSTANT to INSTANT`, then any fields of a grant. */
function parseLot(words: Words, names: Names): Parsed {
  const isNew = words.take('new');
  const isNamed = isNew || !words.isAmount();
  const grant = isNamed ? (isNew ? names.declare(words, 'grant') : names.refer(words, 'grant')) : null;
  const amount: Field = { label: 'amount', path: ['amount'], expected: numberValue(words.amount()) };
  words.keyword('from');
  const effective = words.instant();
  words.keyword('to');
  const expires = words.take('never') ? null : words.instant();
  const window: Field[] = [
    { label: 'from', path: ['effective_at'], expected: { kind: 'text', value: effective } },
    {
      label: 'to',
      path: ['expires_at'],
      expected: expires === null ? { kind: 'none' } : { kind: 'text', value: expires },
    },
  ];
  const more = words.take(',') ? parseFields(words, 'grant') : [];
  words.end();
  return { kind: 'lot', grant, isNew, fields: [amount, ...window, ...more] };
}

const EFFECTS = ['keeps', 'expires', 'moves', 'voided', 'starts'] as const;

/** `lot NAME expires`, or `lot 1500 starts` for one that the change would issue; then any fields of a grant. */
function parsePreviewed(words: Words, names: Names): Parsed {
  const isNew = words.isAmount();
  const fields: Field[] = [];
  const grant = isNew ? null : names.refer(words, 'grant');
  if (isNew) fields.push({ label: 'amount', path: ['amount'], expected: numberValue(words.amount()) });
  const effect = words.oneOf(EFFECTS, 'what becomes of a lot');
  fields.push({ label: 'effect', path: ['effect'], expected: { kind: 'text', value: effect } });
  if (words.take(',')) fields.push(...parseFields(words, 'grant'));
  words.end();
  return { kind: 'previewed', grant, fields };
}

/** `consume -25, total 110, moves sub -20 act -5`. */
function parseEntry(words: Words, names: Names): Parsed {
  const type = words.oneOf(ENTRY_TYPES, 'a type of entry');
  const fields: Field[] = [
    { label: 'type', path: ['type'], expected: { kind: 'text', value: type } },
    {
      label: 'amount',
      path: ['amount'],
      expected: numberValue(words.signed('the signed amount of the entry')),
    },
  ];
  let moves: MoveExpected[] | null = null;
  while (words.take(',')) {
    if (words.take('moves')) moves = parseMoves(words, names);
    else fields.push(parseField(words, 'entry'));
  }
  words.end();
  return { kind: 'entry', fields, moves };
}

function parseMoves(words: Words, names: Names): MoveExpected[] {
  const moves: MoveExpected[] = [];
  do {
    const grant = names.refer(words, 'grant');
    moves.push({ grant, remaining: Number(words.signed('the signed change of the lot')) });
  } while (!words.done && words.peek() !== ',');
  return moves;
}
