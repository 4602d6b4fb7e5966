/** `250 ms`, `1.5 s`, as the page's language writes it. */
export function milliseconds(ms: number, locale: string): string {
  const [unit, value] =
    ms < 1_000 ? (['millisecond', Math.round(ms)] as const) : (['second', ms / 1_000] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `3 days`: in whole units, the largest that fits. */
export function wholeUnits(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, one]) => seconds >= one) ?? (['second', 1] as const);
  const number = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
  return number.format(Math.floor(seconds / size));
}
