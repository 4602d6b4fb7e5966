import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rig } from './rig.ts';
import { histories, settings } from './steps.ts';
import { Tally } from './tally.ts';

/** How many histories: some seconds' worth by default; `DRAWDOWN_RUNS=1000000` is the campaign. */
const RUNS = Number(process.env.DRAWDOWN_RUNS ?? 4_000);
/** A failure prints its seed and path; with both in the environment exactly that history runs again. */
const { DRAWDOWN_SEED: SEED, DRAWDOWN_PATH: PATH } = process.env;
/** Histories between two breaths, so that the test runner hears from a long campaign. */
const CHUNK = 2_000;
/** Fewer histories than this are a look, not a proof that everything was reached. */
const ENOUGH = 4_000;

/** All that the histories must reach. A generator that stops getting somewhere is as bad as a missing test. */
const REACHED = [
  ...['grant', 'consume', 'hold', 'capture', 'release', 'extend_hold', 'refund'].map(
    (verb) => `${verb} done`,
  ),
  ...['void', 'extend', 'freeze', 'unfreeze', 'adjust'].map((verb) => `${verb} done`),
  'refused insufficient_credits',
  'refused overdraft_not_allowed',
  'refused quote_expired',
  'refused quote_changed',
  'refused hold_not_found',
  'refused hold_closed',
  'refused amount_exceeds_hold',
  'refused operation_not_found',
  'refused operation_not_refundable',
  'refused amount_exceeds_operation',
  'refused grant_not_found',
  'refused grant_closed',
  'refused grant_frozen',
  'refused grant_not_frozen',
  'refused expiry_not_later',
  'refused invalid_expiry',
  'refused balance_limit_exceeded',
  'lot scheduled → active',
  'lot scheduled → expired',
  'lot scheduled → voided',
  'lot scheduled → frozen',
  'lot active → depleted',
  'lot active → expired',
  'lot active → voided',
  'lot active → frozen',
  'lot depleted → active',
  'lot depleted → expired',
  'lot depleted → voided',
  'lot frozen → active',
  'lot frozen → expired',
  'lot frozen → voided',
  'hold open → captured',
  'hold open → released',
  'hold open → timed_out',
  'time or consequence: release',
  'time or consequence: expire',
  'time or consequence: grant',
  'time or consequence: adjust',
  'time or consequence: void',
  'grant then adjust',
  'late grant then adjust',
  'late release then expire',
  'late release then void',
  'late expire then grant',
  'release then expire',
  'release then void',
  'capture then expire',
  'capture then void',
  'refund then void',
  'capture of a part',
  'capture from an ended lot',
  'capture from a voided lot',
  'overdraft of a part',
  'overdraft of all',
  'debt beside credits',
  'a frozen start beside debt',
  'an end reached while held',
  'void while held',
  'drawn from three lots or more',
  'quote kept',
  'refund of a part',
  'refund into a new lot',
  'refund that only forgives',
  'refund that forgives a part',
];

test('core and naive model agree after every step of any history', { timeout: 86_400_000 }, async () => {
  const tally = new Tally();
  const first = SEED === undefined ? (Math.random() * 2 ** 31) | 0 : Number(SEED);
  const property = fc.property(settings, histories(60), (setting, history) => {
    new Rig(setting, tally).run(history);
  });
  console.info(`${RUNS} histories; to run them again: DRAWDOWN_SEED=${first} DRAWDOWN_RUNS=${RUNS}`);
  if (PATH !== undefined) return fc.assert(property, { seed: first, path: PATH });
  for (let done = 0; done < RUNS; done += CHUNK) {
    fc.assert(property, { seed: first + done, numRuns: Math.min(CHUNK, RUNS - done) });
    await setImmediate();
  }
  if (process.env.DRAWDOWN_TALLY !== undefined) console.info(Object.fromEntries([...tally.counts].sort()));
  if (RUNS >= ENOUGH) expect(REACHED.filter((what) => !tally.counts.has(what))).toEqual([]);
});
