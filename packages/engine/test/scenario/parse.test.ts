import { describe, expect, it } from 'vitest';
import { ScenarioError } from '../../src/scenario/error.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const HEAD = 'scenario A title\nwhy A reason.\n';

/** The steps below a header that is in order; the first of them stands on line 4. */
function steps(text: string) {
  return parseScenario(`${HEAD}at 2026-03-01T00:00Z\n${text}`).steps.slice(1);
}

function refusal(text: string): ScenarioError {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  return expect.fail('the text was understood');
}

/** The refusal of one step below a header and a few names to refer to. */
function refusalOf(step: string): ScenarioError {
  return refusal(`${HEAD}at 2026-03-01T00:00Z\ngrant sub subscription 20\nhold h1 5\nconsume c1 5\n${step}`);
}

describe('the header', () => {
  it('has a title, reasons that continue, and no catalog', () => {
    const scenario = parseScenario('scenario  The order \nwhy "One,\nwhy two."\n\nat 2026-03-25\n');
    expect(scenario).toMatchObject({ title: 'The order', why: '"One, two."', catalog: null });
  });

  it('may change the shipped catalog, or name a file', () => {
    const patch = parseScenario(`${HEAD}catalog\n  { "scale": 2,\n    "name": "x" }\nat 2026-03-25\n`);
    expect(patch.catalog).toEqual({ kind: 'patch', patch: { scale: 2, name: 'x' } });
    const file = parseScenario(`${HEAD}catalog ours.json\nat 2026-03-25\n`);
    expect(file.catalog).toEqual({ kind: 'file', path: 'ours.json' });
  });

  it.each([
    ['', 1, /begins with its title/],
    ['grant sub subscription 20', 1, /begins with its title/],
    ['scenario A\nat 2026-03-25', 1, /says why/],
    ['scenario A\nwhy b\ngrant sub subscription 20', 3, /sets the clock/],
    ['scenario A\nwhy b\n', 1, /has steps/],
    ['scenario A\nwhy b\ncatalog\n  { scale: 2 }\nat 2026-03-25', 4, /not JSON/],
    ['scenario A\nwhy b\ncatalog\nat 2026-03-25', 3, /follows, indented/],
    ['scenario A\nwhy b\ncatalog x.json\ncatalog y.json\nat 2026-03-25', 4, /one catalog/],
  ])('%j is refused', (text, line, reason) => {
    expect(refusal(text)).toMatchObject({ line, reason: expect.stringMatching(reason) });
  });
});

describe('steps', () => {
  it('reads a grant with every option', () => {
    const [step] = steps(
      'grant act promotional 12.50 valid_for 30d effective 2026-03-02 priority -3 features a, b source campaign key k1',
    );
    expect(step).toMatchObject({
      line: 4,
      action: {
        verb: 'grant',
        name: 'act',
        class: 'promotional',
        amount: '12.50',
        validFor: 'P30D',
        effective: '2026-03-02T00:00:00.000Z',
        priority: -3,
        features: ['a', 'b'],
        source: 'campaign',
        key: 'k1',
      },
    });
  });

  it('reads spending by amount, by feature and by units', () => {
    const actions = steps(
      'consume c1 25\nconsume 5 feature smart_cutout\nconsume feature ai_script units 3 surface web\n' +
        'hold h1 feature export units seconds=42, resolution=4k ttl 90s\nquote q1 10\nconsume c2 10 quote q1 overdraft',
    ).map((step) => step.action);
    expect(actions).toMatchObject([
      { verb: 'consume', name: 'c1', amount: '25', feature: null, overdraft: false },
      { verb: 'consume', name: null, amount: '5', feature: 'smart_cutout' },
      { verb: 'consume', name: null, amount: null, feature: 'ai_script', units: 3, surface: 'web' },
      { verb: 'hold', name: 'h1', units: { seconds: '42', resolution: '4k' }, ttlSeconds: 90 },
      { verb: 'quote', name: 'q1', amount: '10' },
      { verb: 'consume', name: 'c2', quote: 'q1', overdraft: true },
    ]);
  });

  it('reads what is named and what is not', () => {
    const actions = steps(
      'grant g purchased 9\nhold h1 5\ncapture c1 of h1 3\nhold h2 5\ncapture h2\nrefund r1 of c1 1\nrefund c1\n' +
        'extend g expires never\nhold h3 1\nextend h3 ttl 1d\nadjust up +5 purchased\nadjust -5',
    ).map((step) => step.action);
    expect(actions.filter((action) => action.verb !== 'hold')).toMatchObject([
      { verb: 'grant' },
      { verb: 'capture', name: 'c1', hold: 'h1', amount: '3' },
      { verb: 'capture', name: null, hold: 'h2', amount: null },
      { verb: 'refund', name: 'r1', operation: 'c1', amount: '1' },
      { verb: 'refund', name: null, operation: 'c1', amount: null },
      { verb: 'extend_grant', grant: 'g', expires: null },
      { verb: 'extend_hold', hold: 'h3', ttlSeconds: 86_400 },
      { verb: 'adjust', name: 'up', amount: '+5', class: 'purchased' },
      { verb: 'adjust', name: null, amount: '-5', class: null },
    ]);
  });

  it('reads instants in any zone and to any precision', () => {
    const instants = [
      ['2026-03-25', '2026-03-25T00:00:00.000Z'],
      ['2026-03-25T10:00Z', '2026-03-25T10:00:00.000Z'],
      ['2026-03-25T10:00+02:00', '2026-03-25T08:00:00.000Z'],
      ['2026-03-25T10:00:00.001Z', '2026-03-25T10:00:00.001Z'],
    ];
    for (const [text, instant] of instants) {
      expect(steps(`at ${text}`)[0]?.action).toEqual({ verb: 'at', instant });
    }
  });

  it('reads expectations, and passes over comments and blank lines', () => {
    const [, step] = steps(
      'grant sub subscription 20\n# a comment\nconsume c1 25   # its price\n\n  draws sub 20, new act 5 # two lots\n' +
        '  operation amount 25, seq 4\n  balance total 1.5, promotional.held 2, a.next_expiry 5 at 2026-04-01\n' +
        '  refused insufficient_credits required 25, state open',
    );
    expect(step).toMatchObject({
      line: 6,
      text: 'consume c1 25   # its price',
      expectations: [
        {
          line: 8,
          kind: 'draws',
          draws: [
            { grant: 'sub', amount: 20, isNew: false },
            { grant: 'act', amount: 5, isNew: true },
          ],
        },
        { line: 9, kind: 'fields', subject: 'operation', fields: [{ label: 'amount' }, { label: 'seq' }] },
        {
          kind: 'fields',
          subject: 'balance',
          fields: [
            { path: ['total'], expected: { value: 1.5 } },
            { path: ['classes', 'promotional', 'held'] },
            { path: ['classes', 'a', 'next_expiry'], expected: { kind: 'expiry', amount: 5 } },
          ],
        },
        {
          kind: 'refused',
          code: 'insufficient_credits',
          fields: [{ label: 'required' }, { label: 'state', expected: { value: 'open' } }],
        },
      ],
    });
  });

  it('reads the ledger, an explanation and a statement', () => {
    const read = steps(
      'grant sub subscription 20\nconsume c1 5\nentries last 2\n  grant +20\n  consume -5, held -1, total 15, moves sub -5\n' +
        'explain c1\n  sub position 1, drawn 5, rule only\nstatement from 2026-01-01 to 2026-02-01\n' +
        '  opening 0, in 20, out 5, closing 15\n  class purchased closing 0',
    ).slice(2);
    expect(read).toMatchObject([
      {
        action: { verb: 'entries', last: 2 },
        expectations: [{ moves: null }, { moves: [{ remaining: -5 }] }],
      },
      { action: { verb: 'explain' }, expectations: [{ grant: 'sub', fields: [{}, {}, {}] }] },
      { action: { verb: 'statement' }, expectations: [{ subject: 'statement' }, { class: 'purchased' }] },
    ]);
  });

  it('reads steps that run together', () => {
    const [, step] = steps(
      'grant g purchased 9\ntogether 30 times, exactly 9 succeed\n  consume 1\n  consume c1 2\nbalance total 0',
    );
    expect(step?.action).toMatchObject({ verb: 'together', times: 30, succeed: 9, steps: [{}, {}] });
  });

  it('takes Windows line ends and a byte order mark', () => {
    expect(parseScenario('\uFEFFscenario A\r\nwhy b\r\nat 2026-03-25\r\n').steps).toHaveLength(1);
  });
});

describe('what is not understood', () => {
  it('is shown with its line, a caret and a hint', () => {
    const error = refusalOf('  \ngarnt act promotional 15');
    expect(error.message).toBe(
      [
        'line 8, column 1: "garnt" is not a step',
        '  garnt act promotional 15',
        '  ^',
        '  hint: did you mean "grant"?',
      ].join('\n'),
    );
  });

  it.each([
    ['grant act promotional', 'an amount is missing here', null],
    ['grant act promotional 1e3', '"1e3" is not an amount', /plain decimal/],
    ['grant act promotional ١٥', '"١٥" is not an amount', /plain decimal/],
    ['grant act promotional 15 expirs 2026-04-01', '"expirs" is not an option of a grant', /"expires"/],
    ['grant act promotional 15 expires 2026-02-30', '"2026-02-30" is not an instant', /2026-03-25/],
    ['grant act promotional 15 valid_for month', '"month" is not a duration', /P30D/],
    ['grant sub promotional 15', '"sub" is the name of a grant above', /name of its own/],
    ['grant 15 promotional 15', '"15" is not the name of the grant', /begins with a letter/],
    ['consume c9', 'an amount or a feature is missing here', /consume c1 25/],
    ['capture h2', 'no hold is called "h2" above', /"h1"/],
    ['capture sub', '"sub" is a grant, not a hold', /"h1"|h1/],
    ['refund r1 of h1', '"h1" is a hold, not a operation', null],
    ['consume c9 5 quote q1', 'no quote is called "q1" above', null],
    ['hold h9 5 ttl P1M', '"P1M" has no fixed length', /seconds/],
    ['adjust 5', '"5" is not the name of the operation', /letter/],
    ['advance 0d', '"0d" is not a duration', null],
    ['check sub totel 5', '"totel" is not a field here', /known here: amount/],
    ['balance total five', '"five" is not an amount', null],
    ['check sub remaining 5 held 2', '"held" is not expected here', null],
    ['at 2026-03-25 noon', '"noon" is not expected here', null],
    ['entries\n  consumed -5', '"consumed" is not a type of entry', /"consume"/],
    ['entries\n  consume 5', '"5" is not the signed amount of the entry', /sign/],
    ['consume c9 5\n  draw sub 5', '"draw" is not an expectation of "consume"', /"draws"/],
    ['consume c9 5\n  draws nobody 5', 'no grant is called "nobody" above', /sub/],
    ['consume c9 5\n  hold state open', '"hold" is not an expectation of "consume"', null],
    ['at 2026-03-25\n  balance total 5', 'nothing can be expected of "at"', null],
    ['together 3 times', 'the steps that run together follow, indented', null],
  ])('%j', (step, reason, hint) => {
    const error = refusalOf(step);
    expect(error.reason).toBe(reason);
    if (hint !== null) expect(error.hint ?? '').toMatch(hint);
    expect(error.line).toBeGreaterThanOrEqual(7);
  });
});
