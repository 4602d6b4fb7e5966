import type { ScenarioReport } from './run.ts';

/** A report as people read it: one line when all was as expected, else each line that was not. */
export function reportText({ title, ok, steps, mismatches }: ScenarioReport): string {
  if (ok) return `ok    ${title} (${steps} steps)`;
  const lines = [`FAIL  ${title}`];
  for (const { line, text, expected, got } of mismatches) {
    lines.push(line === 0 ? `  afterwards: ${text}` : `  line ${line}: ${text}`);
    lines.push(`    expected  ${expected}`, `    got       ${got}`);
  }
  return lines.join('\n');
}
