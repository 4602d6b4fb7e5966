import { addDuration, formatInstant, parseDuration } from '../core/calendar.ts';
import { audit } from './audit.ts';
import { compareEntry, type Difference, entryText, isRecord } from './check.ts';
import { type Outcome, unmet } from './expect.ts';
import { type Answer, Ids, MissingName } from './ids.ts';
import type { Action, Change, Scenario, Step } from './model.ts';
import { requestOf, spendBody } from './request.ts';
import type { ScenarioTarget } from './target.ts';

/** A line of the scenario that was not as expected. */
export interface Mismatch extends Difference {
  readonly line: number;
  readonly text: string;
}

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

interface Run {
  readonly target: ScenarioTarget;
  readonly prefix: string;
  readonly ids: Ids;
  readonly accounts: Set<string>;
  readonly mismatches: Mismatch[];
  account: string;
  steps: number;
}

/**
 * Runs a scenario to its end and reports every line that was not as expected; at the end it reads back each account's
 * ledger and each operation. Throws only what is no refusal: a lost connection, a broken invariant.
 */
export async function runScenario(
  scenario: Scenario,
  target: ScenarioTarget,
  { prefix, onStep }: RunOptions,
): Promise<ScenarioReport> {
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

/** Sends the request; a refusal is an outcome, every other error is thrown. */
async function attempt(
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

async function change(run: Run, step: Step, action: Change): Promise<Outcome> {
  run.accounts.add(run.account);
  const { ids, target, account, prefix } = run;
  // The line is the key, unless the scenario names one: two steps never share a key by accident.
  const key = `${prefix}${action.key ?? `line-${step.line}`}`;
  return await send(run, action, requestOf(action, { target, ids, account, key }));
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

/** A step's name stands for all that the step made: its operation, and the grant or hold. */
function bindParts(ids: Ids, name: string, answer: Answer): void {
  for (const kind of ['operation', 'grant', 'hold'] as const) {
    const part = answer[kind];
    if (isRecord(part) && typeof part.id === 'string') ids.bind(kind, name, part.id);
  }
}

/** Sends the steps at once, `times` over, each with a key of its own, and counts what succeeded. */
async function runTogether(run: Run, step: Step, action: Action & { verb: 'together' }): Promise<void> {
  const sending: Promise<Outcome>[] = [];
  for (let time = 0; time < action.times; time++) {
    for (const inner of action.steps) {
      run.steps++;
      if (!isChange(inner.action)) continue;
      const { ids, target, account, prefix } = run;
      run.accounts.add(account);
      const key = `${prefix}${inner.action.key ?? `line-${inner.line}.${time}`}`;
      sending.push(send(run, inner.action, requestOf(inner.action, { target, ids, account, key })));
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

type Reading = Extract<
  Action,
  { verb: 'balance' | 'check' | 'draw_order' | 'entries' | 'explain' | 'statement' }
>;

async function read(run: Run, step: Step, action: Reading): Promise<Outcome | null> {
  const { target, ids, account } = run;
  switch (action.verb) {
    case 'balance': {
      const { at } = action;
      return await attempt(run, async () => ({
        balance: at === null ? await target.balance(account) : await target.balance(account, at),
      }));
    }
    case 'check': {
      const id = ids.id(action.subject, action.name);
      const found = await attempt(run, async () => ({
        [action.subject]: await readOne(target, action.subject, id),
      }));
      return found;
    }
    case 'draw_order': {
      const { draw_order } = await target.balance(account);
      const got = draw_order.map((id) => ids.nameOf(id)).join(', ') || 'nothing';
      const expected = action.grants.join(', ') || 'nothing';
      if (expected !== got) report(run, step, { expected, got });
      return null;
    }
    case 'entries':
      await checkEntries(run, step, action.last);
      return null;
    case 'explain': {
      const id = ids.id('operation', action.operation);
      return await attempt(run, async () => ({ explanation: await target.explain(id) }));
    }
    case 'statement':
      return await attempt(run, async () => ({
        statement: await target.statement(account, { from: action.from, to: action.to }),
      }));
  }
}

async function readOne(
  target: ScenarioTarget,
  subject: 'grant' | 'hold' | 'operation',
  id: string,
): Promise<unknown> {
  if (subject === 'grant') return await target.grantById(id);
  return subject === 'hold' ? await target.holdById(id) : await target.operation(id);
}

async function checkEntries(run: Run, step: Step, last: number | null): Promise<void> {
  const whole = await run.target.ledger(run.account);
  const entries = last === null ? whole : whole.slice(-last);
  const expected = step.expectations.filter((one) => one.kind === 'entry');
  for (const [index, line] of expected.entries()) {
    const entry = entries[index];
    const difference =
      entry === undefined
        ? { expected: line.text.trim(), got: 'the ledger ends before it' }
        : compareEntry(line, entry, run.ids);
    if (difference !== null) report(run, line, difference);
  }
  const surplus = entries.slice(expected.length).map((entry) => entryText(entry, run.ids));
  if (surplus.length > 0)
    report(run, step, { expected: `${expected.length} entries`, got: surplus.join('; ') });
}

function report(run: Run, at: { line: number; text: string }, difference: Difference): void {
  run.mismatches.push({ line: at.line, text: at.text.trim(), ...difference });
}
