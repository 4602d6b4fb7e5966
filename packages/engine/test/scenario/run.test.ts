import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { reportText } from '../../src/scenario/report.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { ScenarioTarget } from '../../src/scenario/target.ts';
import { CoreTarget } from './core-target.ts';

const START = 'scenario A title\nwhy A reason.\nat 2026-03-01T00:00Z\n';

function run(steps: string, target: ScenarioTarget = new CoreTarget(readCatalog(shippedCatalog))) {
  return runScenario(parseScenario(START + steps), target, { prefix: 't.' });
}

/** The mismatches of steps whose first line is line 4, as `line: expected / got`. */
async function mismatches(steps: string): Promise<string[]> {
  const report = await run(steps);
  expect(report.ok).toBe(report.mismatches.length === 0);
  return report.mismatches.map(({ line, expected, got }) => `${line}: ${expected} / ${got}`);
}

const FUNDED = 'grant sub subscription 20 expires 2026-04-01\ngrant buy purchased 100\n';

describe('a scenario that is not as expected', () => {
  it.each([
    ['balance total 119', ['6: total 119 / total 120']],
    [
      'balance subscription 20, purchased 99\n  held 1',
      ['6: purchased 99 / purchased 100', '7: held 1 / held 0'],
    ],
    ['balance gold 5', ['6: gold 5 / gold is not there']],
    [
      'balance subscription.next_expiry none',
      ['6: subscription.next_expiry none / subscription.next_expiry 20 at 2026-04-01T00:00:00.000Z'],
    ],
    ['consume c1 25\n  draws sub 20, buy 4', ['7: draws sub 20, buy 4 / draws sub 20, buy 5']],
    ['consume c1 25\n  draws buy 5, sub 20', ['7: draws buy 5, sub 20 / draws sub 20, buy 5']],
    ['consume c1 25\n  refused insufficient_credits', ['7: refused insufficient_credits / it was done']],
    [
      'consume c1 121',
      [
        '6: no refusal / refused insufficient_credits: 121 credits are needed and 120 are available: 1 short.',
      ],
    ],
    [
      'consume c1 121\n  refused hold_closed',
      [
        '7: refused hold_closed / refused insufficient_credits: 121 credits are needed and 120 are available: 1 short.',
      ],
    ],
    ['consume c1 121\n  refused insufficient_credits shortfall 2', ['7: shortfall 2 / shortfall 1']],
    [
      'check sub state expired, expires never',
      ['6: state expired, expires none / state active, expires 2026-04-01T00:00:00.000Z'],
    ],
    ['draw_order buy, sub', ['6: buy, sub / sub, buy']],
    ['entries\n  grant +20', ['6: 1 entries / grant +100, moves buy +100']],
    [
      'entries\n  grant +20, moves buy +20\n  grant +100\n  consume -1',
      ['7: moves buy +20 / moves sub +20', '9: consume -1 / the ledger ends before it'],
    ],
    ['consume c1 5\nexplain c1\n  buy drawn 5', ['8: drawn 5 / drawn 0']],
    [
      'consume c1 5\nconsume c2 6\n  same answer as c1',
      [expect.stringMatching(/^8: \{.*"amount":5.* \/ \{.*"amount":6/)],
    ],
    ['consume c1 5\n  free_on_device', [expect.stringMatching(/^7: free_on_device/)]],
    ['together 3 times, exactly 2 succeed\n  consume 1', ['6: exactly 2 succeed / 3 succeeded']],
    ['quote q1 5\n  quote sufficient no', ['7: sufficient no / sufficient yes']],
    ['statement from 2026-03-01 to 2026-03-02\n  class purchased in 99', ['7: in 99 / in 100']],
  ])('%j', async (steps, expected) => {
    expect(await mismatches(FUNDED + steps)).toEqual(expected);
  });

  it('is reported once for the step that failed, not for those that depend on it', async () => {
    expect(await mismatches('grant g gold 5\nextend g expires never\ncheck g remaining 5')).toEqual([
      expect.stringMatching(/^4: no refusal \/ refused unknown_class/),
    ]);
  });

  it('is told in words', async () => {
    expect(reportText(await run(`${FUNDED}balance total 119`))).toBe(
      'FAIL  A title\n  line 6: balance total 119\n    expected  total 119\n    got       total 120',
    );
    expect(reportText(await run(`${FUNDED}balance total 120`))).toBe('ok    A title (4 steps)');
  });
});

describe('the runner', () => {
  it('throws what is no refusal', async () => {
    const target = new CoreTarget(readCatalog(shippedCatalog));
    target.consume = () => Promise.reject(new Error('the wire was cut'));
    await expect(run(`${FUNDED}consume c1 5`, target)).rejects.toThrow('the wire was cut');
  });

  it('names what a refused step left unnamed', async () => {
    const steps = 'grant g gold 5\n  refused unknown_class\ncheck g remaining 5';
    await expect(run(steps)).rejects.toThrow('"g" names nothing');
  });

  it('audits every account at the end, also one that no step looked at', async () => {
    const target = new CoreTarget(readCatalog(shippedCatalog));
    const honest = target.ledger.bind(target);
    target.ledger = async (account) => {
      const entries = await honest(account);
      return entries.map((entry) =>
        entry.seq === 2 ? { ...entry, balance_after: entry.balance_after + 1 } : entry,
      );
    };
    const report = await run(`${FUNDED}account other\ngrant more purchased 5`, target);
    expect(report.mismatches).toMatchObject([
      { line: 0, text: 'the ledger of t.user', got: 'seq 2 leaves 121, not 120' },
      { line: 0, text: 'the total of t.user', expected: '121', got: '120' },
    ]);
  });

  it('reads every operation back as it was answered', async () => {
    const target = new CoreTarget(readCatalog(shippedCatalog));
    const honest = target.operation.bind(target);
    target.operation = async (id) => ({ ...(await honest(id)), amount: 1 });
    const report = await run('grant more purchased 5', target);
    expect(report.mismatches).toMatchObject([
      { text: expect.stringMatching(/^operation op_.* as it is read$/) },
    ]);
  });

  it('keeps accounts and keys apart by its prefix', async () => {
    const target = new CoreTarget(readCatalog(shippedCatalog));
    const scenario = parseScenario(`${START}${FUNDED}consume c1 25 key k\nbalance total 95, version 3`);
    for (const prefix of ['one.', 'two.'])
      expect((await runScenario(scenario, target, { prefix })).ok).toBe(true);
  });
});
