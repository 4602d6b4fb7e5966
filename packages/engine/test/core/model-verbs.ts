/** What the naive account of `model.ts` does for each verb, or why it refuses. A refusal changes nothing. */
import type { Credit, Line, Model } from './model.ts';

export interface Refused {
  readonly code: string;
  readonly [detail: string]: number | string | null;
}

export interface Wish {
  readonly amount: number;
  readonly feature: string | null;
  readonly classes: readonly string[] | null;
  readonly quote: Promised | null;
}

/** What a quote said: how much at most, and the class of each credit that was there, in any order. */
export interface Promised {
  readonly until: number;
  readonly amount: number;
  readonly classes: readonly string[];
}

export type Step =
  | {
      readonly verb: 'grant';
      readonly class: string;
      readonly amount: number;
      readonly priority: number;
      readonly from: number | null;
      readonly validity: { readonly until: number } | { readonly lasts: number } | 'forever';
      readonly features: readonly string[] | null;
    }
  | (Wish & { readonly verb: 'consume'; readonly overdraft: boolean })
  | (Wish & { readonly verb: 'hold'; readonly ttl: number; readonly actor: string })
  | {
      readonly verb: 'capture';
      readonly hold: number;
      readonly amount: number | null;
      readonly owner: string | null;
    }
  | { readonly verb: 'release'; readonly hold: number; readonly owner: string | null }
  | {
      readonly verb: 'extend_hold';
      readonly hold: number;
      readonly ttl: number;
      readonly owner: string | null;
    }
  | { readonly verb: 'refund'; readonly operation: number; readonly amount: number | null }
  | { readonly verb: 'void' | 'freeze' | 'unfreeze'; readonly grant: number }
  | { readonly verb: 'extend'; readonly grant: number; readonly to: number | null }
  | { readonly verb: 'adjust'; readonly amount: number; readonly class: string | null };

export function perform(model: Model, step: Step): Refused | null {
  switch (step.verb) {
    case 'grant':
      return grant(model, step);
    case 'consume':
      return consume(model, step);
    case 'hold':
      return hold(model, step);
    case 'capture':
    case 'release':
    case 'extend_hold':
      return onHold(model, step);
    case 'refund':
      return refund(model, step);
    case 'adjust':
      return step.amount > 0 ? increase(model, step) : decrease(model, step);
    default:
      return onLot(model, step);
  }
}

function grant(model: Model, step: Step & { verb: 'grant' }): Refused | null {
  const from = step.from ?? model.now;
  let to: number | null = null;
  if (step.validity !== 'forever')
    to = 'until' in step.validity ? step.validity.until : from + step.validity.lasts;
  if (to !== null && (to <= from || to <= model.now)) {
    const lasts = step.validity !== 'forever' && 'lasts' in step.validity;
    return { code: 'invalid_expiry', field: lasts ? 'valid_for' : 'expires_at' };
  }
  if (model.full(step.amount)) return { code: 'balance_limit_exceeded' };
  const lot = model.issue({ ...step, size: step.amount, from, to });
  if (from <= model.now) model.begin(lot, { operation: true });
  else model.write('grant', { operation: true });
  return null;
}

/** What a wish gets, or why it gets nothing. */
function choose(model: Model, wish: Wish, overdraft: number): Credit[] | Refused {
  const found = model.within(wish);
  const { amount, quote } = wish;
  if (found.length + overdraft < amount) {
    const held = model.eligible(wish).reduce((sum, lot) => sum + model.count('held', lot), 0);
    const shortfall = amount - found.length;
    return { code: 'insufficient_credits', required: amount, available: found.length, shortfall, held };
  }
  const chosen = found.slice(0, amount);
  if (quote === null) return chosen;
  if (model.now >= quote.until) return { code: 'quote_expired' };
  // Most precious first: the asked credits are worse than the shown ones where any is worse at its place.
  const precious = (ids: readonly string[]): number[] =>
    ids.map((id) => model.policy.classes.findIndex((one) => one.id === id)).sort((a, b) => b - a);
  const shown = precious(quote.classes);
  const asked = precious(chosen.map((credit) => credit.lot.class));
  const worse = asked.some((rank, i) => rank > (shown[i] ?? -1));
  return worse || amount > quote.amount ? { code: 'quote_changed' } : chosen;
}

function consume(model: Model, step: Step & { verb: 'consume' }): Refused | null {
  const { overdraft } = model.policy;
  if (step.overdraft && overdraft === null) return { code: 'overdraft_not_allowed' };
  const room = step.overdraft ? Math.max((overdraft as number) - model.debt, 0) : 0;
  const chosen = choose(model, step, room);
  if ('code' in chosen) return chosen;
  for (const credit of chosen) credit.fate = 'spent';
  const debt = step.amount - chosen.length;
  model.debt += debt;
  const spent = [...chosen, ...new Array<null>(debt).fill(null)];
  model.write('consume', { credits: -chosen.length, debt, operation: true, spent, spends: true });
  return null;
}

function hold(model: Model, step: Step & { verb: 'hold' }): Refused | null {
  const chosen = choose(model, step, 0);
  if ('code' in chosen) return chosen;
  for (const credit of chosen) credit.fate = 'held';
  const id = model.holds.length + 1;
  model.holds.push({ id, owner: step.actor, credits: chosen, to: model.now + step.ttl, state: 'open' });
  model.write('hold', { held: chosen.length, operation: true });
  return null;
}

function onHold(model: Model, step: Step & { verb: 'capture' | 'release' | 'extend_hold' }): Refused | null {
  const open = model.holds.find((one) => one.id === step.hold);
  if (open === undefined || (step.owner !== null && step.owner !== open.owner))
    return { code: 'hold_not_found' };
  if (open.state !== 'open') return { code: 'hold_closed', state: open.state };
  if (step.verb === 'release') {
    model.close(open, { captured: 0, state: 'released', operation: true });
    return null;
  }
  if (step.verb === 'capture') {
    const held = open.credits.length;
    const captured = step.amount ?? held;
    if (captured > held) return { code: 'amount_exceeds_hold', held };
    model.close(open, { captured, state: 'captured', operation: true });
    return null;
  }
  if (model.now + step.ttl < open.to) return { code: 'expiry_not_later' };
  open.to = model.now + step.ttl;
  model.write('extend', { operation: true });
  return null;
}

function refund(model: Model, step: Step & { verb: 'refund' }): Refused | null {
  const line: Line | undefined = model.log[step.operation - 1];
  if (line === undefined || !line.operation) return { code: 'operation_not_found' };
  if (!line.spends) return { code: 'operation_not_refundable' };
  const refundable = line.spent.length;
  const amount = step.amount ?? refundable;
  if (amount > refundable || amount === 0) return { code: 'amount_exceeds_operation', refundable };
  const back = line.spent.slice(refundable - amount).reverse();
  const credits = back.filter((credit): credit is Credit => credit !== null);
  const forgiven = Math.min(amount - credits.length, model.debt);
  if (model.full(amount - forgiven)) return { code: 'balance_limit_exceeded' };
  line.spent.length -= amount;
  model.debt -= forgiven;
  giveBack(model, credits, amount - credits.length - forgiven);
  model.write('refund', { credits: amount - forgiven, debt: -forgiven, operation: true });
  model.sweepUp(credits.filter((credit) => credit.lot.takenBack));
  return null;
}

/** Each credit to its own lot, or to a new one where that has ended; `homeless` was drawn from no lot. */
function giveBack(model: Model, credits: readonly Credit[], homeless: number): void {
  const lots = [...new Set(credits.map((credit) => credit.lot))];
  const grace = { from: model.now, to: model.now + model.policy.grace };
  if (homeless > 0) {
    const id = lots[0]?.class ?? (model.policy.classes[0]?.id as string);
    model.fill(model.issue({ ...grace, class: id, size: homeless, priority: 0, features: null }));
  }
  for (const lot of lots) {
    const its = credits.filter((credit) => credit.lot === lot);
    if (model.ended(lot) && !lot.takenBack) model.fill(model.issue({ ...lot, ...grace, size: its.length }));
    else for (const credit of its) credit.fate = 'free';
  }
}

function onLot(
  model: Model,
  step: Step & { verb: 'void' | 'extend' | 'freeze' | 'unfreeze' },
): Refused | null {
  const lot = model.lots.find((one) => one.id === step.grant);
  if (lot === undefined) return { code: 'grant_not_found' };
  if (lot.takenBack || model.ended(lot)) return { code: 'grant_closed', state: model.state(lot) };
  if (step.verb === 'void') {
    lot.takenBack = true;
    const gone = lot.credits.filter((credit) => credit.fate === 'free');
    for (const credit of gone) credit.fate = 'voided';
    model.write('void', { credits: -gone.length, operation: true });
    return null;
  }
  if (step.verb === 'extend') {
    if (lot.to === null || (step.to !== null && step.to <= lot.to)) return { code: 'expiry_not_later' };
    lot.to = step.to;
  } else {
    if (step.verb === 'freeze' && lot.frozen) return { code: 'grant_frozen' };
    if (step.verb === 'unfreeze' && !lot.frozen) return { code: 'grant_not_frozen' };
    lot.frozen = step.verb === 'freeze';
  }
  model.write(step.verb, { operation: true });
  return null;
}

function increase(model: Model, step: Step & { verb: 'adjust' }): Refused | null {
  if (model.full(step.amount)) return { code: 'balance_limit_exceeded' };
  const id = step.class ?? (model.policy.classes[0]?.id as string);
  const lasting = { priority: 0, from: model.now, to: null, features: null };
  model.fill(model.issue({ ...lasting, class: id, size: step.amount }));
  model.write('adjust', { credits: step.amount, operation: true });
  return null;
}

function decrease(model: Model, step: Step & { verb: 'adjust' }): Refused | null {
  const classes = step.class === null ? null : [step.class];
  const chosen = choose(model, { amount: -step.amount, feature: null, classes, quote: null }, 0);
  if ('code' in chosen) return chosen;
  for (const credit of chosen) credit.fate = 'voided';
  model.write('adjust', { credits: -chosen.length, operation: true });
  return null;
}
