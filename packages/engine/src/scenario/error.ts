/** Where something stands in a scenario file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a scenario file: the place, the line itself with a caret under the word, and a hint. */
export class ScenarioError extends Error {
  readonly line: number;
  readonly column: number;
  readonly hint: string | null;
  readonly reason: string;

  constructor(
    reason: string,
    place: Place,
    { text = '', hint = null }: { text?: string; hint?: string | null } = {},
  ) {
    const caret = `${' '.repeat(Math.max(0, place.column - 1))}^`;
    const lines = [`line ${place.line}, column ${place.column}: ${reason}`, `  ${text}`, `  ${caret}`];
    if (hint !== null) lines.push(`  hint: ${hint}`);
    super(lines.join('\n'));
    this.name = 'ScenarioError';
    this.reason = reason;
    this.line = place.line;
    this.column = place.column;
    this.hint = hint;
  }
}

/** "did you mean …?" where one of the words is near, else all of them. */
export function suggest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  // A third of the word may be wrong; more than that and the list says more than a guess.
  if (nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(word.length / 3))) {
    return `did you mean "${nearest.candidate}"?`;
  }
  return `known here: ${known.join(', ')}`;
}

/** Insertions, deletions, replacements and swaps of neighbours: what fingers do. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cell = (i: number, j: number): number => rows[i]?.[j] as number;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          replaced,
          cell(i - 1, j) + 1,
          cell(i, j - 1) + 1,
          swapped ? cell(i - 2, j - 2) + 1 : replaced,
        ),
      );
    }
  }
  return cell(a.length, b.length);
}
