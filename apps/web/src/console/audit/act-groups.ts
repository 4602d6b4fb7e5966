import type { AuditedAct } from '@drawdown/client';

export type ActGroup =
  | 'credits'
  | 'approvals'
  | 'accounts'
  | 'teams'
  | 'purchases'
  | 'campaigns'
  | 'webhooks'
  | 'access';

/** What each act is done to, in the order in which they are offered. */
const GROUP_OF: Readonly<Record<AuditedAct, ActGroup>> = {
  grant: 'credits',
  extend: 'credits',
  void: 'credits',
  freeze: 'credits',
  unfreeze: 'credits',
  refund: 'credits',
  adjust: 'credits',
  consume: 'credits',
  hold: 'credits',
  capture: 'credits',
  release: 'credits',
  extend_hold: 'credits',
  request: 'approvals',
  reject: 'approvals',
  withdraw: 'approvals',
  set_limits: 'approvals',
  put_account: 'accounts',
  export_account: 'accounts',
  merge: 'accounts',
  receive: 'accounts',
  close: 'accounts',
  settle_closure: 'accounts',
  erase: 'accounts',
  cash_out: 'accounts',
  mark_paid: 'accounts',
  put_member: 'teams',
  remove_member: 'teams',
  ask_for_more: 'teams',
  approved_more: 'teams',
  denied_more: 'teams',
  checkout: 'purchases',
  claim_purchase: 'purchases',
  refund_purchase: 'purchases',
  subscribe: 'purchases',
  subscription_renew: 'purchases',
  subscription_payment_failed: 'purchases',
  subscription_change: 'purchases',
  subscription_cancel: 'purchases',
  subscription_pause: 'purchases',
  subscription_resume: 'purchases',
  subscription_reactivate: 'purchases',
  plan_checkout: 'purchases',
  plan: 'purchases',
  plan_change: 'purchases',
  plan_end: 'purchases',
  auto_top_up: 'purchases',
  auto_top_up_off: 'purchases',
  auto_top_up_stop: 'purchases',
  end_top_up: 'purchases',
  payment_method_off: 'purchases',
  start_campaign: 'campaigns',
  create_campaign: 'campaigns',
  stop_campaign: 'campaigns',
  create_codes: 'campaigns',
  redeem: 'campaigns',
  claim: 'campaigns',
  create_referral: 'campaigns',
  create_webhook_endpoint: 'webhooks',
  update_webhook_endpoint: 'webhooks',
  delete_webhook_endpoint: 'webhooks',
  rotate_webhook_secret: 'webhooks',
  test_webhook_endpoint: 'webhooks',
  redeliver_webhook: 'webhooks',
  replay_webhooks: 'webhooks',
  sign_in: 'access',
  sign_out: 'access',
  end_session: 'access',
  create_key: 'access',
  vouch_for_key: 'access',
  revoke_key: 'access',
  create_session: 'access',
};

const ACTS = Object.keys(GROUP_OF) as AuditedAct[];

export const groupOf = (act: AuditedAct): ActGroup => GROUP_OF[act];

/** Every act that the log tells of, by what it is done to. */
export const ACT_GROUPS: readonly (readonly [ActGroup, readonly AuditedAct[]])[] = [
  ...new Set(Object.values(GROUP_OF)),
].map((group) => [group, ACTS.filter((act) => GROUP_OF[act] === group)]);

export const isAct = (text: string | undefined): text is AuditedAct => ACTS.some((act) => act === text);
