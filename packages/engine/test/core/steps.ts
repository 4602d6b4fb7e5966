/** Random histories: what a person may try to do, as small numbers that shrink well and get a meaning as they run. */
import fc from 'fast-check';
import type { Lot, Model, Policy } from './model.ts';
import type { Promised, Step, Wish } from './model-verbs.ts';

export interface Setting {
  readonly strategy: Policy['strategy'];
  /** Which of the classes are paid for: as in the article, or one between two that are not. */
  readonly paid: 'last' | 'middle';
  readonly overdraft: number | null;
  /** What a tick is. */
  readonly tick: 'ms' | 'second' | 'day';
  /** Whether a credit is so many atoms that an account is soon full. */
  readonly vast: boolean;
  readonly prunes: boolean;
}

export const settings: fc.Arbitrary<Setting> = fc.record({
  strategy: fc.constantFrom<Policy['strategy'][]>('class_order', 'expiring_first'),
  paid: fc.constantFrom<Setting['paid'][]>('last', 'middle'),
  overdraft: fc.constantFrom(null, 6, 20, 0),
  tick: fc.constantFrom<Setting['tick'][]>('second', 'ms', 'day'),
  vast: fc.nat(4).map((n) => n === 4),
  prunes: fc.boolean(),
});

/** References count from the newest; `NOWHERE` leads to something that never was. */
export type Intent =
  | { do: 'wait'; ticks: number }
  | { do: 'boundary'; nth: number; offset: number }
  | { do: 'grant'; of: number; amount: number; priority: number; from: number; lasts: number; scope: number }
  | { do: 'quote'; amount: number; use: number; lasts: number }
  | { do: 'consume'; amount: number; use: number; overdraft: boolean; quote: number }
  | { do: 'hold'; amount: number; use: number; ttl: number; quote: number }
  | { do: 'capture'; nth: number; amount: number; owner: number }
  | { do: 'release'; nth: number; owner: number }
  | { do: 'extend_hold'; nth: number; ttl: number; owner: number }
  | { do: 'refund'; nth: number; amount: number; any: boolean }
  | { do: 'void' | 'freeze' | 'unfreeze'; nth: number }
  | { do: 'extend'; nth: number; by: number }
  | { do: 'adjust'; amount: number; of: number };

const NOWHERE = 9;
const up = (max: number) => fc.nat({ max });
const between = (min: number, max: number) => fc.integer({ min, max });

const one = {
  wait: fc.record({ do: fc.constant('wait' as const), ticks: up(5) }),
  boundary: fc.record({ do: fc.constant('boundary' as const), nth: up(3), offset: between(-1, 1) }),
  grant: fc.record({
    do: fc.constant('grant' as const),
    of: up(3),
    amount: between(1, 16),
    priority: up(9),
    from: up(15),
    lasts: up(23),
    scope: up(9),
  }),
  quote: fc.record({
    do: fc.constant('quote' as const),
    amount: between(1, 12),
    use: up(11),
    lasts: between(1, 9),
  }),
  consume: fc.record({
    do: fc.constant('consume' as const),
    amount: between(1, 11),
    use: up(11),
    overdraft: fc.nat(2).map((n) => n === 2),
    quote: up(6),
  }),
  hold: fc.record({
    do: fc.constant('hold' as const),
    amount: between(1, 9),
    use: up(11),
    ttl: between(1, 22),
    quote: up(8),
  }),
  capture: fc.record({ do: fc.constant('capture' as const), nth: up(9), amount: up(9), owner: up(9) }),
  release: fc.record({ do: fc.constant('release' as const), nth: up(9), owner: up(9) }),
  extendHold: fc.record({
    do: fc.constant('extend_hold' as const),
    nth: up(9),
    ttl: between(1, 30),
    owner: up(9),
  }),
  refund: fc.record({
    do: fc.constant('refund' as const),
    nth: up(9),
    amount: up(9),
    any: fc.nat(7).map((n) => n === 7),
  }),
  lot: fc.record({
    do: fc.constantFrom('void' as const, 'freeze' as const, 'unfreeze' as const),
    nth: up(9),
  }),
  extend: fc.record({ do: fc.constant('extend' as const), nth: up(9), by: between(-2, 8) }),
  adjust: fc.record({ do: fc.constant('adjust' as const), amount: between(-8, 8), of: up(5) }),
};

export const intents: fc.Arbitrary<Intent> = fc.oneof(
  { arbitrary: one.grant, weight: 9 },
  { arbitrary: one.consume, weight: 9 },
  { arbitrary: one.hold, weight: 6 },
  { arbitrary: one.boundary, weight: 5 },
  { arbitrary: one.refund, weight: 5 },
  { arbitrary: one.capture, weight: 4 },
  { arbitrary: one.wait, weight: 3 },
  { arbitrary: one.lot, weight: 3 },
  { arbitrary: one.extend, weight: 2 },
  { arbitrary: one.release, weight: 2 },
  { arbitrary: one.extendHold, weight: 2 },
  { arbitrary: one.quote, weight: 2 },
  { arbitrary: one.adjust, weight: 1 },
);

/** A few grants, then anything. Ranges are small, so values near their ends need no favour. */
export const histories = (maxLength: number): fc.Arbitrary<Intent[]> =>
  fc.noBias(
    fc
      .tuple(
        fc.array<Intent>(one.grant, { maxLength: 5 }),
        fc.array(intents, { maxLength: maxLength - 5, minLength: 1, size: 'max' }),
      )
      .map(([grants, others]) => [...grants, ...others]),
  );

export const CLASSES = ['subscription', 'promotional', 'purchased'] as const;
const FEATURES = ['script', 'cutout', 'export'] as const;
const SCOPES = [
  null,
  null,
  null,
  null,
  null,
  ['script'],
  ['cutout'],
  ['cutout', 'script'],
  [...FEATURES],
  ['export'],
];
const USES: readonly Pick<Wish, 'feature' | 'classes'>[] = [
  ...new Array<Pick<Wish, 'feature' | 'classes'>>(5).fill({ feature: 'script', classes: null }),
  { feature: 'cutout', classes: null },
  { feature: 'cutout', classes: null },
  { feature: 'export', classes: ['subscription', 'purchased'] },
  { feature: 'script', classes: ['purchased'] },
  { feature: 'unheard_of', classes: null },
  { feature: null, classes: null },
  { feature: null, classes: ['promotional'] },
];

const use = (n: number) => USES[n] ?? { feature: null, classes: null };

/** Ticks are drawn to multiples of four, so that ends, starts and time-outs often coincide. */
const snap = (tick: number): number => Math.ceil(tick / 4) * 4;
/** One of the list, counted from its end, mostly one of those that are `likely`. */
function pick<T>(list: readonly T[], nth: number, likely: (one: T) => boolean): T | undefined {
  if (nth === NOWHERE) return undefined;
  const narrow = nth < 6 ? list.filter(likely) : list;
  const among = narrow.length > 0 ? narrow : list;
  return among[among.length - 1 - (nth % among.length)];
}

const OWNERS = ['ann', 'bob'] as const;
/** Most who close a hold are not asked whether they opened it. */
const owner = (n: number): string | null => (n < 7 ? null : (OWNERS[n - 8] ?? 'ann'));

export interface Scene {
  readonly model: Model;
  readonly setting: Setting;
  readonly quotes: readonly Promised[];
}

/** What an intent means now: a step, a promise to keep in mind, or an instant to go on to. */
export function meaning(intent: Intent, scene: Scene): Step | { quote: Promised } | { until: number } {
  const { model } = scene;
  switch (intent.do) {
    case 'wait':
      return { until: model.now + intent.ticks };
    case 'boundary': {
      const dues = [...new Set(model.dues())].sort((a, b) => a - b);
      const due = dues[Math.min(intent.nth, dues.length - 1)] ?? model.now;
      return { until: Math.max(model.now, due + intent.offset) };
    }
    case 'grant':
      return grantStep(intent, scene);
    case 'quote': {
      const { amount, lasts } = intent;
      const classes = model.within(use(intent.use)).map((credit) => credit.lot.class);
      return { quote: { amount, classes: classes.slice(0, amount), until: snap(model.now + lasts) } };
    }
    case 'consume': {
      const { amount, overdraft } = intent;
      return { verb: 'consume', amount, overdraft, ...use(intent.use), quote: quoted(intent.quote, scene) };
    }
    case 'hold': {
      const wish = { amount: intent.amount, ...use(intent.use), quote: quoted(intent.quote, scene) };
      const ttl = snap(model.now + intent.ttl) - model.now;
      return { verb: 'hold', ...wish, ttl, actor: OWNERS[intent.amount % 2] as string };
    }
    case 'adjust':
      return { verb: 'adjust', amount: intent.amount || 9, class: CLASSES[intent.of] ?? null };
    default:
      return reference(intent, model);
  }
}

function quoted(nth: number, { quotes }: Scene): Promised | null {
  return quotes[quotes.length - 1 - nth] ?? null;
}

function grantStep(intent: Intent & { do: 'grant' }, { model, setting }: Scene): Step {
  const from =
    intent.from < 8
      ? null
      : intent.from < 11
        ? model.now - (intent.from - 8)
        : snap(model.now + intent.from - 8);
  const lasting = setting.tick === 'ms' ? 1000 : intent.lasts - 8;
  const end = snap((from ?? model.now) + intent.lasts - 11);
  // Now and then an end that is none: at the start, or before.
  const until = intent.lasts === 12 ? (from ?? model.now) : end;
  return {
    verb: 'grant',
    class: CLASSES[intent.of] ?? 'promotional',
    amount: setting.vast ? intent.amount * 3 : intent.amount,
    priority: Math.max(0, intent.priority - 7),
    from,
    validity: intent.lasts < 9 ? 'forever' : intent.lasts < 12 ? { lasts: lasting } : { until },
    features: SCOPES[intent.scope] ?? null,
  };
}

type Reference = Exclude<
  Intent,
  { do: 'wait' | 'boundary' | 'grant' | 'quote' | 'consume' | 'hold' | 'adjust' }
>;

function reference(intent: Reference, model: Model): Step {
  const { nth } = intent;
  const hold = pick(model.holds, nth, (one) => one.state === 'open')?.id ?? model.holds.length + 1;
  switch (intent.do) {
    case 'capture':
      return { verb: 'capture', hold, amount: intent.amount || null, owner: owner(intent.owner) };
    case 'release':
      return { verb: 'release', hold, owner: owner(intent.owner) };
    case 'extend_hold':
      return { verb: 'extend_hold', hold, ttl: intent.ttl, owner: owner(intent.owner) };
    case 'refund': {
      const lines = model.log.map((line, i) => ({ seq: i + 1, line }));
      const found = pick(lines, nth, ({ line }) => line.spends !== intent.any);
      return { verb: 'refund', operation: found?.seq ?? lines.length + 1, amount: intent.amount || null };
    }
    case 'extend': {
      const lot = pick(model.lots, nth, (one) => one.to !== null && !model.ended(one) && !one.takenBack);
      const to = intent.by === 8 ? null : snap((lot?.to ?? model.now) + intent.by);
      return { verb: 'extend', grant: lot?.id ?? model.lots.length + 1, to };
    }
    default: {
      const likely = (lot: Lot): boolean => {
        if (intent.do === 'void' && nth < 3) return !lot.takenBack && model.count('held', lot) > 0;
        return !lot.takenBack && !model.ended(lot) && lot.frozen === (intent.do === 'unfreeze');
      };
      return { verb: intent.do, grant: pick(model.lots, nth, likely)?.id ?? model.lots.length + 1 };
    }
  }
}
