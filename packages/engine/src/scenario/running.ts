import type { Difference } from './check.ts';
import { isRecord } from './check.ts';
import type { Outcome } from './expect.ts';
import type { Answer, Ids } from './ids.ts';
import type { ScenarioTarget } from './target.ts';

/** A line of the scenario that was not as expected. */
export interface Mismatch extends Difference {
  readonly line: number;
  readonly text: string;
}

/** A scenario while it runs. */
export interface Run {
  readonly target: ScenarioTarget;
  readonly prefix: string;
  readonly ids: Ids;
  readonly accounts: Set<string>;
  readonly mismatches: Mismatch[];
  account: string;
  steps: number;
}

/** Sends the request; a refusal is an outcome, every other error is thrown. */
export async function attempt(
  run: Run,
  send: () => Promise<unknown>,
  onAnswer: (answer: Answer) => void = () => undefined,
): Promise<Outcome> {
  try {
    const answer = (await send()) as Answer;
    onAnswer(answer);
    if (isRecord(answer.operation)) run.ids.operations.push(answer.operation);
    return { refusal: null, answer };
  } catch (error) {
    const refusal = run.target.problemOf(error);
    if (refusal === null) throw error;
    return { refusal, answer: { operation: null } };
  }
}

/** A step's name stands for all that the step made: its operation, and the grant, hold, subscription or purchase. */
export function bindParts(ids: Ids, name: string, answer: Answer): void {
  for (const kind of ['operation', 'grant', 'hold', 'subscription', 'purchase'] as const) {
    const part = answer[kind];
    if (isRecord(part) && typeof part.id === 'string') ids.bind(kind, name, part.id);
  }
  const { request } = answer;
  if (isRecord(request)) {
    ids.bind('request', name, String(request.id));
    ids.bind('member', name, String(request.account));
  }
  // Of a checkout the address as well: that is where the purchase is paid.
  if (typeof answer.checkout === 'string') ids.bind('checkout', name, String(answer.url));
}

export function report(run: Run, at: { line: number; text: string }, difference: Difference): void {
  run.mismatches.push({ line: at.line, text: at.text.trim(), ...difference });
}
