import { DrawdownApiError } from '../errors.ts';
import type { Problem } from '../wire/problem.ts';
import { failureText } from './failure.tsx';
import type { Format } from './format.ts';
import type { MessageKey, Translate } from './messages/translate.ts';

const REFUSALS: Readonly<Record<string, MessageKey>> = {
  code_not_found: 'redeem.code_not_found',
  campaign_not_found: 'redeem.code_not_found',
  campaign_ended: 'redeem.campaign_ended',
  campaign_stopped: 'redeem.campaign_stopped',
  campaign_budget_exhausted: 'redeem.campaign_budget_exhausted',
  campaign_already_redeemed: 'redeem.campaign_already_redeemed',
  campaign_device_limit: 'redeem.campaign_device_limit',
  campaign_not_eligible: 'redeem.campaign_not_eligible',
};

/** Why an account may not take part, as the problem's `reason` says it. */
const REASONS: Readonly<Record<string, MessageKey>> = {
  self_referral: 'redeem.self_referral',
  mutual_referral: 'redeem.mutual_referral',
  inviter_closed: 'redeem.inviter_closed',
  surfaces: 'redeem.surfaces',
  account_kinds: 'redeem.account_kinds',
  newer_than: 'redeem.newer_than',
  plans: 'redeem.plans',
};

interface Words {
  readonly t: Translate;
  readonly format: Format;
  /** Campaigns that invite. */
  readonly referrals: readonly string[];
}

/** Why a code was not taken, in the words of that very reason. */
export function redeemRefusal(error: unknown, { t, format, referrals }: Words): string {
  if (!(error instanceof DrawdownApiError)) return failureText(error, t);
  const { problem } = error;
  if (error.code === 'rate_limited') {
    const seconds = Number(problem.retry_after);
    return t('redeem.rate_limited', { count: Math.max(1, Math.ceil(seconds / 60) || 1) });
  }
  const starts = instantOf(problem, 'starts_at');
  if (error.code === 'campaign_not_started') {
    return starts === null
      ? t('redeem.campaign_not_started')
      : t('redeem.campaign_starts', { date: format.dateTime(starts) });
  }
  if (error.code === 'campaign_already_redeemed' && referrals.includes(String(problem.campaign))) {
    return t('redeem.invited');
  }
  const ended = instantOf(problem, 'ends_at');
  if (error.code === 'campaign_ended' && ended !== null) {
    return t('redeem.campaign_ended_at', { date: format.dateTime(ended) });
  }
  const key = REASONS[String(problem.reason)] ?? REFUSALS[error.code];
  return key === undefined ? failureText(error, t) : t(key);
}

function instantOf(problem: Problem, field: string): string | null {
  const value = problem[field];
  return typeof value === 'string' ? value : null;
}
