import type { Campaign } from '../catalog/catalog.ts';
import { formatInstant } from '../core/calendar.ts';
import { DrawdownError, type ProblemCode } from '../errors.ts';

/** A refusal that names the campaign. */
export function refusalOf(
  code: ProblemCode,
  campaign: string,
  detail: string,
  more: Record<string, unknown> = {},
): DrawdownError {
  return new DrawdownError(code, detail, { campaign, ...more });
}

/** Throws outside of the campaign's half-open window. */
export function demandOpen({ id, startsAt, endsAt }: Campaign, now: number): void {
  if (startsAt !== null && now < startsAt) {
    const starts_at = formatInstant(startsAt);
    throw refusalOf('campaign_not_started', id, `The campaign starts at ${starts_at}.`, { starts_at });
  }
  if (endsAt !== null && now >= endsAt) {
    const ends_at = formatInstant(endsAt);
    throw refusalOf('campaign_ended', id, `The campaign ended at ${ends_at}.`, { ends_at });
  }
}
