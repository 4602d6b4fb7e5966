import type { Problem } from '@drawdown/client';

/**
 * The one table of refusals: code → HTTP status and title. Clients switch on the code; a code never changes its
 * meaning or status within a version of the contract.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_amount: { status: 400, title: 'The amount is not valid' },
  invalid_units: { status: 400, title: 'The units are not valid' },
  unknown_feature: { status: 400, title: 'No such feature in the catalog' },
  unknown_class: { status: 400, title: 'No such class in the catalog' },
  unknown_surface: { status: 400, title: 'No such surface' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of this list' },
  invalid_quote: { status: 400, title: 'The quote is not one for this request' },
  unknown_plan: { status: 400, title: 'No such plan in the catalog' },
  unknown_pack: { status: 400, title: 'No such pack in the catalog' },
  amount_not_sold: { status: 400, title: 'That amount is not sold' },
  unknown_currency: { status: 400, title: 'Not sold in that currency' },
  consent_required: { status: 400, title: "The buyer's consent is required" },
  return_url_not_allowed: { status: 400, title: 'Buyers may not be sent there' },
  invalid_signature: { status: 400, title: 'The signature is not valid' },
  idempotency_key_required: { status: 400, title: 'An Idempotency-Key is required' },
  unauthenticated: { status: 401, title: 'Credentials are missing or unknown' },
  invalid_token: { status: 401, title: 'The session token is not valid' },
  token_expired: { status: 401, title: 'The session token has expired' },
  insufficient_credits: { status: 402, title: 'Not enough credits' },
  forbidden: { status: 403, title: 'This credential may not do that' },
  surface_not_supported: { status: 403, title: 'Credits cannot be used on this surface' },
  own_request: { status: 403, title: 'Nobody approves what they asked for' },
  not_a_member: { status: 403, title: 'The account is no member of the team' },
  overdraft_not_allowed: { status: 403, title: 'The catalog allows no overdraft' },
  not_found: { status: 404, title: 'No such route' },
  account_not_found: { status: 404, title: 'No such account' },
  grant_not_found: { status: 404, title: 'No such grant' },
  operation_not_found: { status: 404, title: 'No such operation' },
  hold_not_found: { status: 404, title: 'No such hold' },
  campaign_not_found: { status: 404, title: 'No such campaign' },
  code_not_found: { status: 404, title: 'No such code' },
  auto_top_up_not_found: { status: 404, title: 'The account has no automatic top-up' },
  payment_method_not_found: { status: 404, title: 'No way to pay is kept for the account' },
  purchase_not_found: { status: 404, title: 'No such purchase' },
  checkout_not_found: { status: 404, title: 'No such checkout' },
  settlement_not_found: { status: 404, title: 'No such settlement' },
  key_not_found: { status: 404, title: 'No such key' },
  member_not_found: { status: 404, title: 'No such member' },
  staff_session_not_found: { status: 404, title: 'No such session of staff' },
  request_not_found: { status: 404, title: 'No such request' },
  approval_not_found: { status: 404, title: 'No such approval' },
  webhook_endpoint_not_found: { status: 404, title: 'No such webhook endpoint' },
  webhook_delivery_not_found: { status: 404, title: 'No such delivery' },
  subscription_not_found: { status: 404, title: 'No such subscription' },
  method_not_allowed: { status: 405, title: 'The route has no such method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  idempotency_key_reused: { status: 409, title: 'The key was used with another input' },
  quote_expired: { status: 409, title: 'The quote has expired' },
  quote_changed: { status: 409, title: 'The quote no longer holds' },
  amount_exceeds_hold: { status: 409, title: 'More than the hold reserves' },
  hold_closed: { status: 409, title: 'The hold is closed' },
  amount_exceeds_operation: { status: 409, title: 'More than the operation spent' },
  operation_not_refundable: { status: 409, title: 'The operation spent nothing' },
  grant_closed: { status: 409, title: 'The grant is closed' },
  grant_frozen: { status: 409, title: 'The grant is frozen' },
  grant_not_frozen: { status: 409, title: 'The grant is not frozen' },
  expiry_not_later: { status: 409, title: 'A validity is never shortened' },
  balance_limit_exceeded: { status: 409, title: 'The account would hold more than can be counted' },
  account_kind_fixed: { status: 409, title: 'The kind of an account never changes' },
  campaign_exists: { status: 409, title: 'There is another campaign of that id' },
  campaign_not_started: { status: 409, title: 'The campaign has not started' },
  campaign_ended: { status: 409, title: 'The campaign has ended' },
  campaign_stopped: { status: 409, title: 'The campaign was stopped' },
  campaign_budget_exhausted: { status: 409, title: 'The budget of the campaign is spent' },
  campaign_already_redeemed: { status: 409, title: 'The account has had what the campaign allows it' },
  campaign_device_limit: { status: 409, title: 'The device has had what the campaign allows it' },
  campaign_not_eligible: { status: 409, title: 'The campaign is not for this account' },
  subscription_state: { status: 409, title: 'The subscription is not in a state for that' },
  subscription_exists: { status: 409, title: 'Another subscription has that ref' },
  subscription_billed: { status: 409, title: 'Its provider charges for the subscription' },
  plan_running: { status: 409, title: 'The account has that plan already' },
  trial_used: { status: 409, title: 'The account has had its trial of the plan' },
  member_limit_reached: { status: 409, title: "The member's limit leaves less than that" },
  member_without_limit: { status: 409, title: 'The member has no limit' },
  last_owner: { status: 409, title: 'The team would be left without an owner' },
  seats_exhausted: { status: 409, title: 'Every seat of the team is taken' },
  request_closed: { status: 409, title: 'The request is closed' },
  approval_closed: { status: 409, title: 'The approval is closed' },
  approval_required: { status: 409, title: 'A second person must approve that' },
  preview_changed: { status: 409, title: 'It would do something else than was shown' },
  provider_not_configured: { status: 409, title: 'Money is not taken that way here' },
  payment_pending: { status: 409, title: 'The payment is not complete yet' },
  payment_method_required: { status: 409, title: 'A way to pay must be kept first' },
  payment_refused: { status: 409, title: 'The payment does not fit the purchase' },
  top_up_closed: { status: 409, title: 'No charge of that purchase is open' },
  purchase_not_refundable: { status: 409, title: 'The purchase cannot be given back' },
  webhook_endpoint_limit: { status: 409, title: 'There are as many webhook endpoints as there may be' },
  sum_not_exact: { status: 409, title: 'A sum is more than can be told exactly' },
  cash_out_refused: { status: 409, title: 'The balance is not paid out' },
  account_closed: { status: 409, title: 'The account is closed' },
  account_busy: { status: 409, title: 'Something of the account is still under way' },
  account_open: { status: 409, title: 'The account is not closed' },
  clock_backwards: { status: 409, title: 'The clock only moves forward' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  header_too_large: { status: 431, title: 'The headers are too large' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something broke on our side' },
  unavailable: { status: 503, title: 'Not available now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal at the door: nothing was written. `details` are JSON and go into the problem document as they are. */
export class DrawdownError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly details: Record<string, unknown>;

  constructor(code: ProblemCode, detail?: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(detail ?? PROBLEMS[code].title, cause === undefined ? undefined : { cause });
    this.name = 'DrawdownError';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.title = PROBLEMS[code].title;
    this.details = details;
  }

  /** RFC 9457. */
  toProblem(): Problem {
    return {
      type: `urn:drawdown:problem:${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...this.details,
    };
  }
}

/** A 400 that names the field at fault, for every kind of bad input. */
export function invalid(field: string, reason: string, code: ProblemCode = 'invalid_request'): DrawdownError {
  return new DrawdownError(code, `${field}: ${reason}`, { field, errors: [{ field, message: reason }] });
}
