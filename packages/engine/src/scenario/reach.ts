import type { Scenario, Step } from './model.ts';
import { isLifeAction } from './model-life.ts';
import { isSourceAction } from './model-source.ts';
import type { ScenarioTarget } from './target.ts';

/** The scenario asks for what its target does not have: no mismatch, since nothing was run. */
export class OutOfReach extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'OutOfReach';
  }
}

/** Why a scenario cannot be run on a target, in a sentence; null where it can. */
export function limitationOf({ steps }: Pick<Scenario, 'steps'>, target: ScenarioTarget): string | null {
  const all = steps.flatMap(withInner);
  const source = all.find(({ action }) => isSourceAction(action) || isLifeAction(action));
  if (source !== undefined && target.sources === null) {
    return (
      `line ${source.line} is about a source, and the core knows none: subscriptions, campaigns, purchases and what happens to ` +
      'an account as a whole keep rows of their own beside the ledger. Run it on an engine.'
    );
  }
  const news = all.find(({ action }) => action.verb === 'news');
  if (news !== undefined && target.sources?.tell === null) {
    return (
      `line ${news.line} is news that a provider signs, and only the server has the secret. Run it on an engine in ` +
      'this process, or press the buttons of the page in their order: sandbox.'
    );
  }
  return null;
}

function withInner(step: Step): Step[] {
  return step.action.verb === 'together' ? [step, ...step.action.steps.flatMap(withInner)] : [step];
}
