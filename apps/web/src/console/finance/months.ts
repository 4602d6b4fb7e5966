/** Calendar months as `2026-03`, in UTC, as the reports count them. */

function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

/** `later` may be below zero. */
export function monthAfter(month: string, later: number): string {
  const [year = 1970, nth = 1] = month.split('-').map(Number);
  return monthOf(new Date(Date.UTC(year, nth - 1 + later, 1)));
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export function isMonth(text: string | undefined): text is string {
  return text !== undefined && MONTH.test(text);
}

/** What a page shows unless something else is asked for: this month and the five before it. */
export function usualMonths(now: Date): { from: string; to: string } {
  const to = monthOf(now);
  return { from: monthAfter(to, -5), to };
}
