import { accountPath, change, post, read } from './exchange.ts';
import { type CallOptions, type ChangeOptions, segment, type Transport } from './transport.ts';
import type * as wire from './wire.ts';

const listPath = (account: string): string => `${accountPath(account)}/subscriptions`;
const onePath = (account: string, subscription: string): string =>
  `${listPath(account)}/${segment(subscription)}`;

export function subscriptionMethods(transport: Transport) {
  const act = (account: string, act: { on: string; verb: string; body: unknown }, options?: ChangeOptions) =>
    change<wire.SubscriptionReceipt>(transport, `${onePath(account, act.on)}/${act.verb}`, {
      body: act.body,
      options,
    });
  return {
    /** Begins a subscription; the same `ref` again is the same subscription. */
    subscribe: (account: string, body: wire.SubscriptionRequest, options?: ChangeOptions) =>
      change<wire.SubscriptionReceipt>(transport, listPath(account), { body, options }),
    getSubscription: (account: string, subscription: string, options?: CallOptions) =>
      read<wire.Subscription>(transport, onePath(account, subscription), { options }),
    /** Newest first. */
    listSubscriptions: (
      account: string,
      query: { limit?: number; cursor?: string } = {},
      options?: CallOptions,
    ) => read<wire.Page<wire.Subscription>>(transport, listPath(account), { query: { ...query }, options }),
    /** A payment arrived: its period is granted once, however often it is reported. */
    renewSubscription: (account: string, on: string, body: wire.RenewRequest, options?: ChangeOptions) =>
      act(account, { on, verb: 'renew', body }, options),
    reportFailedPayment: (
      account: string,
      on: string,
      body: wire.PaymentFailedRequest = {},
      options?: ChangeOptions,
    ) => act(account, { on, verb: 'payment_failed', body }, options),
    changeSubscription: (
      account: string,
      on: string,
      body: wire.SubscriptionChangeRequest,
      options?: ChangeOptions,
    ) => act(account, { on, verb: 'change', body }, options),
    cancelSubscription: (
      account: string,
      on: string,
      body: wire.SubscriptionCancelRequest = {},
      options?: ChangeOptions,
    ) => act(account, { on, verb: 'cancel', body }, options),
    pauseSubscription: (account: string, on: string, options?: ChangeOptions) =>
      act(account, { on, verb: 'pause', body: {} }, options),
    resumeSubscription: (account: string, on: string, options?: ChangeOptions) =>
      act(account, { on, verb: 'resume', body: {} }, options),
    reactivateSubscription: (
      account: string,
      on: string,
      body: wire.ReactivateRequest = {},
      options?: ChangeOptions,
    ) => act(account, { on, verb: 'reactivate', body }, options),
    /** What a change would do to each lot; writes nothing. */
    previewSubscription: (
      account: string,
      subscription: string,
      body: wire.SubscriptionPreviewRequest,
      options?: CallOptions,
    ) =>
      post<wire.SubscriptionPreview>(transport, `${onePath(account, subscription)}/preview`, {
        body,
        options,
        kind: 'repeatable',
      }),
  };
}
