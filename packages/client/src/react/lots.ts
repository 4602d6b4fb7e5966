import type { Balance, Grant, Subscription } from '../wire.ts';
import type { CatalogNames } from './catalog-names.ts';
import type { Translate } from './messages/translate.ts';

/** What of a lot can be spent or is reserved. */
export function isLive({ state }: Grant): boolean {
  return state === 'active' || state === 'frozen';
}

/** Nothing ever happened here: there is more to explain than to count. */
export function isNew({ version }: Balance): boolean {
  return version === 0;
}

/** A lot's origin in words: the plan, the campaign, the pack that it came from. */
export function sourceOf(grant: Grant, { t, names }: { t: Translate; names: CatalogNames }): string {
  const { source, metadata } = grant;
  const text = (key: string): string | null => {
    const value = metadata[key];
    return typeof value === 'string' ? value : null;
  };
  switch (source.type) {
    case 'subscription': {
      const plan = text('plan');
      const name = plan === null ? t('source.subscription') : names.named('plan', plan);
      if (metadata.trial === true) return t('source.trial', { name });
      return metadata.rollover === true ? t('source.rollover', { name }) : t('source.plan', { name });
    }
    case 'campaign':
      return names.named('campaign', source.ref ?? '', source.name ?? t('source.campaign'));
    case 'purchase': {
      const pack = text('pack');
      const name = pack === null ? t('source.purchase') : names.named('pack', pack);
      return metadata.bonus === true ? t('source.bonus', { name }) : name;
    }
    case 'refund':
      return t('source.refund');
    case 'adjustment':
      return t('source.adjustment');
    case 'demonstration':
      return t('source.demonstration');
    default:
      return t('source.other');
  }
}

export interface NextRefill {
  readonly at: string;
  readonly amount: number;
  /** Not paid for yet: it comes if the subscription goes on. */
  readonly expected: boolean;
}

/** Of the class's refills, the next: one that is paid for, or that the next payment brings. */
export function nextRefill(
  subscriptions: readonly Subscription[] | undefined,
  classId: string,
): NextRefill | null {
  const due = (subscriptions ?? [])
    .filter((one) => one.class === classId)
    .flatMap((one) => refillOf(one) ?? [])
    .sort((a, b) => a.at.localeCompare(b.at));
  return due[0] ?? null;
}

function refillOf(one: Subscription): NextRefill | null {
  const { next_refill_at: paid, credits: amount, pending, cancel_at: ends, status } = one;
  if (status === 'paused') return null;
  if (paid !== null) return { at: paid, amount, expected: false };
  const at = status === 'trialing' ? one.trial_ends_at : (one.current_period?.end ?? null);
  if (at === null || (status !== 'active' && status !== 'trialing') || (ends !== null && ends <= at))
    return null;
  return { at, amount: pending !== null && pending.at <= at ? pending.credits : amount, expected: true };
}
