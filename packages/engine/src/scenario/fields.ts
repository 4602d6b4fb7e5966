import { suggest } from './error.ts';
import type { Field, Subject, Value } from './model.ts';
import { SOURCE_FIELDS } from './source-fields.ts';
import type { Words } from './words.ts';

type Kind = 'amount' | 'signed' | 'integer' | 'word' | 'instant' | 'yes_no';

export interface FieldType {
  readonly kind: Kind;
  /** The field of the wire shape; a dot leads into a part of it. */
  readonly wire: string;
  /** The word for "there is none", where there may be none. */
  readonly none?: string;
}

const amount = (wire: string): FieldType => ({ kind: 'amount', wire });
const word = (wire: string): FieldType => ({ kind: 'word', wire });
const expires: FieldType = { kind: 'instant', wire: 'expires_at', none: 'never' };

type FieldTypes = Readonly<Record<string, FieldType>>;

const BALANCE: FieldTypes = {
  total: amount('total'),
  held: amount('held'),
  frozen: amount('frozen'),
  available: amount('available'),
  debt: amount('debt'),
  version: { kind: 'integer', wire: 'version' },
};

const FLOW: FieldTypes = {
  opening: amount('opening'),
  in: amount('in'),
  out: amount('out'),
  closing: amount('closing'),
};

const TYPES: Readonly<Record<Subject | 'entry' | 'explained', FieldTypes>> = {
  balance: BALANCE,
  after: BALANCE,
  statement: FLOW,
  ...SOURCE_FIELDS,
  operation: {
    amount: amount('amount'),
    overdraft: amount('overdraft'),
    type: word('type'),
    at: { kind: 'instant', wire: 'at' },
    seq: { kind: 'integer', wire: 'seq' },
    feature: word('feature'),
    member: word('member'),
    units: amount('units'),
  },
  grant: {
    amount: amount('amount'),
    remaining: amount('remaining'),
    held: amount('held'),
    consumed: amount('consumed'),
    expired: amount('expired'),
    voided: amount('voided'),
    state: word('state'),
    class: word('class'),
    priority: { kind: 'integer', wire: 'priority' },
    effective: { kind: 'instant', wire: 'effective_at' },
    expires,
  },
  hold: { amount: amount('amount'), captured: amount('captured'), state: word('state'), expires },
  quote: {
    amount: amount('amount'),
    sufficient: { kind: 'yes_no', wire: 'sufficient' },
    shortfall: amount('shortfall'),
    expires,
  },
  entry: {
    held: { kind: 'signed', wire: 'held' },
    debt: { kind: 'signed', wire: 'debt' },
    at: { kind: 'instant', wire: 'at' },
    total: amount('balance_after'),
    reason: word('reason'),
    feature: { kind: 'word', wire: 'feature', none: 'none' },
  },
  explained: {
    drawn: amount('drawn'),
    available: amount('available'),
    position: { kind: 'integer', wire: 'position', none: 'none' },
    rule: word('rule'),
  },
};

const CLASS_FIELDS: FieldTypes = {
  total: amount('total'),
  held: amount('held'),
  frozen: amount('frozen'),
  available: amount('available'),
};

/** `name value, name value …` up to the line's end. */
export function parseFields(words: Words, subject: keyof typeof TYPES): Field[] {
  const fields: Field[] = [];
  if (words.done) return fields;
  do fields.push(parseField(words, subject));
  while (words.take(','));
  words.end();
  return fields;
}

/** One field; of a balance also `CLASS`, `CLASS.held` and `CLASS.next_expiry 10 at INSTANT`. */
export function parseField(words: Words, subject: keyof typeof TYPES): Field {
  const label = words.next('a field');
  const types = TYPES[subject];
  const type = Object.hasOwn(types, label) ? types[label] : undefined;
  if (type !== undefined) return { label, path: type.wire.split('.'), expected: parseValue(words, type) };
  if (types !== BALANCE || !/^[A-Za-z]/.test(label)) throw unknownField(words, label, Object.keys(types));
  return parseClassField(words, label);
}

function parseClassField(words: Words, label: string): Field {
  const dot = label.lastIndexOf('.');
  const className = dot < 0 ? label : label.slice(0, dot);
  const part = dot < 0 ? 'total' : label.slice(dot + 1);
  if (part === 'next_expiry') {
    return { label, path: ['classes', className, 'next_expiry'], expected: parseExpiry(words) };
  }
  const type = Object.hasOwn(CLASS_FIELDS, part) ? CLASS_FIELDS[part] : undefined;
  if (type === undefined) throw unknownField(words, part, [...Object.keys(CLASS_FIELDS), 'next_expiry']);
  return { label, path: ['classes', className, type.wire], expected: parseValue(words, type) };
}

function unknownField(words: Words, label: string, known: readonly string[]) {
  return words.errorBefore(`"${label}" is not a field here`, suggest(label, known));
}

function parseExpiry(words: Words): Value {
  if (words.take('none')) return { kind: 'none' };
  const lapsing = Number(words.amount());
  words.keyword('at');
  return { kind: 'expiry', amount: lapsing, at: words.instant() };
}

function parseValue(words: Words, type: FieldType): Value {
  if (type.none !== undefined && words.take(type.none)) return { kind: 'none' };
  switch (type.kind) {
    case 'amount':
      return numberValue(words.amount());
    case 'signed':
      return numberValue(words.signed('a signed amount'));
    case 'integer':
      return numberValue(String(words.integer('a whole number')));
    case 'word':
      return { kind: 'text', value: words.next('a word') };
    case 'instant':
      return { kind: 'text', value: words.instant() };
    case 'yes_no':
      return { kind: 'yes_no', value: words.oneOf(['yes', 'no'], 'yes or no') === 'yes' };
  }
}

export function numberValue(text: string): Value {
  return { kind: 'number', value: Number(text), text };
}

/** The details of a refusal: a number or a word for each, by the names that the problem gives them. */
export function parseDetails(words: Words): Field[] {
  const fields: Field[] = [];
  while (!words.done) {
    if (fields.length > 0) words.keyword(',');
    const label = words.name('a detail of the refusal');
    const expected: Value = words.isAmount()
      ? numberValue(words.amount())
      : { kind: 'text', value: words.next('the value of the detail') };
    fields.push({ label, path: [label], expected });
  }
  return fields;
}
