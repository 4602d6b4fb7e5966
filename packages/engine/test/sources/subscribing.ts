/** Subscriptions under test: engines on one database with a clock that is moved, and what their ledgers say. */
import type { Balance, Grant, SubscriptionReceipt } from '@drawdown/client';
import { readCatalog } from '../../src/catalog/load.ts';
import { shippedCatalog } from '../../src/catalog/shipped.ts';
import { parseInstant } from '../../src/core/calendar.ts';
import type { Engine } from '../../src/engine.ts';
import { everyLot } from '../../src/scenario/ledger.ts';
import { setTestClock } from '../../src/store/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { expectWhole, openRig, type Rig } from '../engine/rig.ts';

const USD = (USD: number) => ({ USD });

/** The shipped plans, and beside them a dearer one, one whose year comes at once, and two that roll over. */
export const CATALOG = readCatalog({
  ...shippedCatalog,
  plans: [
    ...shippedCatalog.plans,
    {
      id: 'max',
      name: 'Max',
      kind: 'personal',
      class: 'subscription',
      billing: [{ interval: 'month', credits: 1500, prices: USD(4999) }],
    },
    {
      id: 'bulk',
      name: 'Bulk',
      kind: 'personal',
      class: 'subscription',
      billing: [{ interval: 'year', refill: 'upfront', credits: 5000, prices: USD(9999) }],
    },
    {
      id: 'rolling',
      name: 'Rolling',
      kind: 'personal',
      class: 'subscription',
      billing: [{ interval: 'month', credits: 100, prices: USD(1000) }],
      rollover: { maximum: 30, percentage: 50, validity: 'P1M' },
    },
  ],
});

/** A database of the test's own, with its clock at `start` and nobody looking for what is due. */
export async function withRig(start: string, run: (rig: Rig) => Promise<void>): Promise<void> {
  const payments = { sandbox: true };
  const rig = await openRig({ catalog: CATALOG, testClock: true, sweep: false, payments, engines: [{}, {}] });
  try {
    await moveTo(rig.database, start);
    await run(rig);
    await expectWhole(rig);
  } finally {
    await rig.close();
  }
}

/** Moves the clock without looking for what is due: whoever comes next finds it. */
export const moveTo = (database: Database, text: string): Promise<boolean> =>
  setTestClock(database, parseInstant(text) as number);

/** What is available of each class, in draw order. */
export const available = ({ classes }: Balance): number[] => classes.map((one) => one.available);

/** Every lot the account ever had, in order of time. */
export const lotsIn = (engine: Engine, account: string): Promise<Grant[]> =>
  everyLot((cursor) => engine.grants(account, { limit: 200, ...(cursor === null ? {} : { cursor }) }));

/** Every lot that the account ever had, by the window it covers: what two ledgers must agree in. */
export async function lotsOf(engine: Engine, account: string): Promise<string[]> {
  return (await lotsIn(engine, account))
    .map((lot) =>
      [
        `${lot.effective_at} – ${lot.expires_at ?? 'never'}`,
        `${lot.class} ${lot.amount}, ${lot.state}, left ${lot.remaining}, used ${lot.consumed}`,
        `${lot.cost?.amount_minor ?? 'no'} ${lot.cost?.currency ?? 'cost'}`,
        JSON.stringify(lot.metadata),
      ].join(' | '),
    )
    .sort();
}

/** `2026-01-31T10:00 – 2026-02-28T10:00: 600`: the lots of subscriptions, in order of time, voided ones left out. */
export async function windowsOf(engine: Engine, account: string): Promise<string[]> {
  return (await lotsIn(engine, account))
    .filter(({ source, state }) => source.type === 'subscription' && state !== 'voided')
    .map((lot) => `${lot.effective_at.slice(0, 16)} – ${lot.expires_at?.slice(0, 16)}: ${lot.amount}`)
    .sort();
}

export const idOf = ({ subscription }: SubscriptionReceipt): string => subscription.id;
