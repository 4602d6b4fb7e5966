/**
 * The shapes of the HTTP contract, version 1: what travels, and nothing else. Types only.
 * Amounts are JSON numbers of credits; times are RFC 3339 UTC with milliseconds; every list is in one page shape.
 */
export type * from './wire/access.ts';
export type * from './wire/account.ts';
export type * from './wire/account-data.ts';
export type * from './wire/account-life.ts';
export type * from './wire/act.ts';
export type * from './wire/campaign.ts';
export type * from './wire/cash-out.ts';
export type * from './wire/catalog.ts';
export type * from './wire/change.ts';
export type * from './wire/common.ts';
export type * from './wire/forecast.ts';
export type * from './wire/history.ts';
export type * from './wire/notice.ts';
export type * from './wire/plan.ts';
export type * from './wire/problem.ts';
export type * from './wire/purchase.ts';
export type * from './wire/report.ts';
export type * from './wire/staff.ts';
export type * from './wire/subscription.ts';
export type * from './wire/team.ts';
export type * from './wire/top-up.ts';
export type * from './wire/usage.ts';
