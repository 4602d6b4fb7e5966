import { compareEntry, compareLot, entryText, lotText } from './check.ts';
import type { Outcome } from './expect.ts';
import type { Action, Checked, Step } from './model.ts';
import { attempt, type Run, report } from './running.ts';

type Reading = Extract<
  Action,
  { verb: 'balance' | 'check' | 'draw_order' | 'entries' | 'explain' | 'lots' | 'statement' }
>;

/** Answers a question, or reports what is not as expected; null where nothing is left to compare. */
export async function read(run: Run, step: Step, action: Reading): Promise<Outcome | null> {
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
        [action.subject]: await readOne(run, action.subject, id),
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
    case 'lots':
      await checkLots(run, step, action);
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

async function readOne({ target, account }: Run, subject: Checked, id: string): Promise<unknown> {
  switch (subject) {
    case 'grant':
      return await target.grantById(id);
    case 'hold':
      return await target.holdById(id);
    case 'operation':
      return await target.operation(id);
    case 'subscription':
      return await target.sources?.subscription({ account, id });
    case 'purchase':
      return await target.sources?.purchase(id);
  }
}

/** Line by line, and none may be left over: what a source made is all there. */
async function checkLots(run: Run, step: Step, { of, campaign }: Action & { verb: 'lots' }): Promise<void> {
  const { ids } = run;
  const kind = of !== null && ids.has('purchase', of) ? 'purchase' : 'subscription';
  const ref = of === null ? campaign : ids.id(kind, of);
  const lots = (await run.target.lots(run.account)).filter(({ source }) => {
    return ref === null || (source.ref === ref && (campaign === null || source.type === 'campaign'));
  });
  const expected = step.expectations.filter((one) => one.kind === 'lot');
  for (const [index, line] of expected.entries()) {
    const lot = lots[index];
    const difference =
      lot === undefined
        ? { expected: line.text.trim(), got: 'there are no more lots' }
        : compareLot(line, lot, ids);
    if (difference !== null) report(run, line, difference);
  }
  const surplus = lots.slice(expected.length).map(lotText);
  if (surplus.length > 0) report(run, step, { expected: `${expected.length} lots`, got: surplus.join('; ') });
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
