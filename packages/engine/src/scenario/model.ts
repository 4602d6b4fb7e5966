import type { LifeAction, LifeChange } from './model-life.ts';
import type { SourceAction, SourceChange } from './model-source.ts';

/** A scenario as it was written: steps in order, each with what is expected of it. Names are the author's own. */
export interface Scenario {
  readonly title: string;
  /** Which sentence, lesson or law the scenario shows. */
  readonly why: string;
  readonly catalog: ScenarioCatalog | null;
  readonly steps: readonly Step[];
}

/** The shipped catalog with changes (RFC 7396, merge patch), or a whole catalog in a file beside the scenario. */
export type ScenarioCatalog =
  | { readonly kind: 'patch'; readonly patch: unknown }
  | { readonly kind: 'file'; readonly path: string };

export interface Step {
  readonly line: number;
  /** The line as it was written, for reports. */
  readonly text: string;
  readonly action: Action;
  readonly expectations: readonly Expectation[];
}

/** The parts of spending that consume, hold and quote share. */
export interface SpendWords {
  readonly amount: string | null;
  readonly feature: string | null;
  readonly units: number | { readonly [dimension: string]: string } | null;
  readonly surface: string | null;
  readonly member: string | null;
  readonly quote: string | null;
}

/** A label that stands for an idempotency key; null: the step has a key of its own. */
export interface Keyed {
  readonly key: string | null;
}

export type Change =
  | (Keyed & {
      readonly verb: 'grant';
      readonly name: string;
      readonly class: string;
      readonly amount: string;
      readonly expires: string | null;
      readonly validFor: string | null;
      readonly effective: string | null;
      readonly priority: number | null;
      readonly features: readonly string[] | null;
      readonly source: string | null;
    })
  | (Keyed &
      SpendWords & { readonly verb: 'consume'; readonly name: string | null; readonly overdraft: boolean })
  | (Keyed &
      SpendWords & { readonly verb: 'hold'; readonly name: string; readonly ttlSeconds: number | null })
  | (Keyed & {
      readonly verb: 'capture';
      readonly name: string | null;
      readonly hold: string;
      readonly amount: string | null;
    })
  | (Keyed & { readonly verb: 'release'; readonly name: string | null; readonly hold: string })
  | (Keyed & { readonly verb: 'extend_hold'; readonly hold: string; readonly ttlSeconds: number })
  | (Keyed & {
      readonly verb: 'refund';
      readonly name: string | null;
      readonly operation: string;
      readonly amount: string | null;
    })
  | (Keyed & { readonly verb: 'extend_grant'; readonly grant: string; readonly expires: string | null })
  | (Keyed & { readonly verb: 'void' | 'freeze' | 'unfreeze'; readonly grant: string })
  | (Keyed & {
      readonly verb: 'adjust';
      readonly name: string | null;
      readonly amount: string;
      readonly class: string | null;
    })
  | SourceChange
  | LifeChange;

export type Action =
  | Change
  | SourceAction
  | LifeAction
  | { readonly verb: 'at'; readonly instant: string }
  | { readonly verb: 'advance'; readonly duration: string }
  | {
      readonly verb: 'account';
      readonly name: string;
      readonly kind: 'user' | 'team' | null;
      readonly timeZone: string | null;
    }
  | (SpendWords & { readonly verb: 'quote'; readonly name: string })
  | { readonly verb: 'replay'; readonly step: string }
  | {
      readonly verb: 'together';
      readonly steps: readonly Step[];
      readonly times: number;
      readonly succeed: number | null;
    }
  | { readonly verb: 'balance'; readonly at: string | null }
  | { readonly verb: 'check'; readonly subject: Checked; readonly name: string }
  /** All lots of the account, or those of one subscription, purchase or campaign. */
  | { readonly verb: 'lots'; readonly of: string | null; readonly campaign: string | null }
  | { readonly verb: 'draw_order'; readonly grants: readonly string[] }
  | { readonly verb: 'entries'; readonly last: number | null }
  | { readonly verb: 'explain'; readonly operation: string }
  | { readonly verb: 'statement'; readonly from: string; readonly to: string };

/** What can be looked at by its name. */
export const CHECKED = ['grant', 'hold', 'operation', 'subscription', 'purchase'] as const;
export type Checked = (typeof CHECKED)[number];

/** One expected field: where it is in the wire shape, and what it must be. */
export interface Field {
  /** As written, for reports. */
  readonly label: string;
  readonly path: readonly string[];
  readonly expected: Value;
}

export type Value =
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'yes_no'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'expiry'; readonly amount: number; readonly at: string };

/** What the fields of one line speak of. */
export type Subject =
  | 'operation'
  | 'grant'
  | 'hold'
  | 'balance'
  | 'quote'
  | 'after'
  | 'statement'
  | 'subscription'
  | 'purchase'
  | 'top_ups'
  | 'charge'
  | 'campaign'
  | 'member'
  | 'request'
  | 'closure';

export interface DrawExpected {
  readonly grant: string;
  readonly amount: number;
  /** A lot that the step made: it must be unknown so far, and is called by this name from here on. */
  readonly isNew: boolean;
}

export interface MoveExpected {
  readonly grant: string;
  readonly remaining: number;
}

export type Expectation = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'refused'; readonly code: string; readonly fields: readonly Field[] }
  | { readonly kind: 'fields'; readonly subject: Subject; readonly fields: readonly Field[] }
  | { readonly kind: 'draws'; readonly draws: readonly DrawExpected[] }
  | { readonly kind: 'same_answer'; readonly as: string | null }
  | { readonly kind: 'free_on_device' }
  | {
      readonly kind: 'entry';
      readonly fields: readonly Field[];
      readonly moves: readonly MoveExpected[] | null;
    }
  | {
      readonly kind: 'lot';
      /** Null: the lot has no name. */
      readonly grant: string | null;
      /** It must be unknown so far, and is called by this name from here on. */
      readonly isNew: boolean;
      readonly fields: readonly Field[];
    }
  /** What a preview says of one lot; null: one that the change would issue. */
  | { readonly kind: 'previewed'; readonly grant: string | null; readonly fields: readonly Field[] }
  | { readonly kind: 'explained'; readonly grant: string; readonly fields: readonly Field[] }
  | { readonly kind: 'statement_class'; readonly class: string; readonly fields: readonly Field[] }
);
