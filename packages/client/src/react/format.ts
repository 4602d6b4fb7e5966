import { decimalsOf } from '../minor-units.ts';

/** Numbers and times as people of one language and zone read them. Formatters are dear to make, so they are kept. */
export interface Format {
  readonly locale: string;
  /** IANA: the zone of every date and time but those in UTC. */
  readonly timeZone: string;
  /** Whether its language is written from right to left. */
  readonly isRightToLeft: boolean;
  /** `1,357`; never `-0`. */
  credits(amount: number): string;
  /** `+25`, `−25`, `0`. */
  signed(amount: number): string;
  /** Of the currency's minor unit: `$4.99`. */
  money(amountMinor: number, currency: string): string;
  /** How many of them are one of the currency: 100 cents, 1 yen. */
  minorUnits(currency: string): number;
  /** Of one credit, to a hundredth of the minor unit: `$0.0499`. */
  unitPrice(amountMinor: number, credits: number, currency: string): string;
  /** `4 Apr 2026`, without the year where it is this one. */
  date(at: Date | string): string;
  /** `4 Apr`, where the year goes without saying. */
  day(at: Date | string): string;
  /** `April 2026` */
  month(at: Date | string): string;
  /** `14:02` */
  time(at: Date | string): string;
  /** `4 Apr, 14:02`, with the year where it is another one. */
  dateTime(at: Date | string): string;
  /** `4 Apr, 12:02 UTC` */
  utc(at: Date | string): string;
  /** `in 3 days`, `2 hours ago`: whole units, the largest that fits. */
  relative(at: Date | string, now?: number): string;
  /** Of an ISO 8601 duration: `30 days`, `1 year`. What it is not, it leaves as it is. */
  duration(iso: string): string;
  /** `A, B and C` */
  list(items: readonly string[]): string;
  /** `1.2K`, where there is no room for more. */
  compact(amount: number): string;
  /** The plural category of a count. */
  plural(count: number): Intl.LDMLPluralRule;
}

export interface FormatOptions {
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

const MAX_DECIMALS = 6;

/** Scripts, since not every browser says the direction of a language. */
const RIGHT_TO_LEFT: readonly string[] = ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg'];

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

export function createFormat({ locale: wanted, timeZone }: FormatOptions = {}): Format {
  const locale = new Intl.NumberFormat(wanted).resolvedOptions().locale;
  const zone = timeZone === undefined ? {} : { timeZone };
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: MAX_DECIMALS });
  const signed = new Intl.NumberFormat(locale, {
    maximumFractionDigits: MAX_DECIMALS,
    signDisplay: 'exceptZero',
  });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact' });
  const day = { day: 'numeric', month: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const dates = {
    date: new Intl.DateTimeFormat(locale, { ...day, ...zone }),
    dateOfYear: new Intl.DateTimeFormat(locale, { ...day, year: 'numeric', ...zone }),
    month: new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', ...zone }),
    time: new Intl.DateTimeFormat(locale, { ...clock, ...zone }),
    dateTime: new Intl.DateTimeFormat(locale, { ...day, ...clock, ...zone }),
    dateTimeOfYear: new Intl.DateTimeFormat(locale, { ...day, year: 'numeric', ...clock, ...zone }),
    utc: new Intl.DateTimeFormat(locale, { ...day, ...clock, timeZone: 'UTC' }),
    utcOfYear: new Intl.DateTimeFormat(locale, { ...day, year: 'numeric', ...clock, timeZone: 'UTC' }),
  };
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const list = new Intl.ListFormat(locale);
  const plurals = new Intl.PluralRules(locale);
  const year = (at: Date): string => new Intl.DateTimeFormat('en', { year: 'numeric', ...zone }).format(at);
  const isThisYear = (at: Date | string): boolean => year(new Date(at)) === year(new Date());
  return {
    locale,
    timeZone: dates.date.resolvedOptions().timeZone,
    isRightToLeft: RIGHT_TO_LEFT.includes(new Intl.Locale(locale).maximize().script ?? ''),
    // Adding zero turns a negative zero into a plain one.
    credits: (amount) => number.format(amount + 0),
    signed: (amount) => signed.format(amount + 0).replace('-', '−'),
    money: (amountMinor, currency) =>
      moneyFormat(locale, currency, decimalsOf(currency)).format(amountMinor / minorUnits(currency)),
    minorUnits,
    unitPrice: (amountMinor, credits, currency) => {
      const fine = moneyFormat(locale, currency, decimalsOf(currency) + 2);
      return fine.format(amountMinor / minorUnits(currency) / credits);
    },
    date: (at) => (isThisYear(at) ? dates.date : dates.dateOfYear).format(new Date(at)),
    day: (at) => dates.date.format(new Date(at)),
    month: (at) => dates.month.format(new Date(at)),
    time: (at) => dates.time.format(new Date(at)),
    dateTime: (at) => (isThisYear(at) ? dates.dateTime : dates.dateTimeOfYear).format(new Date(at)),
    utc: (at) => `${(isThisYear(at) ? dates.utc : dates.utcOfYear).format(new Date(at))} UTC`,
    relative: (at, now = Date.now()) => {
      const ms = new Date(at).getTime() - now;
      const [unit, size] = STEPS.find(([, step]) => Math.abs(ms) >= step) ?? ['minute', 60_000];
      return relative.format(Math.trunc(ms / size), unit);
    },
    duration: (iso) => durationText(iso, locale),
    compact: (amount) => compact.format(amount),
    list: (items) => list.format(items),
    plural: (count) => plurals.select(count),
  };
}

const UNITS = { Y: 'year', M: 'month', W: 'week', D: 'day' } as const;

function durationText(iso: string, locale: string): string {
  const parts = /^P((?:\d+[YMWD])+)$/.exec(iso)?.[1]?.match(/\d+[YMWD]/g);
  if (parts === undefined || parts === null) return iso;
  const words = parts.map((part) => {
    const unit = UNITS[part.at(-1) as keyof typeof UNITS];
    return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
      Number.parseInt(part, 10),
    );
  });
  return new Intl.ListFormat(locale, { type: 'unit' }).format(words);
}

function moneyFormat(locale: string, currency: string, decimals: number): Intl.NumberFormat {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits });
}

const minorUnits = (currency: string): number => 10 ** decimalsOf(currency);
