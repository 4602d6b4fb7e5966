import type { SandboxAction } from '../sources/sandbox.ts';
import type { Keyed } from './model.ts';

/** Where credits come from: subscriptions, campaigns and purchases, as steps. */
export type SourceChange =
  | (Keyed & {
      readonly verb: 'subscribe';
      readonly name: string;
      readonly plan: string;
      readonly interval: 'month' | 'year' | null;
      readonly seats: number | null;
      readonly trial: boolean;
      readonly started: string | null;
      readonly currency: string | null;
      readonly ref: string | null;
    })
  | SubscriptionChange
  | (Keyed &
      Claimant & {
        readonly verb: 'redeem';
        readonly name: string | null;
        /** The name of a code, or the code itself. */
        readonly code: string;
      })
  | (Keyed & Claimant & { readonly verb: 'claim'; readonly name: string | null; readonly campaign: string })
  | (Keyed & {
      readonly verb: 'checkout';
      readonly name: string;
      readonly pack: string;
      readonly currency: string | null;
      readonly jurisdiction: string | null;
      readonly consent: boolean;
      /** The buyer may leave a card for later. */
      readonly save: boolean;
    })
  | (Keyed & {
      readonly verb: 'top_up';
      readonly below: string;
      readonly pack: string;
      /** The month's, in the minor unit. */
      readonly cap: number;
      readonly currency: string;
    })
  | (Keyed & { readonly verb: 'top_up_off' })
  | (Keyed & { readonly verb: 'refund_purchase'; readonly purchase: string })
  | (Keyed & { readonly verb: 'sandbox' | 'news'; readonly purchase: string; readonly press: SandboxAction });

/** Where a person is, and on which device. */
export interface Claimant {
  readonly device: string | null;
  readonly surface: string | null;
}

/** What happens to a subscription that is there; all of it can be previewed but a failed payment. */
export type SubscriptionChange = Keyed & { readonly subscription: string } & (
    | { readonly verb: 'renew'; readonly ref: string; readonly periodEnd: string | null }
    | { readonly verb: 'payment_failed'; readonly ref: string | null; readonly periodEnd: string | null }
    | {
        readonly verb: 'change';
        readonly plan: string | null;
        readonly interval: 'month' | 'year' | null;
        readonly seats: number | null;
        readonly when: 'now' | 'period_end' | null;
        readonly ref: string | null;
      }
    | { readonly verb: 'cancel'; readonly when: 'now' | 'period_end' }
    | { readonly verb: 'pause' | 'resume' }
    | { readonly verb: 'reactivate'; readonly ref: string | null }
  );

/** Questions, and what staff does for every account. */
export type SourceAction =
  | SourceChange
  | { readonly verb: 'preview'; readonly subscription: string; readonly change: SubscriptionChange }
  | { readonly verb: 'codes'; readonly campaign: string; readonly names: readonly string[] }
  | { readonly verb: 'referral'; readonly name: string; readonly campaign: string | null }
  | { readonly verb: 'stop' | 'campaign'; readonly campaign: string }
  | { readonly verb: 'top_ups' }
  /** The newest charge; its purchase has the name from here on. */
  | { readonly verb: 'charge'; readonly name: string };

const SUBSCRIPTION_VERBS = [
  ...(['renew', 'payment_failed', 'change', 'cancel', 'pause', 'resume', 'reactivate'] as const),
];
const SOURCE_CHANGES = [
  ...SUBSCRIPTION_VERBS,
  ...(['subscribe', 'redeem', 'claim', 'checkout', 'refund_purchase', 'sandbox', 'news'] as const),
  ...(['top_up', 'top_up_off'] as const),
];
const SOURCE_VERBS = [
  ...SOURCE_CHANGES,
  ...(['preview', 'codes', 'referral', 'stop', 'campaign', 'top_ups', 'charge'] as const),
];

export function isSourceChange<A extends { readonly verb: string }>(
  action: A,
): action is Extract<A, SourceChange> {
  return (SOURCE_CHANGES as readonly string[]).includes(action.verb);
}

export function isSourceAction<A extends { readonly verb: string }>(
  action: A,
): action is Extract<A, SourceAction> {
  return (SOURCE_VERBS as readonly string[]).includes(action.verb);
}

export function isSubscriptionChange(change: SourceChange): change is SubscriptionChange {
  return (SUBSCRIPTION_VERBS as readonly string[]).includes(change.verb);
}
