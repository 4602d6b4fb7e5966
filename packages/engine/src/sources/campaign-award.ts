import type { Audience, Campaign, Surface } from '../catalog/catalog.ts';
import type { Account } from '../core/account.ts';
import { addDuration, calendarDay } from '../core/calendar.ts';
import type { Command } from '../core/command.ts';
import { bucketOf } from '../core/id.ts';
import { invalid } from '../errors.ts';
import { type Connection, DatabaseError } from '../store/database.ts';
import type { Outcome, Prepared, Write } from '../store/task.ts';
import { deviceHash } from './campaign-code.ts';
import { demandOpen, refusalOf } from './campaign-refusal.ts';
import * as rows from './campaign-rows.ts';
import { usedBefore } from './erased-uses.ts';

/** Answers the ids of the plans that an account has at an instant; runs in the award's transaction. */
export type PlansOf = (on: Connection, account: number, now: number) => Promise<readonly string[]>;

export type Locked = { readonly account: Account; readonly now: number };

/** One award on its way: what is wanted of which campaign. */
export interface Wanted {
  readonly campaign: Campaign;
  readonly stoppedAt: number | null;
  readonly role: 'participant' | 'invited';
  readonly surface: Surface;
  readonly device: string | undefined;
  readonly plansOf: PlansOf;
  /** Claims the code that was given, after all that can be refused without it. */
  claimCode(): Promise<Claimed>;
}

/** What a code brings along: atoms that the budget gives beside the award, and rows written with it. */
export interface Claimed {
  readonly beside: bigint;
  readonly writes: readonly Write[];
}

/** Judges and claims an award for a locked account. Throws its refusal, and then everything is given back. */
export async function prepareAward(on: Connection, locked: Locked, wanted: Wanted): Promise<Prepared> {
  const { campaign, device } = wanted;
  const day = await demandEligible(on, locked, wanted);
  if (campaign.perDeviceLimit !== null && device === undefined) {
    throw invalid('device', 'is required: this campaign has a limit for each device');
  }
  const claimed = await wanted.claimCode();
  await claimBudget(on, campaign, campaign.credits + claimed.beside);
  await claimDevice(on, campaign, device);
  const award = { campaign: campaign.id, amount: campaign.credits, validity: campaign.validity.iso };
  return {
    command: grantOf({ ...award, class: campaign.class, kind: campaign.kind, role: wanted.role }),
    writes: (outcome) => [awardWrite(outcome, { ...award, role: wanted.role, day }), ...claimed.writes],
  };
}

/** Throws why the account may not take part now, claims aside; answers the calendar day of an award. */
export async function demandEligible(
  on: Connection,
  locked: Locked,
  wanted: Pick<Wanted, 'campaign' | 'stoppedAt' | 'surface' | 'plansOf'>,
): Promise<string> {
  const { campaign } = wanted;
  if (wanted.stoppedAt !== null) throw stopped(campaign.id);
  demandOpen(campaign, locked.now);
  await demandAudience(on, locked, wanted);
  const day = calendarDay(locked.now, locked.account.timeZone);
  await demandAccountLimit(on, locked, { campaign, day });
  return day;
}

/** The lot of an award: its terms are frozen in it, whatever becomes of the campaign. */
export function grantOf(award: {
  campaign: string;
  class: string;
  amount: bigint;
  validity: string;
  kind: string;
  role: string;
}): Command {
  return {
    verb: 'grant',
    class: award.class,
    amount: award.amount,
    priority: 0,
    effectiveAt: null,
    validity: { kind: 'for', duration: award.validity },
    features: null,
    source: { type: 'campaign', ref: award.campaign },
    cost: null,
    metadata: { campaign_kind: award.kind, role: award.role },
  };
}

/** The account's row of what it was granted, written with the lot. */
export function awardWrite(
  { account, now, entry }: Outcome,
  award: { campaign: string; amount: bigint; validity: string; role: string; day: string },
): Write {
  const { campaign, role, amount, validity, day } = award;
  const no = entry?.detail?.grants?.[0]?.no;
  if (no === undefined) throw new Error('an award is a lot');
  const params = [account.number, campaign, role, amount, validity, day, now, no, bucketOf(account.number)];
  return { statement: rows.AWARD, params };
}

function stopped(campaign: string) {
  return refusalOf('campaign_stopped', campaign, 'The campaign was stopped; what it granted stays.');
}

type Asker = Pick<Wanted, 'campaign' | 'surface' | 'plansOf'>;

async function demandAudience(on: Connection, { account, now }: Locked, wanted: Asker): Promise<void> {
  const { audience } = wanted.campaign;
  if (audience === null) return;
  const reason = await outsideOf(on, audience, { account, now, wanted });
  if (reason === null) return;
  throw refusalOf('campaign_not_eligible', wanted.campaign.id, reason.detail, { reason: reason.word });
}

async function outsideOf(
  on: Connection,
  { accountKinds, plans, surfaces, newerThan }: Audience,
  { account, now, wanted }: Locked & { wanted: Asker },
): Promise<{ word: string; detail: string } | null> {
  if (surfaces !== null && !surfaces.includes(wanted.surface)) {
    return { word: 'surfaces', detail: `The campaign is not for ${wanted.surface}.` };
  }
  const person = (await on.query(rows.PERSON, [account.number])).rows[0];
  if (person === undefined) throw new Error('a locked account has a row');
  if (accountKinds !== null && !accountKinds.includes(person.kind)) {
    return { word: 'account_kinds', detail: `The campaign is not for accounts of kind ${person.kind}.` };
  }
  if (newerThan !== null) {
    const until = addDuration(Number(person.created_at), newerThan.parts, { timeZone: account.timeZone });
    if (now >= until) return { word: 'newer_than', detail: 'The campaign is for newer accounts.' };
  }
  if (plans === null) return null;
  const has = await wanted.plansOf(on, account.number, now);
  if (plans.some((plan) => has.includes(plan))) return null;
  return { word: 'plans', detail: `The campaign is for the plans ${plans.join(', ')}.` };
}

/**
 * A daily check-in counts the awards of this calendar day in the account's zone and of later ones, so that a zone moved
 * west allows nothing twice; every other campaign counts all of them.
 */
async function demandAccountLimit(
  on: Connection,
  { account }: Locked,
  { campaign, day }: { campaign: Campaign; day: string },
): Promise<void> {
  const { id, kind, perAccountLimit } = campaign;
  if (perAccountLimit === null) return;
  const daily = kind === 'daily_check_in';
  const { rows: found } = await on.query(rows.COUNT_AWARDS, [account.number, id, daily ? day : null]);
  // Days are over before anybody could come back for a second check-in; all else is once for a person.
  const before = daily ? 0 : await usedBefore(on, account.id, `campaign:${id}`);
  if (Number(found[0]?.awards) + before < perAccountLimit) return;
  throw refusalOf(
    'campaign_already_redeemed',
    id,
    daily ? `The account has checked in on ${day}.` : 'The account has had what the campaign allows it.',
    { limit: perAccountLimit, ...(daily ? { day } : {}) },
  );
}

/** Takes the award's atoms from the budget, so that races on the last of it give exactly the budget. */
async function claimBudget(on: Connection, campaign: Campaign, atoms: bigint): Promise<void> {
  const { id, budget } = campaign;
  const claim = async (): Promise<boolean> =>
    (await on.query(rows.CLAIM_BUDGET, [id, atoms, budget])).rows[0] !== undefined;
  if (await claim()) return;
  // Stopped, spent, or not counted so far: a campaign without a budget lets awards pass side by side.
  const { rows: found } = await on.query(budget === null ? rows.SHARE : rows.LOCK, [id]);
  const row = found[0];
  if (row === undefined) throw new Error('a campaign has a row');
  if (row.stopped_at !== null) throw stopped(id);
  if (budget === null) {
    if (row.spent === null) return;
    // Counting began while this one waited. Others hold the row as well by now, so it lets go and begins anew.
    throw new DatabaseError('The campaign began to count', { kind: 'serialization', sqlState: '40001' });
  }
  if (row.spent === null) await on.query(rows.COUNT_SPENT, [id]);
  // Nothing moves while the row is locked, so what is refused now is refused for good.
  if (await claim()) return;
  throw refusalOf('campaign_budget_exhausted', id, 'The budget of the campaign is spent.');
}

async function claimDevice(on: Connection, campaign: Campaign, device: string | undefined): Promise<void> {
  const { id, perDeviceLimit } = campaign;
  if (perDeviceLimit === null || device === undefined) return;
  const { rows: claimed } = await on.query(rows.CLAIM_DEVICE, [id, deviceHash(device), perDeviceLimit]);
  if (claimed[0] !== undefined) return;
  throw refusalOf('campaign_device_limit', id, 'The device has had what the campaign allows it.', {
    limit: perDeviceLimit,
  });
}
