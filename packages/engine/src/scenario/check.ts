import type { Draw, Entry, ExplainedGrant, Grant, PreviewedLot } from '@drawdown/client';
import type { Ids } from './ids.ts';
import type { DrawExpected, Expectation, Field, Value } from './model.ts';

/** What was expected and what came; null where they agree. */
export interface Difference {
  readonly expected: string;
  readonly got: string;
}

/** Compares the fields that a line names with a wire object; the others are not its subject. */
export function compareFields(fields: readonly Field[], got: unknown): Difference | null {
  const expected: string[] = [];
  const found: string[] = [];
  for (const field of fields) {
    const value = lookUp(got, field.path);
    if (agrees(field.expected, value)) continue;
    expected.push(`${field.label} ${written(field.expected)}`);
    found.push(`${field.label} ${writtenValue(value)}`);
  }
  return expected.length === 0 ? null : { expected: expected.join(', '), got: found.join(', ') };
}

/** A step into a list finds the element of that class. */
function lookUp(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (Array.isArray(current)) {
      current = current.find((item: unknown) => isRecord(item) && item.class === key);
    } else current = isRecord(current) ? current[key] : undefined;
  }
  return current;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function agrees(expected: Value, got: unknown): boolean {
  switch (expected.kind) {
    case 'number':
      return got === expected.value || (expected.value === 0 && got === undefined);
    case 'text':
    case 'yes_no':
      return got === expected.value;
    case 'none':
      return got === null;
    case 'expiry':
      return isRecord(got) && got.amount === expected.amount && got.at === expected.at;
  }
}

function written(value: Value): string {
  switch (value.kind) {
    case 'number':
      return value.text;
    case 'text':
      return value.value;
    case 'yes_no':
      return value.value ? 'yes' : 'no';
    case 'none':
      return 'none';
    case 'expiry':
      return `${value.amount} at ${value.at}`;
  }
}

function writtenValue(value: unknown): string {
  if (value === undefined) return 'is not there';
  if (value === null) return 'none';
  if (isRecord(value) && 'at' in value && 'amount' in value) return `${value.amount} at ${value.at}`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Compares draws in order, and gives the lots that the step made their names. */
export function compareDraws(
  expected: readonly DrawExpected[],
  got: readonly Draw[],
  ids: Ids,
): Difference | null {
  for (const [index, draw] of expected.entries()) {
    const made = got[index];
    if (draw.isNew && made !== undefined && !ids.knows(made.grant)) ids.bind('grant', draw.grant, made.grant);
  }
  const want = expected.map((draw) => `${draw.grant} ${draw.amount}`).join(', ') || 'nothing';
  const have = got.map((draw) => `${ids.nameOf(draw.grant)} ${draw.amount}`).join(', ') || 'nothing';
  return want === have ? null : { expected: `draws ${want}`, got: `draws ${have}` };
}

type EntryExpected = Extract<Expectation, { kind: 'entry' }>;

/** Compares one ledger entry with its line. */
export function compareEntry(expected: EntryExpected, got: Entry, ids: Ids): Difference | null {
  const difference = compareFields(expected.fields, got);
  if (expected.moves === null) return difference;
  const want = expected.moves.map((move) => `${move.grant} ${signed(move.remaining)}`).join(' ');
  const moved = got.moves.filter((move) => move.remaining !== 0);
  const have = moved.map((move) => `${ids.nameOf(move.grant)} ${signed(move.remaining)}`).join(' ');
  if (want === have) return difference;
  return {
    expected: [difference?.expected, `moves ${want}`].filter(Boolean).join(', '),
    got: [difference?.got, `moves ${have}`].filter(Boolean).join(', '),
  };
}

/** An entry in the words of a scenario, for reports. */
export function entryText(entry: Entry, ids: Ids): string {
  const moves = entry.moves.map((move) => `${ids.nameOf(move.grant)} ${signed(move.remaining)}`).join(' ');
  return `${entry.type} ${signed(entry.amount)}${moves === '' ? '' : `, moves ${moves}`}`;
}

function signed(amount: number): string {
  return amount > 0 ? `+${amount}` : String(amount);
}

type LotExpected = Extract<Expectation, { kind: 'lot' }>;

/** Compares one lot with its line, and gives it its name where it is new. */
export function compareLot(expected: LotExpected, got: Grant, ids: Ids): Difference | null {
  const { grant, isNew, fields } = expected;
  if (isNew && grant !== null && !ids.knows(got.id)) ids.bind('grant', grant, got.id);
  const isIt = grant === null || (ids.has('grant', grant) && ids.id('grant', grant) === got.id);
  if (isIt) return compareFields(fields, got);
  return { expected: `lot ${grant}`, got: `lot ${ids.nameOf(got.id)}` };
}

/** A lot in the words of a scenario, for reports. */
export function lotText(lot: Grant): string {
  return `${lot.amount} from ${lot.effective_at} to ${lot.expires_at ?? 'never'}, state ${lot.state}`;
}

type PreviewedExpected = Extract<Expectation, { kind: 'previewed' }>;

/** Compares what a preview says of a lot. Of those that would be issued, any one may be meant. */
export function comparePreviewed(
  { grant, fields }: PreviewedExpected,
  got: readonly PreviewedLot[],
  ids: Ids,
): Difference | null {
  const id = grant === null ? null : ids.id('grant', grant);
  const found = got.filter((lot) => lot.grant === id).map((lot) => compareFields(fields, lot));
  if (found.length > 0) return found.includes(null) ? null : (found[0] ?? null);
  return { expected: `${grant ?? 'a new lot'} among the lots`, got: `${got.length} others` };
}

/** Compares what an explanation says of one lot. */
export function compareExplained(
  expected: Extract<Expectation, { kind: 'explained' }>,
  got: readonly ExplainedGrant[],
  ids: Ids,
): Difference | null {
  const found = got.find((one) => one.grant === ids.id('grant', expected.grant));
  if (found !== undefined) return compareFields(expected.fields, found);
  const have = got.map((one) => ids.nameOf(one.grant)).join(', ');
  return { expected: `${expected.grant} among the lots`, got: have === '' ? 'no lots' : have };
}
