/** What is to come of an account: what starts, what is refilled, what expires, and what of it lapses unused. */
import type * as wire from '@drawdown/client';
import type { Catalog } from './catalog/catalog.ts';
import type { Account, Grant } from './core/account.ts';
import { copyOf } from './core/balance.ts';
import { addDuration, type Duration, formatInstant, parseDuration } from './core/calendar.ts';
import { type Lapse, lapsesAhead, type Usage, usedBefore } from './core/forecast.ts';
import { grantId } from './core/id.ts';
import { comparator } from './core/order.ts';
import type { Presenter } from './present.ts';
import type { Settled } from './queries.ts';
import type { SourceSetting } from './sources/source.ts';
import type { ExpectedRefill } from './sources/subscription-outlook.ts';
import type { Subscriptions } from './sources/subscriptions.ts';

const DAY_MS = 86_400_000;
/** Long enough to level out weekends, short enough to be recent. */
const RATE_DAYS = 30;
/** What was spent in fewer days says more about the first evening than about a habit. */
const LEAST_RATE_DAYS = 7;
/** An account that spends more often than this within the window is judged by its latest entries. */
const MOST_ENTRIES = 20_000;

export class Outlooks {
  readonly #setting: SourceSetting;
  readonly #subscriptions: Pick<Subscriptions, 'expected'>;

  constructor(setting: SourceSetting, subscriptions: Pick<Subscriptions, 'expected'>) {
    this.#setting = setting;
    this.#subscriptions = subscriptions;
  }

  /** Up to `days` from now. */
  readonly forecast = async (
    id: string,
    { days = 90 }: { readonly days?: number } = {},
  ): Promise<wire.Forecast> => {
    const { presenter, queries } = this.#setting;
    const { account, now } = await queries.settled(id);
    const until = addDuration(now, parseDuration(`P${days}D`) as Duration, { timeZone: account.timeZone });
    const [rate, refills] = await Promise.all([
      this.#rate(id, { account, now }),
      this.#subscriptions.expected(account.number, { now, until }),
    ]);
    const lapses = this.#lapses(account, { now, until, rate, refills });
    const isKnown = (no: number): boolean => account.grants.some((grant) => grant.no === no);
    return {
      account: account.id,
      as_of: formatInstant(now),
      until: formatInstant(until),
      rate: rate && { per_day: perDay(presenter, rate), days: Math.round(rate.window / DAY_MS) },
      at_risk: lapses
        .filter(({ grant }) => isKnown(grant.no))
        .map((lapse) => this.#atRisk(account, lapse, { now, lapses })),
      events: eventsOf({ account, now, until, refills, lapses }, presenter),
    };
  };

  #lapses(account: Account, about: About): Lapse[] {
    // Of a habit that nobody knows, nothing is foretold.
    if (about.rate === null) return [];
    const { rules } = this.#setting;
    const inOrder = comparator(rules);
    const copy = copyOf(account);
    copy.grants.push(...about.refills.map((refill, nth) => expectedLot(account, refill, nth)));
    copy.grants.sort(inOrder);
    const { usage, window } = about.rate;
    return lapsesAhead(copy, { usage, window, now: about.now, until: about.until, rules, inOrder });
  }

  #atRisk(
    account: Account,
    { grant, at, amount }: Lapse,
    { now, lapses }: { readonly now: number; readonly lapses: readonly Lapse[] },
  ): wire.ForecastLapse {
    const { presenter, rules } = this.#setting;
    const inOrder = comparator(rules);
    const lot = account.grants.find(({ no }) => no === grant.no) as Grant;
    return {
      grant: grantId(account.number, grant.no),
      class: grant.class,
      expires_at: formatInstant(at),
      amount: presenter.credits(amount),
      used_first: [...usedBefore(account, lot, { now, inOrder, lapses })].map(([id, sum]) => ({
        class: id,
        amount: presenter.credits(sum),
      })),
    };
  }

  /** What was spent lately, by feature; null where the account is too new for a habit. */
  async #rate(id: string, { account, now }: Settled): Promise<Rate | null> {
    const { history, catalog, queries } = this.#setting;
    const { createdAt } = await queries.profile(id);
    if (now - createdAt < LEAST_RATE_DAYS * DAY_MS) return null;
    const since = Math.max(now - RATE_DAYS * DAY_MS, createdAt);
    const earliest = await history.versionBefore(account.number, since, account.seq);
    const after = Math.max(earliest, account.seq - MOST_ENTRIES);
    const begun = after > earliest ? await history.instantOf(account.number, after) : since;
    const sums = await history.usage(account.number, after, account.seq);
    const used = sums.filter(({ amount }) => amount > 0n);
    return {
      window: Math.max(now - begun, LEAST_RATE_DAYS * DAY_MS),
      usage: used.map(({ feature, amount }) => ({ feature, amount, classes: classesFor(catalog, feature) })),
    };
  }
}

interface Rate {
  readonly usage: readonly Usage[];
  readonly window: number;
}

interface About {
  readonly now: number;
  readonly until: number;
  readonly rate: Rate | null;
  readonly refills: readonly ExpectedRefill[];
}

const classesFor = (catalog: Catalog, feature: string | null): readonly string[] | null =>
  feature === null ? null : (catalog.features[feature]?.classes ?? null);

/** To a tenth: a habit is not known better than that. */
function perDay(presenter: Presenter, { usage, window }: Rate): number {
  const sum = usage.reduce((before, { amount }) => before + amount, 0n);
  return Math.round((presenter.credits(sum) * DAY_MS * 10) / window) / 10;
}

/** Numbered behind every lot that there is, so that it is one of its own. */
function expectedLot(account: Account, refill: ExpectedRefill, nth: number): Grant {
  return {
    no: account.stamp + 1 + nth,
    seq: account.seq,
    class: refill.class,
    amount: refill.amount,
    priority: 0,
    effectiveAt: refill.startsAt,
    expiresAt: refill.endsAt,
    features: null,
    source: { type: 'subscription', ref: null },
    cost: null,
    catalog: '',
    metadata: {},
    createdAt: account.at,
    phase: 'scheduled',
    frozen: false,
    granted: 0n,
    remaining: 0n,
    held: 0n,
    consumed: 0n,
    expired: 0n,
    voided: 0n,
    transferred: 0n,
  };
}

interface Ahead {
  readonly account: Account;
  readonly now: number;
  readonly until: number;
  readonly refills: readonly ExpectedRefill[];
  readonly lapses: readonly Lapse[];
}

/** Everything that time brings or takes, in its order; what starts at an instant stands behind what ends there. */
function eventsOf(
  { account, now, until, refills, lapses }: Ahead,
  presenter: Presenter,
): wire.ForecastEvent[] {
  const lapsing = (no: number): number =>
    presenter.credits(lapses.find(({ grant }) => grant.no === no)?.amount ?? 0n);
  const within = (at: number | null): at is number => at !== null && at > now && at <= until;
  const events: (wire.ForecastEvent & { instant: number })[] = [];
  const add = (instant: number, event: Omit<wire.ForecastEvent, 'at'>): void => {
    events.push({ instant, at: formatInstant(instant), ...event });
  };
  for (const grant of account.grants) {
    const id = grantId(account.number, grant.no);
    const isToCome = grant.phase === 'scheduled';
    const amount = presenter.credits(isToCome ? grant.amount : grant.remaining - grant.held);
    const shared = { class: grant.class, amount, grant: id, expected: false };
    if (isToCome && within(grant.effectiveAt))
      add(grant.effectiveAt, { type: 'start', lapses: 0, ...shared });
    if (amount > 0 && within(grant.expiresAt)) {
      add(grant.expiresAt, { type: 'expiry', ...shared, lapses: lapsing(grant.no) });
    }
  }
  refills.forEach((refill, nth) => {
    const shared = {
      class: refill.class,
      amount: presenter.credits(refill.amount),
      grant: null,
      expected: true,
    };
    if (within(refill.startsAt)) add(refill.startsAt, { type: 'start', lapses: 0, ...shared });
    if (within(refill.endsAt)) {
      add(refill.endsAt, { type: 'expiry', ...shared, lapses: lapsing(account.stamp + 1 + nth) });
    }
  });
  return events
    .sort((a, b) => a.instant - b.instant || (a.type === b.type ? 0 : a.type === 'expiry' ? -1 : 1))
    .map(({ instant: _instant, ...event }) => event);
}
