/** A campaign from what was typed so far. */
import type { CampaignKind, CampaignRequest } from '@drawdown/client';
import type { Word } from '../words/english.ts';

export const KINDS: readonly CampaignKind[] = [
  'event',
  'promotion_code',
  'limited_time_offer',
  'daily_check_in',
  'sign_up_bonus',
  'referral',
];

type Fault = Extract<Word, `fault.${string}`>;

export interface CampaignDraft {
  readonly id: string;
  readonly name: string;
  readonly kind: CampaignKind;
  readonly credits: string;
  readonly class: string;
  readonly days: string;
  readonly starts: string;
  readonly ends: string;
  readonly budget: string;
  readonly perAccount: string;
  readonly perDevice: string;
  readonly people: 'all' | 'user' | 'team';
  readonly plan: string;
  readonly newerDays: string;
  readonly codes: 'single_use' | 'shared';
  readonly code: string;
  readonly inviter: string;
}

export const EMPTY: CampaignDraft = {
  id: '',
  name: '',
  kind: 'event',
  credits: '',
  class: '',
  days: '30',
  starts: '',
  ends: '',
  budget: '',
  perAccount: '1',
  perDevice: '',
  people: 'all',
  plan: '',
  newerDays: '',
  codes: 'single_use',
  code: '',
  inviter: '',
};

const AMOUNT = /^\d{1,15}(\.\d{1,6})?$/;
const COUNT = /^[1-9]\d{0,8}$/;
/** As a catalog names things. */
const ID = /^[A-Za-z][\w.-]{0,63}$/;
const CODE = /^[A-Z0-9-]{6,64}$/;

/** `Spring film` → `spring_film`: what one would have typed. */
export function idOf(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '');
}

/** What is wrong with the fields that are not right as they stand. */
export function faultsOf(draft: CampaignDraft): ReadonlyMap<keyof CampaignDraft, Fault> {
  const faults = new Map<keyof CampaignDraft, Fault>();
  const check = (field: keyof CampaignDraft, isRight: boolean, fault: Fault): void => {
    if (!isRight) faults.set(field, draft[field].trim() === '' ? 'fault.missing' : fault);
  };
  const optional = (value: string, pattern: RegExp): boolean => value === '' || pattern.test(value);
  check('name', draft.name.trim() !== '', 'fault.missing');
  check('id', ID.test(draft.id), 'fault.id');
  check('credits', AMOUNT.test(draft.credits) && Number(draft.credits) > 0, 'fault.amount');
  check('days', COUNT.test(draft.days), 'fault.count');
  check('budget', optional(draft.budget, AMOUNT), 'fault.amount');
  check('perAccount', optional(draft.perAccount, COUNT), 'fault.count');
  check('perDevice', optional(draft.perDevice, COUNT), 'fault.count');
  check('newerDays', optional(draft.newerDays, COUNT), 'fault.count');
  check(
    'ends',
    draft.ends === '' || draft.starts === '' || draft.ends > draft.starts,
    'fault.end_before_start',
  );
  check(
    'code',
    draft.kind !== 'promotion_code' || draft.codes !== 'shared' || CODE.test(codeOf(draft)),
    'fault.code',
  );
  check('inviter', draft.kind !== 'referral' || AMOUNT.test(draft.inviter), 'fault.amount');
  return faults;
}

const FIELDS: Readonly<Record<string, keyof CampaignDraft>> = {
  id: 'id',
  name: 'name',
  credits: 'credits',
  validity: 'days',
  budget: 'budget',
  starts_at: 'starts',
  ends_at: 'ends',
  per_account_limit: 'perAccount',
  per_device_limit: 'perDevice',
  'audience.newer_than': 'newerDays',
  'codes.code': 'code',
  'referral.inviter_credits': 'inviter',
};

/** Which of them a field of the request was made from. */
export function fieldOf(field: unknown): keyof CampaignDraft | undefined {
  return typeof field === 'string' ? FIELDS[field] : undefined;
}

/** Case does not matter to who redeems it. */
function codeOf({ code }: CampaignDraft): string {
  return code.trim().toUpperCase();
}

export function requestOf(draft: CampaignDraft): CampaignRequest {
  const instant = (local: string): string | null => (local === '' ? null : new Date(local).toISOString());
  const count = (value: string): number | null => (value === '' ? null : Number(value));
  const audience = {
    ...(draft.people === 'all' ? {} : { account_kinds: [draft.people] }),
    ...(draft.plan === '' ? {} : { plans: [draft.plan] }),
    ...(draft.newerDays === '' ? {} : { newer_than: `P${draft.newerDays}D` }),
  };
  return {
    id: draft.id,
    name: draft.name.trim(),
    kind: draft.kind,
    credits: draft.credits,
    class: draft.class,
    validity: `P${draft.days}D`,
    starts_at: instant(draft.starts),
    ends_at: instant(draft.ends),
    budget: draft.budget === '' ? null : draft.budget,
    per_account_limit: count(draft.perAccount),
    per_device_limit: count(draft.perDevice),
    ...(Object.keys(audience).length === 0 ? {} : { audience }),
    ...(draft.kind === 'promotion_code'
      ? {
          codes:
            draft.codes === 'shared'
              ? { kind: 'shared' as const, code: codeOf(draft) }
              : { kind: 'single_use' as const },
        }
      : {}),
    ...(draft.kind === 'referral' ? { referral: { inviter_credits: draft.inviter } } : {}),
  };
}
