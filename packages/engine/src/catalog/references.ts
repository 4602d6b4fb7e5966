/**
 * What a catalog file must keep between its parts: that what it names exists, once, and that two settings
 * do not contradict each other. The schema has passed before.
 */
import { parseAmount } from '../core/amount.ts';
import { type Duration, parseDuration, parseInstant } from '../core/calendar.ts';
import { canonicalCode } from '../core/code-text.ts';
import { type CatalogIssue, pathText } from './issue.ts';
import { checkPrice } from './price-file.ts';
import { MAX_MINOR, type ValidatedFile } from './schema.ts';

type Report = (path: readonly PropertyKey[], message: string) => void;

/** Every contradiction of the file, in the file's order. */
export function checkReferences(file: ValidatedFile): CatalogIssue[] {
  const issues: CatalogIssue[] = [];
  const report: Report = (path, message) => issues.push({ path: pathText(path), message });
  for (const list of ['classes', 'plans', 'packs', 'campaigns'] as const) checkUnique(file, list, report);
  checkFeatures(file, report);
  checkPlans(file, report);
  checkPacks(file, report);
  checkExactAmount(file, report);
  checkCampaigns(file, report);
  checkPolicies(file, report);
  checkNotices(file, report);
  checkHandoff(file, report);
  return issues;
}

function checkUnique(
  file: ValidatedFile,
  list: 'classes' | 'plans' | 'packs' | 'campaigns',
  report: Report,
): void {
  const seen = new Set<string>();
  file[list].forEach(({ id }, index) => {
    if (seen.has(id)) report([list, index, 'id'], `"${id}" is there twice`);
    seen.add(id);
  });
}

function checkClass(
  file: ValidatedFile,
  { path, id, paid }: { path: readonly PropertyKey[]; id: string; paid?: boolean },
  report: Report,
): void {
  const found = file.classes.find((entry) => entry.id === id);
  if (found === undefined) {
    report(path, `there is no class "${id}"; there are ${file.classes.map((entry) => entry.id).join(', ')}`);
  } else if (paid !== undefined && found.paid !== paid) {
    report(
      path,
      paid
        ? `"${id}" is not a paid class, and what is sold must be in one`
        : `"${id}" is a paid class, and what is given away must not be in one`,
    );
  }
}

function checkFeatures(file: ValidatedFile, report: Report): void {
  for (const [featureId, feature] of Object.entries(file.features)) {
    const path = ['features', featureId];
    feature.classes?.forEach((id, index) => {
      checkClass(file, { path: [...path, 'classes', index], id }, report);
    });
    for (const [surface, mode] of Object.entries(feature.surfaces)) {
      const at = [...path, 'surfaces', surface];
      if (mode === 'charge' && !file.surfaces[surface as keyof typeof file.surfaces].credits) {
        report(at, `${surface} has no credits (surfaces.${surface}.credits is false)`);
      }
      if (mode === 'open_on_web' && surface === 'web') report(at, 'the web cannot hand over to itself');
    }
    for (const issue of checkPrice(feature.price)) report([...path, 'price', ...issue.path], issue.message);
  }
}

function checkPlans(file: ValidatedFile, report: Report): void {
  file.plans.forEach((plan, index) => {
    const path = ['plans', index];
    checkClass(file, { path: [...path, 'class'], id: plan.class }, report);
    if (plan.kind === 'team' && plan.seats === undefined) {
      report([...path, 'seats'], 'a team plan needs the sizes that it is sold in, such as [3, 5, 10]');
    }
    if (plan.kind === 'personal' && plan.seats !== undefined) {
      report([...path, 'seats'], 'a personal plan has no seats');
    }
    const intervals = plan.billing.map((billing) => billing.interval);
    plan.billing.forEach((billing, nth) => {
      const at = [...path, 'billing', nth];
      if (intervals.indexOf(billing.interval) !== nth) {
        report([...at, 'interval'], `"${billing.interval}" is there twice`);
      }
      if (billing.interval === 'month' && billing.refill === 'upfront') {
        report([...at, 'refill'], 'a month is refilled monthly; upfront is for a year');
      }
    });
  });
}

function checkPacks(file: ValidatedFile, report: Report): void {
  const somePaid = file.classes.some((entry) => entry.paid);
  file.packs.forEach((pack, index) => {
    const path = ['packs', index, 'class'];
    if (pack.class !== undefined) checkClass(file, { path, id: pack.class, paid: true }, report);
    else if (!somePaid) report(path, 'packs need a class with "paid": true');
  });
}

function checkExactAmount(file: ValidatedFile, report: Report): void {
  const { exact_amount: sold } = file;
  if (sold === undefined) return;
  const path = ['exact_amount'];
  if (sold.class !== undefined)
    checkClass(file, { path: [...path, 'class'], id: sold.class, paid: true }, report);
  else if (!file.classes.some(({ paid }) => paid))
    report([...path, 'class'], 'needs a class with "paid": true');
  const atoms = (value: number | string) => parseAmount(value, file.scale) ?? 0n;
  const [minimum, maximum, step] = [atoms(sold.minimum), atoms(sold.maximum), atoms(sold.step)];
  if (maximum < minimum) report([...path, 'maximum'], 'must not be below the minimum');
  for (const [bound, value] of Object.entries({ minimum, maximum })) {
    if (value % step !== 0n) report([...path, bound], 'must be a multiple of the step');
  }
  const dearest = Math.max(...sold.tiers.flatMap((tier) => Object.values(tier.unit_prices).map(Number)));
  if (Number(sold.maximum) * dearest > MAX_MINOR) {
    report([...path, 'maximum'], 'would cost more than a payment may be');
  }
  checkTiers(sold.tiers, { path: [...path, 'tiers'], atoms }, report);
}

function checkTiers(
  tiers: NonNullable<ValidatedFile['exact_amount']>['tiers'],
  { path, atoms }: { path: readonly PropertyKey[]; atoms: (value: number | string) => bigint },
  report: Report,
): void {
  const currencies = Object.keys(tiers[0]?.unit_prices ?? {})
    .sort()
    .join();
  tiers.forEach(({ up_to, unit_prices }, index) => {
    const isLast = index === tiers.length - 1;
    const before = tiers[index - 1]?.up_to;
    if (isLast !== (up_to === undefined)) {
      report(
        [...path, index, 'up_to'],
        'is required in every tier but the last, which reaches to the maximum',
      );
    } else if (up_to !== undefined && before !== undefined && atoms(up_to) <= atoms(before)) {
      report([...path, index, 'up_to'], 'must be above that of the tier before');
    }
    if (Object.keys(unit_prices).sort().join() !== currencies) {
      report([...path, index, 'unit_prices'], 'must name the currencies of the first tier');
    }
  });
}

function checkCampaigns(file: ValidatedFile, report: Report): void {
  const shared = new Set<string>();
  file.campaigns.forEach((campaign, index) => {
    const path = ['campaigns', index];
    checkClass(file, { path: [...path, 'class'], id: campaign.class, paid: false }, report);
    checkCampaignTerms(file, { campaign, path }, report);
    checkKind(campaign, path, report);
    campaign.audience?.plans?.forEach((id, nth) => {
      if (!file.plans.some((plan) => plan.id === id)) {
        report([...path, 'audience', 'plans', nth], `there is no plan "${id}"`);
      }
    });
    if (campaign.codes?.kind === 'shared') {
      // As they are typed: letters that are mistaken for digits are these.
      const code = canonicalCode(campaign.codes.code);
      if (shared.has(code)) report([...path, 'codes', 'code'], 'another campaign has the same code');
      shared.add(code);
    }
  });
}

type FileCampaign = ValidatedFile['campaigns'][number];

function checkCampaignTerms(
  file: ValidatedFile,
  { campaign, path }: { campaign: FileCampaign; path: readonly PropertyKey[] },
  report: Report,
): void {
  const { minimum, maximum } = file.policies.campaign_validity;
  const days = wholeDays(campaign.validity);
  if (days === null) {
    report([...path, 'validity'], 'must be in whole days or weeks, such as P14D');
  } else if (days < (wholeDays(minimum) ?? 0) || days > (wholeDays(maximum) ?? Number.POSITIVE_INFINITY)) {
    report([...path, 'validity'], `must be from ${minimum} to ${maximum} (policies.campaign_validity)`);
  }
  const { starts_at, ends_at } = campaign;
  if (
    starts_at !== null &&
    ends_at !== null &&
    (parseInstant(ends_at) ?? 0) <= (parseInstant(starts_at) ?? 0)
  ) {
    report([...path, 'ends_at'], 'must be after starts_at');
  }
  const award = parseAmount(campaign.credits, file.scale) ?? 0n;
  const budget = campaign.budget === null ? null : parseAmount(campaign.budget, file.scale);
  if (budget !== null && budget < award) report([...path, 'budget'], 'does not suffice for one award');
}

function checkKind(campaign: FileCampaign, path: readonly PropertyKey[], report: Report): void {
  const parts = [
    { kind: 'promotion_code', key: 'codes' },
    { kind: 'referral', key: 'referral' },
  ] as const;
  for (const { kind, key } of parts) {
    if (campaign.kind === kind && campaign[key] === undefined) {
      report([...path, key], `a campaign of kind ${kind} needs it`);
    } else if (campaign.kind !== kind && campaign[key] !== undefined) {
      report([...path, key], `only a campaign of kind ${kind} has it`);
    }
  }
}

function checkPolicies(file: ValidatedFile, report: Report): void {
  const { holds, campaign_validity } = file.policies;
  if (holds.default_ttl_seconds > holds.max_ttl_seconds) {
    report(['policies', 'holds', 'default_ttl_seconds'], 'must not be above max_ttl_seconds');
  }
  const path = ['policies', 'campaign_validity'];
  const minimum = wholeDays(campaign_validity.minimum);
  const maximum = wholeDays(campaign_validity.maximum);
  if (minimum === null) report([...path, 'minimum'], 'must be in whole days or weeks, such as P7D');
  if (maximum === null) report([...path, 'maximum'], 'must be in whole days or weeks, such as P30D');
  if (minimum !== null && maximum !== null && minimum > maximum) {
    report([...path, 'minimum'], 'must not be above maximum');
  }
}

function checkNotices(file: ValidatedFile, report: Report): void {
  const { expiring, balance_low } = file.policies.notices;
  const path = ['policies', 'notices'];
  for (const id of Object.keys(expiring)) checkClass(file, { path: [...path, 'expiring', id], id }, report);
  const thresholds = balance_low.map(({ below }) => parseAmount(below, file.scale));
  balance_low.forEach(({ recovered_at }, index) => {
    const below = thresholds[index] ?? null;
    const recovered = recovered_at === undefined ? below : parseAmount(recovered_at, file.scale);
    const at = [...path, 'balance_low', index];
    if (thresholds.indexOf(below) !== index) report([...at, 'below'], 'is there twice');
    if (below !== null && recovered !== null && recovered < below) {
      report([...at, 'recovered_at'], 'must not be less than below');
    }
  });
}

function wholeDays(iso: string): number | null {
  const parts: Duration | null = parseDuration(iso);
  if (parts === null) return null;
  const { weeks, days, ...others } = parts;
  return Object.values(others).every((part) => part === 0) ? weeks * 7 + days : null;
}

function checkHandoff(file: ValidatedFile, report: Report): void {
  if (file.handoff_url === undefined) return;
  const filled = file.handoff_url.replaceAll('{account}', 'a').replaceAll('{feature}', 'f');
  if (/[{}]/.test(filled)) {
    report(['handoff_url'], 'may hold the placeholders {account} and {feature} and no others');
  } else if (!URL.canParse(filled) || !['http:', 'https:'].includes(new URL(filled).protocol)) {
    report(['handoff_url'], 'must be an http or https URL');
  }
}
