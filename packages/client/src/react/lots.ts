import type { Grant, Subscription } from '../wire.ts';
import type { CatalogNames } from './catalog-names.ts';
import type { Translate } from './messages/translate.ts';

/** What of a lot can be spent or is reserved. */
export function isLive({ state }: Grant): boolean {
  return state === 'active' || state === 'frozen';
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
      return names.named('campaign', source.ref ?? '');
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

/** Of the class's refills, the next that is paid for. */
export function nextRefill(
  subscriptions: readonly Subscription[] | undefined,
  classId: string,
): { at: string; amount: number } | null {
  const due = (subscriptions ?? [])
    .filter((one) => one.class === classId && one.status !== 'paused' && one.next_refill_at !== null)
    .map((one) => ({ at: one.next_refill_at as string, amount: one.credits }))
    .sort((a, b) => a.at.localeCompare(b.at));
  return due[0] ?? null;
}
