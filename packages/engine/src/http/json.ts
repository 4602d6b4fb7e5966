/**
 * Reads a request body as JSON that means one thing only. What `JSON.parse` would change in silence is refused by
 * name: a key that appears twice (the last would win), a number with more digits than it keeps, one beyond its range,
 * a broken character, NUL (PostgreSQL cannot hold it), `__proto__`, and nesting that only serves to exhaust a stack.
 */
import { invalid } from '../errors.ts';
import { fieldText } from './problems.ts';

/** Deeper than any request: metadata may nest 5 deep, inside an operation, inside a batch. */
const MAX_DEPTH = 16;

/** Doubles keep every decimal of up to 15 significant digits. */
const ALWAYS_EXACT_LENGTH = 15;

const NUMBER = /-?[0-9.eE+-]+/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value; throws a 400 that names the field at fault, or `body`. */
export function readJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const keysWritten = scan(text);
  const value = parse(text);
  const keysKept = inspect(value, []);
  if (keysKept !== keysWritten) throw invalid(repeatedKey(text), 'appears twice');
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid('body', 'is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold what no log and no answer should.
    throw invalid('body', 'is not valid JSON');
  }
}

/** One pass over the text before it is parsed: counts the keys and judges depth and numbers. */
function scan(text: string): number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(text, at);
    } else if (char === 0x3a) {
      keys += 1;
    } else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw invalid('body', `nests deeper than ${MAX_DEPTH} levels`);
    } else if (char === 0x7d || char === 0x5d) {
      depth -= 1;
    } else if (char === 0x2d || (char >= 0x30 && char <= 0x39)) {
      NUMBER.lastIndex = at;
      const literal = NUMBER.exec(text)?.[0] ?? '';
      if (literal.length > ALWAYS_EXACT_LENGTH && !isExact(literal)) {
        throw invalid('body', 'holds a number with more digits than JSON keeps; send it as a string');
      }
      at += Math.max(literal.length - 1, 0);
    }
  }
  return keys;
}

/** The index of the closing quote, or of the end where there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** Whether the double that a literal becomes still has the literal's digits. Not a number, or out of range: judged later. */
function isExact(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  const [written, kept] = [significant(literal), significant(String(value))];
  return written === null || written === kept;
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Digits without zeros at either end, and the power of ten of the last: equal for equal numbers. */
function significant(literal: string): string | null {
  const match = DECIMAL.exec(literal);
  if (match === null) return null;
  const fraction = match[2] ?? '';
  const digits = `${match[1]}${fraction}`.replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${trimmed}e${Number(match[3] ?? 0) - fraction.length + digits.length - trimmed.length}`;
}

/** Walks the parsed value, throws at what no field may hold, and counts the keys that were kept. */
function inspect(value: unknown, path: PropertyKey[]): number {
  if (typeof value === 'string') {
    refuseBrokenText(value, path);
    return 0;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(fieldAt(path), 'is too large a number');
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    return value.reduce((keys: number, item: unknown, index) => keys + inspect(item, [...path, index]), 0);
  }
  let keys = 0;
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw invalid(fieldAt([...path, key]), 'is not a usable key');
    refuseBrokenText(key, path);
    keys +=
      1 +
      (typeof item === 'object' || typeof item === 'string' || typeof item === 'number'
        ? inspect(item, [...path, key])
        : 0);
  }
  return keys;
}

function refuseBrokenText(text: string, path: PropertyKey[]): void {
  if (text.includes('\u0000')) throw invalid(fieldAt(path), 'must not contain NUL');
  if (LONE_SURROGATE.test(text)) throw invalid(fieldAt(path), 'is not well-formed Unicode');
}

function fieldAt(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : fieldText(path);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/** Finds the name of the first key that stands twice in one object, in text that is known to be valid JSON. */
function repeatedKey(text: string): string {
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = String(JSON.parse(last));
      const seen = open.at(-1);
      if (seen?.has(key)) return key.slice(0, 200);
      seen?.add(key);
    } else last = token;
  }
  return 'body';
}
