import type { Translate } from './messages/translate.ts';

/** Why the engine did something by itself, as its entries say it. Whatever else a reason says, somebody wrote. */
export const OWN_REASONS = [
  'account_closed',
  'cash_out',
  'debt_forgiven',
  'debt_repaid',
  'purchase_completed',
  'purchase_disputed',
  'purchase_partly_reversed',
  'purchase_refunding',
  'purchase_reversed',
  'redaction',
  'subscription_cancelled',
  'subscription_changed',
  'subscription_paused',
] as const;
export type OwnReason = (typeof OWN_REASONS)[number];

const isOwn = (reason: string): reason is OwnReason => (OWN_REASONS as readonly string[]).includes(reason);

/** In the page's words; what somebody wrote stays as it is. */
export const reasonText = (reason: string, t: Translate): string =>
  isOwn(reason) ? t(`reason.${reason}`) : reason;
