import type { FieldType } from './fields.ts';

const amount = (wire: string): FieldType => ({ kind: 'amount', wire });
const word = (wire: string, none?: string): FieldType => ({ kind: 'word', wire, ...(none && { none }) });
const whole = (wire: string, none?: string): FieldType => ({ kind: 'integer', wire, ...(none && { none }) });
const instant = (wire: string): FieldType => ({ kind: 'instant', wire, none: 'none' });

/** What may be expected of a subscription, a purchase, top-ups, a campaign, a member and an account that ends. */
export const SOURCE_FIELDS = {
  subscription: {
    status: word('status'),
    plan: word('plan'),
    interval: word('interval'),
    seats: whole('seats', 'none'),
    credits: amount('credits'),
    price: whole('price.amount_minor'),
    anchor: instant('anchor'),
    paid_until: instant('paid_until'),
    next_refill: instant('next_refill_at'),
    trial_ends: instant('trial_ends_at'),
    cancel_at: instant('cancel_at'),
    grace_until: instant('grace_until'),
    paused_at: instant('paused_at'),
    period_start: instant('current_period.start'),
    period_end: instant('current_period.end'),
    pending: word('pending', 'none'),
    pending_plan: word('pending.plan'),
    pending_seats: whole('pending.seats'),
    pending_at: instant('pending.at'),
  },
  purchase: {
    state: word('state'),
    credits: amount('credits'),
    bonus: amount('bonus'),
    reversed: amount('reversed'),
    lost: amount('lost'),
    owed: amount('owed'),
    price: whole('price.amount_minor'),
    paid: whole('paid.net_minor'),
    refundable_until: instant('refundable_until'),
  },
  top_ups: {
    state: word('state'),
    reason: word('reason', 'none'),
    resumes: instant('resumes_at'),
    threshold: amount('threshold'),
    pack: word('pack'),
    cap: whole('monthly_cap.amount_minor'),
    spent: whole('spent_this_month.amount_minor'),
    charged: whole('charged'),
  },
  charge: {
    state: word('state'),
    reason: word('reason', 'none'),
    packs: whole('packs'),
    price: whole('price.amount_minor'),
  },
  member: {
    role: word('role'),
    limit: whole('limit.amount'),
    used: amount('period.used'),
    held: amount('period.held'),
    extra: amount('period.extra'),
    remaining: amount('period.remaining'),
    resets: instant('period.resets_at'),
    left: instant('left_at'),
  },
  request: { amount: amount('amount'), state: word('state'), expires: instant('expires_at') },
  closure: { payable: whole('payable'), settlements: whole('settlements') },
  campaign: {
    state: word('state'),
    redemptions: whole('metrics.redemptions'),
    awarded: amount('metrics.awarded'),
    used: amount('metrics.used'),
    expired: amount('metrics.expired'),
    remaining: amount('metrics.remaining'),
    budget_left: amount('metrics.budget_left'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldType>>>>;
