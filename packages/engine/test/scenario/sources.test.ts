/** Steps of sources: how they are read, what is reported where they are not as expected, and where they cannot run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { engineTarget } from '../../src/scenario/engine-target.ts';
import { ScenarioError } from '../../src/scenario/error.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { OutOfReach } from '../../src/scenario/reach.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { ScenarioTarget } from '../../src/scenario/target.ts';
import { CoreTarget } from './core-target.ts';
import { openEngine } from './open-engine.ts';

const CATALOG = readCatalog(shippedCatalog);
const HEAD = 'scenario A title\nwhy A reason.\nat 2027-01-31T10:00Z\n';
const SUBSCRIBED = 'subscribe pro pro\nrenew pro in_2\n';

const actions = (text: string) =>
  parseScenario(`${HEAD}${SUBSCRIBED}checkout buy pack_100\n${text}`)
    .steps.slice(4)
    .map((step) => step.action);

function refusalOf(text: string): ScenarioError {
  try {
    actions(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  return expect.fail('the text was understood');
}

let stage: Awaited<ReturnType<typeof openEngine>>;
let number = 0;

beforeAll(async () => {
  stage = await openEngine(CATALOG);
});

afterAll(() => stage.close());

/** The mismatches of steps below a subscription that is renewed; the first of them stands on line 6. */
async function mismatches(steps: string): Promise<string[]> {
  number += 1;
  await stage.resetClock();
  const scenario = parseScenario(HEAD + SUBSCRIBED + steps);
  const target = engineTarget(stage.engine);
  const report = await runScenario(scenario, target, { prefix: `s${number}.` });
  return report.mismatches.map(({ line, expected, got }) => `${line}: ${expected} / ${got}`);
}

describe('steps of sources', () => {
  it('are read with every option', () => {
    expect(
      actions(
        'subscribe team teams interval year seats 15 started 2027-01-01 currency EUR ref r_1 key k\nsubscribe try pro trial\n' +
          'renew pro in_3 period_end 2027-04-30T10:00Z\npayment_failed pro\npayment_failed pro in_4 key k2\n' +
          'change pro plan max interval year seats 3 when period_end ref up\ncancel pro\ncancel pro now\npause pro\n' +
          'resume pro key k3\nreactivate pro ref in_5\npreview pro cancel now',
      ),
    ).toMatchObject([
      {
        verb: 'subscribe',
        name: 'team',
        plan: 'teams',
        interval: 'year',
        seats: 15,
        trial: false,
        started: '2027-01-01T00:00:00.000Z',
        currency: 'EUR',
        ref: 'r_1',
        key: 'k',
      },
      { verb: 'subscribe', trial: true, interval: null, ref: null, key: null },
      { verb: 'renew', subscription: 'pro', ref: 'in_3', periodEnd: '2027-04-30T10:00:00.000Z' },
      { verb: 'payment_failed', ref: null, periodEnd: null },
      { verb: 'payment_failed', ref: 'in_4', key: 'k2' },
      { verb: 'change', plan: 'max', interval: 'year', seats: 3, when: 'period_end', ref: 'up' },
      { verb: 'cancel', when: 'period_end' },
      { verb: 'cancel', when: 'now' },
      { verb: 'pause' },
      { verb: 'resume', key: 'k3' },
      { verb: 'reactivate', ref: 'in_5' },
      { verb: 'preview', subscription: 'pro', change: { verb: 'cancel', when: 'now' } },
    ]);
    expect(
      actions(
        'codes promo c1, c2\nreferral mine\nreferral other friends\nredeem c1\nredeem lot c1 device d1 surface web\n' +
          'claim event\nclaim lot2 event device d2\ncampaign event\nstop event\nsandbox buy pay\nnews buy refund\n' +
          'refund buy\ncheckout b2 pack_500 currency EUR jurisdiction DE consent save\n' +
          'top_up below 50 buy pack_100 cap 998 currency EUR\ntop_up below 5.5 buy pack_100 cap 998\ntop_up off\ntop_ups\ncharge top\nlots\nlots of pro\nlots of buy\nlots from event',
      ),
    ).toMatchObject([
      { verb: 'codes', campaign: 'promo', names: ['c1', 'c2'] },
      { verb: 'referral', name: 'mine', campaign: null },
      { verb: 'referral', name: 'other', campaign: 'friends' },
      { verb: 'redeem', name: null, code: 'c1', device: null },
      { verb: 'redeem', name: 'lot', code: 'c1', device: 'd1', surface: 'web' },
      { verb: 'claim', name: null, campaign: 'event' },
      { verb: 'claim', name: 'lot2', campaign: 'event', device: 'd2' },
      { verb: 'campaign', campaign: 'event' },
      { verb: 'stop', campaign: 'event' },
      { verb: 'sandbox', purchase: 'buy', press: 'pay' },
      { verb: 'news', purchase: 'buy', press: 'refund' },
      { verb: 'refund_purchase', purchase: 'buy' },
      { verb: 'checkout', currency: 'EUR', jurisdiction: 'DE', consent: true, save: true },
      { verb: 'top_up', below: '50', pack: 'pack_100', cap: 998, currency: 'EUR' },
      { verb: 'top_up', below: '5.5', currency: 'USD' },
      { verb: 'top_up_off' },
      { verb: 'top_ups' },
      { verb: 'charge', name: 'top' },
      { verb: 'lots', of: null, campaign: null },
      { verb: 'lots', of: 'pro' },
      { verb: 'lots', of: 'buy' },
      { verb: 'lots', campaign: 'event' },
    ]);
  });

  it('of members and of an account as a whole are read with every option', () => {
    expect(
      actions(
        'member anna\nmember ben admin limit 50 per day\nleave ben\nask more anna 12.5\napprove more\ndeny more\n' +
          'standing anna used 0\nmerge into other key k\nclose\nclose forfeit key k2\ncash_out\ncash_out key k3',
      ),
    ).toMatchObject([
      { verb: 'member', member: 'anna', role: 'member', limit: null },
      { verb: 'member', member: 'ben', role: 'admin', limit: { amount: '50', per: 'day' } },
      { verb: 'leave', member: 'ben' },
      { verb: 'ask', name: 'more', member: 'anna', amount: '12.5' },
      { verb: 'approve', request: 'more' },
      { verb: 'deny', request: 'more' },
      { verb: 'standing', member: 'anna' },
      { verb: 'merge', into: 'other', key: 'k' },
      { verb: 'close', forfeit: false, key: null },
      { verb: 'close', forfeit: true, key: 'k2' },
      { verb: 'cash_out', key: null },
      { verb: 'cash_out', key: 'k3' },
    ]);
  });

  it.each([
    ['member anna limit 5 per year', '"year" is not a period', null],
    ['approve pro', '"pro" is a subscription, not a request', null],
    ['merge other', '"into" is missing here', null],
    ['leave anna\n  member rold owner', '"rold" is not a field here', 'did you mean "role"?'],
    ['renew pro', 'the name of a payment is missing here', null],
    ['renew nobody in_1', 'no subscription is called "nobody" above', 'known here: pro'],
    ['change pro plam max', '"plam" is not an option here', 'did you mean "plan"?'],
    ['preview pro payment_failed', '"payment_failed" is not a change that can be previewed', /renew, change/],
    ['sandbox buy reject', '"reject" is not an action at the sandbox\'s desk', /pay, decline/],
    ['sandbox pro pay', '"pro" is a subscription, not a purchase', /buy/],
    ['renew pro in_3\n  purchase state open', /is not an expectation of "renew"/, /subscription/],
    ['check pro statsu active', '"statsu" is not a field here', 'did you mean "status"?'],
    ['lots of pro\n  600 to 2027-02-28', '"from" is missing here', null],
    ['lots of pro\n  jan 600 from 2027-01-31 to never', 'no grant is called "jan" above', null],
  ])('%j is refused', (text, reason, hint) => {
    const refusal = refusalOf(text);
    expect(refusal.reason).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
    if (hint !== null) {
      expect(refusal.hint).toEqual(typeof hint === 'string' ? hint : expect.stringMatching(hint));
    }
  });
});

const JAN = '600 from 2027-01-31T10:00Z to 2027-02-28T10:00Z';
const FEB = '600 from 2027-02-28T10:00Z to 2027-03-31T10:00Z';

describe('a source that is not as expected', () => {
  it.each([
    ['check pro status paused', ['6: status paused / status active']],
    ['check pro period_end 2027-03-03T10:00Z', [/^6: period_end 2027-03-03.* \/ period_end 2027-02-28/]],
    ['pause pro\n  subscription status active', ['7: status active / status paused']],
    [`lots of pro\n  ${JAN}\n  ${FEB}, state active`, ['8: state active / state scheduled']],
    [
      `lots of pro\n  ${JAN.replace('28', '27')}\n  ${FEB}`,
      ['7: to 2027-02-27T10:00:00.000Z / to 2027-02-28T10:00:00.000Z'],
    ],
    [`lots of pro\n  new jan ${JAN}`, [/^6: 1 lots \/ 600 from 2027-02-28T10:00:00.000Z to 2027-03-31/]],
    [`lots of pro\n  ${JAN}\n  ${FEB}\n  ${FEB}`, [/^9: .* \/ there are no more lots$/]],
    [
      `lots of pro\n  new jan ${JAN}\n  new feb ${FEB}\nlots of pro\n  feb ${JAN}\n  jan ${FEB}`,
      ['10: lot feb / lot jan', '11: lot jan / lot feb'],
    ],
    [
      `lots of pro\n  new jan ${JAN}\n  new feb ${FEB}\npreview pro pause\n  lot jan expires\n  lot feb keeps`,
      ['11: effect keeps / effect voided'],
    ],
    ['preview pro pause\n  lot 600 starts', ['7: a new lot among the lots / 2 others']],
    ['renew pro in_3\n  refused subscription_state', ['7: refused subscription_state / it was done']],
    [
      'checkout buy pack_100\nsandbox buy refund\n  purchase state reversed',
      ['8: state reversed / state open'],
    ],
    ['checkout buy pack_100\nnews buy lose\nnews buy pay\n  purchase lost 5', ['9: lost 5 / lost 0']],
    ['claim x creator_event\n  grant amount 31', ['7: amount 31 / amount 30']],
    ['campaign limited_offer redemptions 7', ['6: redemptions 7 / redemptions 0']],
    ['together 3 times, exactly 1 succeeds\n  pause pro', ['6: exactly 1 succeed / 3 succeeded']],
  ])('%j', async (steps, expected) => {
    const got = await mismatches(steps);
    expect(got).toEqual(expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
  });
});

describe('a target without what a scenario needs', () => {
  const run = (steps: string, target: ScenarioTarget) =>
    runScenario(parseScenario(HEAD + steps), target, { prefix: 'reach.' });

  it('says so before the first step: the core has no sources', async () => {
    const core = new CoreTarget(CATALOG);
    const running = run('grant g purchased 5\ntogether\n  claim creator_event', core);
    await expect(running).rejects.toThrow(OutOfReach);
    await expect(running).rejects.toThrow(/^line 6 is about a source, and the core knows none/);
    await expect(core.balance('reach.user')).rejects.toThrow();
  });

  it("says so before the first step: over HTTP a provider's signature cannot be made", async () => {
    const { sources, ...target } = engineTarget(stage.engine);
    const unsigned = { ...target, sources: sources && { ...sources, tell: null } };
    await stage.resetClock();
    const running = run('checkout buy pack_100\nnews buy refund', unsigned);
    await expect(running).rejects.toThrow(/^line 5 is news that a provider signs/);
    const report = await run(
      'checkout buy pack_100\nsandbox buy cancel\n  purchase state canceled',
      unsigned,
    );
    expect(report.mismatches).toEqual([]);
  });
});
