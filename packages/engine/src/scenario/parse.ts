import { ScenarioError, suggest } from './error.ts';
import type { Scenario, ScenarioCatalog, Step } from './model.ts';
import { Names } from './names.ts';
import { parseExpectation, parseInline } from './parse-expectation.ts';
import { parseAction, STEP_WORDS } from './parse-step.ts';
import { Words } from './words.ts';

interface Line {
  readonly number: number;
  readonly text: string;
  readonly indent: number;
}

/**
 * Reads a scenario. Its header says `scenario TITLE` and `why …`; then come steps, each on a line of its own, with
 * what is expected of it indented below. Throws `ScenarioError` at the first word that is not understood.
 */
export function parseScenario(text: string): Scenario {
  const lines = linesOf(text);
  const header = parseHeader(lines);
  const names = new Names();
  const steps = parseSteps(lines, { indent: 0, names });
  const first = steps[0];
  if (first === undefined) throw new ScenarioError('a scenario has steps', { line: 1, column: 1 });
  if (first.action.verb !== 'at') {
    const place = { line: first.line, column: 1 };
    const hint = 'begin with the instant at which it plays: at 2026-03-25T10:00Z';
    throw new ScenarioError('the first step sets the clock', place, { text: first.text, hint });
  }
  return { ...header, steps };
}

/** Lines with words on them. A catalog's JSON is made of such lines as well. */
function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line, indent: line.length - line.trimStart().length }))
    .filter((line) => line.text.trim() !== '' && !line.text.trimStart().startsWith('#'));
}

function fail(line: Line, reason: string, hint: string | null = null): ScenarioError {
  return new ScenarioError(reason, { line: line.number, column: line.indent + 1 }, { text: line.text, hint });
}

/** Takes the header's lines off the front. */
function parseHeader(lines: Line[]): Omit<Scenario, 'steps'> {
  const [first] = lines;
  const title = /^scenario\s+(\S.*)$/.exec(first?.text ?? '')?.[1]?.trim();
  if (first === undefined || title === undefined) {
    const empty = { number: 1, text: '', indent: 0 };
    throw fail(first ?? empty, 'a scenario begins with its title', 'scenario The draw order');
  }
  lines.shift();
  const why: string[] = [];
  let catalog: ScenarioCatalog | null = null;
  for (let line = lines[0]; line !== undefined; line = lines[0]) {
    const reason = /^why\s+(\S.*)$/.exec(line.text)?.[1];
    if (reason !== undefined) {
      why.push(reason.trim());
      lines.shift();
    } else if (/^catalog(\s|$)/.test(line.text)) {
      if (catalog !== null) throw fail(line, 'a scenario has one catalog');
      catalog = parseCatalog(lines);
    } else break;
  }
  if (why.length === 0) {
    throw fail(
      first,
      'a scenario says why it is there',
      'why Lesson 18: total, held and available are three numbers.',
    );
  }
  return { title, why: why.join(' '), catalog };
}

/** `catalog file.json`, or `catalog` with indented JSON that changes the shipped one. */
function parseCatalog(lines: Line[]): ScenarioCatalog {
  const line = lines.shift() as Line;
  const path = line.text.slice('catalog'.length).trim();
  if (path !== '') return { kind: 'file', path };
  const block: Line[] = [];
  while (lines[0] !== undefined && lines[0].indent > 0) block.push(lines.shift() as Line);
  if (block.length === 0) throw fail(line, 'a catalog follows, indented, or the name of its file');
  try {
    return { kind: 'patch', patch: JSON.parse(block.map((one) => one.text).join('\n')) };
  } catch (error) {
    throw fail(block[0] as Line, `the catalog is not JSON: ${(error as Error).message}`);
  }
}

/** The steps that stand at this indent, up to a line that stands further out. */
function parseSteps(lines: Line[], { indent, names }: { indent: number; names: Names }): Step[] {
  const steps: Step[] = [];
  for (let line = lines[0]; line !== undefined && line.indent >= indent; line = lines[0]) {
    if (line.indent > indent) throw fail(line, 'an indented line belongs to a step above it');
    lines.shift();
    steps.push(parseStep(line, lines, names));
  }
  return steps;
}

function parseStep(line: Line, lines: Line[], names: Names): Step {
  const words = new Words(line.text, line.number);
  const word = words.next('a step');
  const verb = STEP_WORDS.find((candidate) => candidate === word);
  if (verb === undefined) throw words.errorBefore(`"${word}" is not a step`, suggest(word, STEP_WORDS));
  if (verb === 'together') return parseTogether(words, { line, lines, names });
  const action = parseAction(verb, words, names);
  const expectations = parseInline(action, words);
  for (let below = lines[0]; below !== undefined && below.indent > line.indent; below = lines[0]) {
    lines.shift();
    expectations.push(parseExpectation(action, new Words(below.text, below.number), names));
  }
  return { line: line.number, text: line.text.trim(), action, expectations };
}

/** `together [N times], exactly K succeed`, with the steps that run at once indented below. */
function parseTogether(
  words: Words,
  { line, lines, names }: { line: Line; lines: Line[]; names: Names },
): Step {
  let times = 1;
  let succeed: number | null = null;
  if (!words.done && words.peek() !== ',' && words.peek() !== 'exactly') {
    times = words.integer('how many times');
    words.keyword('times');
  }
  words.take(',');
  if (words.take('exactly')) {
    succeed = words.integer('how many');
    words.oneOf(['succeed', 'succeeds'], '"succeed"');
  }
  words.end();
  const indent = lines[0]?.indent ?? 0;
  if (indent <= line.indent) throw fail(line, 'the steps that run together follow, indented');
  const steps = parseSteps(lines, { indent, names });
  return {
    line: line.number,
    text: line.text.trim(),
    action: { verb: 'together', steps, times, succeed },
    expectations: [],
  };
}
