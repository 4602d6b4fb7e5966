/** What a provider signed may still be nonsense: a broken proxy, another version, a bug of theirs. */
import { DrawdownError } from '../errors.ts';
import type { PaymentEvent, PlanMark } from './provider.ts';

/** Texts of providers are names, codes and currencies. */
const MAX_TEXT = 1_000;

/** Throws `payment_refused` where something cannot be kept, or is no amount or time: it would be refused later, by everything. */
function demandSound<T extends object>(event: T): T {
  walk(event, '');
  if ('plan' in event) demandNames(event as unknown as PlanMark);
  if ('facts' in event) for (const fact of (event as unknown as PaymentEvent).facts) demandWhole(fact);
  return event;
}

/** What could not be read at all is refused as well; a fault of ours would look the same, so its cause goes along. */
export async function readSoundly<T extends object>(reading: Promise<T | null>): Promise<T | null> {
  try {
    const event = await reading;
    return event && demandSound(event);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw refused('delivery', 'cannot be read', error);
    throw error;
  }
}

function walk(value: unknown, path: string): void {
  if (typeof value === 'string') {
    const isText = value.length <= MAX_TEXT && value.isWellFormed() && !value.includes('\0');
    if (!isText) throw refused(path, 'is no text that can be kept');
  } else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw refused(path, 'is no whole number');
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) walk(one, path === '' ? name : `${path}.${name}`);
  }
}

/** They are looked up. */
function demandNames({ plan, external }: PlanMark): void {
  if (typeof plan !== 'string') throw refused('plan', 'is no text');
  if (external != null && typeof external !== 'string') throw refused('external', 'is no text');
}

/** What of a fact is no text. */
const KINDS: Readonly<Record<string, 'number' | 'boolean'>> = {
  gross: 'number',
  net: 'number',
  amount: 'number',
  total: 'number',
  at: 'number',
  attempt: 'number',
  after: 'number',
  failed: 'boolean',
  ends: 'boolean',
};

/** Nothing of a fact may be missing or of another kind, and no amount or time is below zero. */
function demandWhole(fact: object): void {
  for (const [name, value] of Object.entries(fact)) {
    const isThere = typeof value === (KINDS[name] ?? 'string') && value !== '' && !(value < 0);
    if (!isThere) throw refused(name, 'is missing, below zero or of another kind');
  }
}

const refused = (field: string, reason: string, cause?: unknown): DrawdownError =>
  new DrawdownError('payment_refused', `${field}: ${reason}`, { field }, cause);
