/** The code blocks of a Markdown document, and what their output is compared by. */

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Where the text begins and ends in the document. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

export interface Command {
  /** As it is typed, lines continued by a backslash included. */
  readonly typed: string;
  /** What the document shows below it. */
  readonly shown: string;
}

const FENCE = /^```(\w*)[^\n]*\n(.*?)^```$/gms;

export function blocksOf(document: string): Block[] {
  return [...document.matchAll(FENCE)].map((match) => {
    const start = match.index + match[0].indexOf('\n') + 1;
    const text = match[2] as string;
    return {
      language: match[1] as string,
      text,
      start,
      end: start + text.length,
      line: document.slice(0, match.index).split('\n').length,
    };
  });
}

/** `$ ` begins a command, a backslash continues it, and all other lines are what it prints. */
export function commandsOf(block: string): Command[] {
  const commands: { typed: string; shown: string }[] = [];
  let continued = false;
  for (const line of block.split('\n').slice(0, -1)) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ typed: line.slice(2), shown: '' });
    else if (last === undefined) throw new Error(`a console block begins with "$ ", not with: ${line}`);
    else if (continued) last.typed += `\n${line}`;
    else last.shown += `${line}\n`;
    continued = line.endsWith('\\') && (continued || line.startsWith('$ '));
  }
  return commands;
}

/** What differs from run to run: ids, times, keys, tokens, hashes and names made at random. */
const VARYING: readonly [RegExp, string][] = [
  [/\bqte_[\w-]+\.[\w-]+/g, 'qte_#'],
  [/\b(op|grt|hld|key|ntc|pur|sub)_[0-9a-z]{8,}/g, '$1_#'],
  [/\b(sk|ak)_[\w-]{43}/g, '$1_#'],
  // Its first characters, by which a key is recognised.
  [/\b(sk|ak)_[\w-]{7}…/g, '$1_#…'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'JWT'],
  [/\bdemo_[0-9a-f]{8}\b/g, 'demo_#'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME'],
  [/\b[0-9a-f]{64}\b/g, 'HASH'],
];

/** Equal for two outputs that differ only in what varies; JSON is compared without its line breaks. */
export function comparable(output: string): string {
  const text = VARYING.reduce((left, [pattern, name]) => left.replaceAll(pattern, name), output.trimEnd());
  const json = jsonOf(text);
  if (json !== undefined) return JSON.stringify(json);
  return text.replaceAll(/[ \t]+$/gm, '');
}

function jsonOf(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const WIDTH = 120;

/** JSON as a person would break it: what fits on a line stays on it. */
export function readable(output: string): string {
  const json = jsonOf(output.trim());
  return json === undefined ? output : `${broken(json, '')}\n`;
}

function broken(value: unknown, indent: string): string {
  const line = inline(value);
  if (line.length + indent.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((one) => `${deeper}${broken(one, deeper)}`).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value).map(
    ([key, one]) => `${deeper}${JSON.stringify(key)}: ${broken(one, deeper)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${inline(one)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
