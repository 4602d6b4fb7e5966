import type { Role } from '@drawdown/client';
import type { Keyed } from './model.ts';

/** Members of a team, and what happens to an account as a whole, as steps. */
export type LifeChange = Keyed &
  (
    | {
        readonly verb: 'member';
        readonly member: string;
        readonly role: Role;
        readonly limit: { readonly amount: string; readonly per: 'day' | 'month' } | null;
      }
    | { readonly verb: 'leave'; readonly member: string }
    | { readonly verb: 'ask'; readonly name: string; readonly member: string; readonly amount: string }
    | { readonly verb: 'approve' | 'deny'; readonly request: string }
    | { readonly verb: 'merge'; readonly into: string }
    | { readonly verb: 'close'; readonly forfeit: boolean }
    | { readonly verb: 'cash_out' }
  );

export type LifeAction = LifeChange | { readonly verb: 'standing'; readonly member: string };

const LIFE_CHANGES = [
  ...(['member', 'leave', 'ask', 'approve', 'deny', 'merge', 'close', 'cash_out'] as const),
];

export function isLifeChange<A extends { readonly verb: string }>(
  action: A,
): action is Extract<A, LifeChange> {
  return (LIFE_CHANGES as readonly string[]).includes(action.verb);
}

export function isLifeAction<A extends { readonly verb: string }>(
  action: A,
): action is Extract<A, LifeAction> {
  return action.verb === 'standing' || isLifeChange(action);
}
