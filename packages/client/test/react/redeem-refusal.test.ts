/** Why a code was not taken: each reason in words of its own, in every language. */
import { expect, it } from 'vitest';
import { DrawdownApiError } from '../../src/errors.ts';
import { createFormat } from '../../src/react/format.ts';
import { english } from '../../src/react/messages/english.ts';
import { german } from '../../src/react/messages/german.ts';
import { createTranslate } from '../../src/react/messages/translate.ts';
import { redeemRefusal } from '../../src/react/redeem-refusal.ts';

const CASES: readonly (readonly [code: string, details: Record<string, unknown>])[] = [
  ['code_not_found', { field: 'code' }],
  ['rate_limited', { retry_after: 600 }],
  ['campaign_not_started', { starts_at: '2026-03-01T10:00:00Z' }],
  ['campaign_ended', { ends_at: '2026-02-01T10:00:00Z' }],
  ['campaign_ended', {}],
  ['campaign_stopped', {}],
  ['campaign_budget_exhausted', {}],
  ['campaign_already_redeemed', { campaign: 'spring' }],
  ['campaign_already_redeemed', { campaign: 'friends' }],
  ['campaign_device_limit', {}],
  ['campaign_not_eligible', { reason: 'self_referral' }],
  ['campaign_not_eligible', { reason: 'mutual_referral' }],
  ['campaign_not_eligible', { reason: 'inviter_closed' }],
  ['campaign_not_eligible', { reason: 'surfaces' }],
  ['campaign_not_eligible', { reason: 'account_kinds' }],
  ['campaign_not_eligible', { reason: 'newer_than' }],
  ['campaign_not_eligible', { reason: 'plans' }],
  ['campaign_not_eligible', { reason: 'a new one' }],
];

const SAID = { en: english, de: german } as const;

it.each(['en', 'de'] as const)('has a sentence for each reason: %s', (locale) => {
  const format = createFormat({ locale, timeZone: 'UTC' });
  const t = createTranslate(SAID[locale], format);
  const said = CASES.map(([code, details]) => {
    const problem = { type: 'about:blank', title: code, status: 409, code, detail: 'In English', ...details };
    return redeemRefusal(new DrawdownApiError(problem, null), { t, format, referrals: ['friends'] });
  });
  expect(new Set(said).size).toBe(CASES.length);
  expect(said).not.toContain('In English');
  expect(said.filter((text) => text === '' || text.includes('{'))).toEqual([]);
});
