import { addDuration, formatInstant, parseDuration } from '../core/calendar.ts';
import { actAtSource } from './at-source.ts';
import { audit } from './audit.ts';
import { type Outcome, unmet } from './expect.ts';
import { Ids, MissingName } from './ids.ts';
import type { Action, Change, Scenario, Step } from './model.ts';
import { isSourceAction, isSourceChange } from './model-source.ts';
import { limitationOf, OutOfReach } from './reach.ts';
import { read } from './read.ts';
import { requestOf, spendBody } from './request.ts';
import { attempt, bindParts, type Mismatch, type Run, report } from './running.ts';
import type { ScenarioTarget } from './target.ts';

export type { Mismatch } from './running.ts';

export interface ScenarioReport {
  readonly title: string;
  readonly ok: boolean;
  /** Steps that were run, those inside a `together` included. */
  readonly steps: number;
  readonly mismatches: readonly Mismatch[];
}

export interface RunOptions {
  /**
   * Put before every account id and key, so that a scenario can run beside others and again. At most 40 characters
   * of those that account ids have.
   */
  readonly prefix: string;
  /** Told before each step. */
  readonly onStep?: (step: Step) => void;
}

/**
 * Runs a scenario to its end and reports every line that was not as expected; at the end it reads back each account's
 * ledger and each operation. Throws only what is no refusal: a lost connection, a broken
 * invariant, or `OutOfReach` before the first step where the target has not what the scenario needs.
 */
export async function runScenario(
  scenario: Scenario,
  target: ScenarioTarget,
  { prefix, onStep }: RunOptions,
): Promise<ScenarioReport> {
  const limitation = limitationOf(scenario, target);
  if (limitation !== null) throw new OutOfReach(limitation);
  const account = `${prefix}user`;
  const run: Run = {
    target,
    prefix,
    ids: new Ids(),
    accounts: new Set(),
    mismatches: [],
    account,
    steps: 0,
  };
  for (const step of scenario.steps) {
    onStep?.(step);
    await runStep(run, step);
  }
  run.mismatches.push(...(await audit(target, { accounts: run.accounts, operations: run.ids.operations })));
  return {
    title: scenario.title,
    ok: run.mismatches.length === 0,
    steps: run.steps,
    mismatches: run.mismatches,
  };
}

async function runStep(run: Run, step: Step): Promise<void> {
  run.steps++;
  try {
    const outcome = await act(run, step);
    if (outcome === null) return;
    for (const { at, ...difference } of unmet(step, outcome, run.ids)) report(run, at, difference);
  } catch (error) {
    // What a failed step should have named is missing: that step has been reported already.
    if (!(error instanceof MissingName)) throw error;
    if (run.mismatches.length === 0) throw error;
  }
}

async function act(run: Run, step: Step): Promise<Outcome | null> {
  const { action } = step;
  if (action.verb === 'standing' || (isSourceAction(action) && !isSourceChange(action)))
    return await actAtSource(run, action);
  const { target, ids } = run;
  switch (action.verb) {
    case 'at':
      await target.setClock(action.instant);
      return null;
    case 'advance':
      await advance(target, action.duration);
      return null;
    case 'account':
      await openAccount(run, action);
      return null;
    case 'together':
      await runTogether(run, step, action);
      return null;
    case 'quote':
      return await attempt(
        run,
        () => target.quote(run.account, spendBody(action, ids)),
        (answer) => {
          if (typeof answer.quote === 'string') ids.bind('quote', action.name, answer.quote);
        },
      );
    case 'replay': {
      const { again, answer } = ids.sent(action.step);
      const outcome = await attempt(run, again);
      if (answer === null) {
        ids.record(action.step, { again, answer: outcome.refusal === null ? outcome.answer : null });
        if (outcome.refusal === null) bindParts(ids, action.step, outcome.answer);
      }
      return outcome;
    }
    case 'balance':
    case 'check':
    case 'draw_order':
    case 'entries':
    case 'explain':
    case 'lots':
    case 'statement':
      return await read(run, step, action);
    default:
      return await change(run, step, action);
  }
}

async function advance(target: ScenarioTarget, text: string): Promise<void> {
  const duration = parseDuration(text);
  if (duration === null) throw new Error(`not a duration: ${text}`);
  const now = Date.parse(await target.now());
  await target.setClock(formatInstant(addDuration(now, duration)));
}

async function openAccount(run: Run, action: Action & { verb: 'account' }): Promise<void> {
  run.account = `${run.prefix}${action.name}`;
  run.accounts.add(run.account);
  if (action.kind === null && action.timeZone === null) return;
  await run.target.putAccount(run.account, {
    ...(action.kind === null ? {} : { kind: action.kind }),
    ...(action.timeZone === null ? {} : { time_zone: action.timeZone }),
  });
}

async function change(run: Run, step: Step, action: Change): Promise<Outcome> {
  run.accounts.add(run.account);
  const { ids, target, account, prefix } = run;
  // The line is the key, unless the scenario names one: two steps never share a key by accident.
  const key = `${prefix}${action.key ?? `line-${step.line}`}`;
  return await send(run, action, requestOf(action, { target, ids, account, key, prefix }));
}

async function send(run: Run, action: Change, request: () => Promise<unknown>): Promise<Outcome> {
  const name = 'name' in action ? action.name : null;
  const outcome = await attempt(run, request);
  const answer = outcome.refusal === null ? outcome.answer : null;
  if (name !== null) {
    run.ids.record(name, { again: request, answer });
    if (answer !== null) bindParts(run.ids, name, answer);
  }
  return outcome;
}

/** Sends the steps at once, `times` over, each with a key of its own, and counts what succeeded. */
async function runTogether(run: Run, step: Step, action: Action & { verb: 'together' }): Promise<void> {
  const sending: Promise<Outcome>[] = [];
  for (let time = 0; time < action.times; time++) {
    for (const inner of action.steps) {
      run.steps++;
      if (inner.action.verb === 'account') await openAccount(run, inner.action);
      if (!isChange(inner.action)) continue;
      const { ids, target, account, prefix } = run;
      run.accounts.add(account);
      const key = `${prefix}${inner.action.key ?? `line-${inner.line}.${time}`}`;
      sending.push(send(run, inner.action, requestOf(inner.action, { target, ids, account, key, prefix })));
    }
  }
  const outcomes = await Promise.all(sending);
  const succeeded = outcomes.filter((outcome) => outcome.refusal === null).length;
  if (action.succeed !== null && succeeded !== action.succeed) {
    report(run, step, { expected: `exactly ${action.succeed} succeed`, got: `${succeeded} succeeded` });
  }
}

function isChange(action: Action): action is Change {
  return 'key' in action;
}
