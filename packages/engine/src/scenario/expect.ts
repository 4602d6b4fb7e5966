import { canonicalJson } from '../core/canonical.ts';
import {
  compareDraws,
  compareExplained,
  compareFields,
  comparePreviewed,
  type Difference,
  isRecord,
} from './check.ts';
import type { Answer, Ids } from './ids.ts';
import type { Expectation, Step } from './model.ts';

/** What came of a step: what was answered, or the problem it was refused with. */
export interface Outcome {
  readonly refusal: Record<string, unknown> | null;
  readonly answer: Answer;
}

/** A line that was not as expected. */
export interface Unmet extends Difference {
  readonly at: { readonly line: number; readonly text: string };
}

/** Holds a step's expectations against what came of it. A refusal that nobody expected is one, too. */
export function unmet(step: Step, outcome: Outcome, ids: Ids): Unmet[] {
  const { refusal } = outcome;
  const refused = step.expectations.find((one) => one.kind === 'refused');
  if (refusal !== null && refused === undefined) {
    return [{ at: step, expected: 'no refusal', got: `refused ${refusal.code}: ${refusal.detail}` }];
  }
  const unmet: Unmet[] = [];
  for (const expectation of step.expectations) {
    const difference = compare(expectation, outcome, { ids, step });
    if (difference !== null) unmet.push({ at: expectation, ...difference });
  }
  return unmet;
}

function compare(
  expectation: Expectation,
  { refusal, answer }: Outcome,
  { ids, step }: { ids: Ids; step: Step },
): Difference | null {
  switch (expectation.kind) {
    case 'refused': {
      if (refusal === null) return { expected: `refused ${expectation.code}`, got: 'it was done' };
      if (refusal.code === expectation.code) return compareFields(expectation.fields, refusal);
      return { expected: `refused ${expectation.code}`, got: `refused ${refusal.code}: ${refusal.detail}` };
    }
    case 'fields':
      return compareFields(expectation.fields, partOf(answer, expectation.subject));
    case 'draws': {
      const holder = isRecord(answer.operation)
        ? answer.operation
        : isRecord(answer.hold)
          ? answer.hold
          : answer;
      const draws = Array.isArray(holder.draws) ? holder.draws : [];
      return compareDraws(expectation.draws, draws, ids);
    }
    case 'same_answer':
      return sameAnswer(answer, { step, as: expectation.as, ids });
    case 'free_on_device': {
      const got = answer.mode;
      return got === 'free_on_device' && answer.operation === null
        ? null
        : { expected: 'free_on_device, nothing written', got: JSON.stringify(answer) };
    }
    case 'explained': {
      const grants = isRecord(answer.explanation) ? answer.explanation.grants : [];
      return compareExplained(expectation, Array.isArray(grants) ? grants : [], ids);
    }
    case 'statement_class': {
      const classes = isRecord(answer.statement) ? answer.statement.classes : [];
      const list: unknown[] = Array.isArray(classes) ? classes : [];
      return compareFields(
        expectation.fields,
        list.find((one) => isRecord(one) && one.class === expectation.class),
      );
    }
    case 'previewed': {
      const { lots } = answer;
      return comparePreviewed(expectation, Array.isArray(lots) ? lots : [], ids);
    }
    case 'entry':
    case 'lot':
      return null;
  }
}

/** A quote's own fields stand at its top. */
function partOf(answer: Answer, subject: string): unknown {
  return subject === 'quote' ? answer : answer[subject];
}

/** The first answer again: the same operation to the last byte, and marked as a replay. */
function sameAnswer(
  answer: Answer,
  { step, as, ids }: { step: Step; as: string | null; ids: Ids },
): Difference | null {
  const name = as ?? (step.action.verb === 'replay' ? step.action.step : null);
  if (name === null) return { expected: 'same answer as a step', got: 'no step is named' };
  const want = canonicalJson(ids.sent(name).answer?.operation);
  const have = canonicalJson(answer.operation);
  if (want !== have) return { expected: want, got: have };
  return answer.replayed === true ? null : { expected: 'marked as a replay', got: 'it is not' };
}
