/** What one of the staff is about to do, from what was typed so far. */
import {
  type Act,
  type ActName,
  decimalsOf,
  type Entry,
  type Grant,
  type TakenCharge,
  type TopUp,
} from '@drawdown/client';
import type { Word } from '../words/english.ts';

/** What an act is about: an account, a lot, a line of the ledger, or a charge that nobody answers about. */
export type Subject =
  | { readonly act: 'grant' | 'adjust'; readonly account: string }
  | { readonly act: 'extend' | 'void' | 'freeze' | 'unfreeze'; readonly lot: Grant }
  | { readonly act: 'refund'; readonly entry: Entry & { operation: string } }
  | { readonly act: 'end_top_up'; readonly charge: TopUp };

export interface Draft {
  readonly class: string;
  readonly amount: string;
  readonly validity: 'usual' | 'days' | 'until' | 'never';
  readonly days: string;
  /** Local time, as the browser's own field gives it. */
  readonly until: string;
  /** Of a charge: whether the provider took it, by which payment, and in which currency `amount` is. */
  readonly taken: 'unsaid' | 'nothing' | 'money';
  readonly payment: string;
  readonly currency: string;
}

const POSITIVE = /^(?!0*(?:\.0*)?$)\d{1,16}(?:\.\d{1,6})?$/;
const DAYS = /^[1-9]\d{0,4}$/;

/** A month is what support most often gives. */
const USUAL_DAYS = '30';

export function emptyDraft(subject: Subject, classes: readonly string[]): Draft {
  return {
    class: classes[0] ?? '',
    amount: subject.act === 'end_top_up' ? majorOf(subject.charge.price) : '',
    validity: subject.act === 'extend' ? 'until' : 'usual',
    days: USUAL_DAYS,
    until: '',
    taken: 'unsaid',
    payment: '',
    currency: subject.act === 'end_top_up' ? subject.charge.price.currency : '',
  };
}

function majorOf({ amount_minor: minor, currency }: TopUp['price']): string {
  const decimals = decimalsOf(currency);
  const digits = String(minor).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Null where it is finer than the currency, or no sum. */
function minorOf(major: string, currency: string): number | null {
  const decimals = decimalsOf(currency);
  const [, whole = '', part = ''] = /^(\d{1,12})(?:[.,](\d{1,4}))?$/.exec(major) ?? [];
  if (whole === '' || part.length > decimals) return null;
  const minor = Number(whole + part.padEnd(decimals, '0'));
  return minor > 0 ? minor : null;
}

const CURRENCY = /^[A-Z]{3}$/;

function takenOf({ payment, amount, currency: typed }: Draft): TakenCharge | null {
  const currency = typed.trim().toUpperCase();
  const minor = CURRENCY.test(currency) ? minorOf(amount.trim(), currency) : null;
  return minor === null || payment.trim() === ''
    ? null
    : { payment: payment.trim(), amount_minor: minor, currency };
}

/** Null as long as something is missing, or is no such thing. */
export function actOf(subject: Subject, draft: Draft): Act | null {
  const amount = draft.amount.trim();
  switch (subject.act) {
    case 'grant': {
      const validity = validityOf(draft);
      if (!POSITIVE.test(amount) || validity === null) return null;
      return { act: 'grant', account: subject.account, class: draft.class, amount, ...validity };
    }
    case 'adjust':
      if (!POSITIVE.test(amount.replace(/^[-−+]/, ''))) return null;
      return {
        act: 'adjust',
        account: subject.account,
        amount: amount.replace('−', '-').replace(/^\+/, ''),
        ...(/^[-−]/.test(amount) ? {} : { class: draft.class }),
      };
    case 'extend': {
      if (draft.validity === 'never') return { act: 'extend', grant: subject.lot.id, expires_at: null };
      const until = instantOf(draft.until);
      return until === null ? null : { act: 'extend', grant: subject.lot.id, expires_at: until };
    }
    case 'refund':
      if (amount !== '' && !POSITIVE.test(amount)) return null;
      return {
        act: 'refund',
        operation: subject.entry.operation,
        ...(amount === '' ? {} : { amount }),
      };
    case 'end_top_up': {
      const { purchase } = subject.charge;
      if (draft.taken === 'nothing') return { act: 'end_top_up', purchase, taken: null };
      const taken = draft.taken === 'money' ? takenOf(draft) : null;
      return taken && { act: 'end_top_up', purchase, taken };
    }
    default:
      return { act: subject.act, grant: subject.lot.id };
  }
}

export type Fault = Extract<Word, `fault.${string}`>;

/** What is wrong with what was typed; what is still empty is only missing, and said by the button that waits. */
export function faultOf(act: ActName, field: 'amount' | 'days' | 'currency', draft: Draft): Fault | null {
  const typed = draft[field].trim();
  if (typed === '') return null;
  switch (field) {
    case 'days':
      return DAYS.test(typed) ? null : 'fault.count';
    case 'currency':
      return CURRENCY.test(typed.toUpperCase()) ? null : 'fault.currency';
    default:
      if (act === 'end_top_up')
        return minorOf(typed, draft.currency.trim().toUpperCase()) === null ? 'fault.amount' : null;
      if (act === 'adjust') return POSITIVE.test(typed.replace(/^[-−+]/, '')) ? null : 'fault.signed';
      return POSITIVE.test(typed) ? null : 'fault.amount';
  }
}

function validityOf({
  validity,
  days,
  until,
}: Draft): { expires_at?: string | null; valid_for?: string } | null {
  if (validity === 'usual') return {};
  if (validity === 'never') return { expires_at: null };
  if (validity === 'days') return DAYS.test(days.trim()) ? { valid_for: `P${days.trim()}D` } : null;
  const instant = instantOf(until);
  return instant === null ? null : { expires_at: instant };
}

function instantOf(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What takes something from somebody is asked for in another colour of words. */
export function isSevere(act: ActName): boolean {
  return act === 'void' || act === 'freeze';
}
