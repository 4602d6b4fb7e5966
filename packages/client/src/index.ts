export type { RetryOptions } from './backoff.ts';
export {
  type Client,
  createClient,
  createPersonClient,
  type EntriesQuery,
  type GrantsQuery,
  type HoldsQuery,
  type Period,
  type PersonClient,
} from './client.ts';
export {
  DrawdownApiError,
  DrawdownNetworkError,
  DrawdownTokenError,
  type InsufficientCredits,
  isInsufficientCredits,
  isProblem,
  type ProblemDetails,
} from './errors.ts';
export type { EventsOptions } from './events.ts';
export type { Replayed } from './exchange.ts';
export { decimalsOf } from './minor-units.ts';
export { newKey } from './new-key.ts';
export { sessionToken, type TokenSource } from './session-token.ts';
export type { AccountsQuery, ApprovalsQuery, AuditQuery } from './staff.ts';
export type { MembersQuery, RequestsQuery } from './teams.ts';
export type { CallOptions, ChangeOptions, ClientOptions } from './transport.ts';
export {
  verifyWebhook,
  type WebhookMessage,
  WebhookVerificationError,
} from './verify-webhook.ts';
export type * from './wire.ts';
