import type {
  AutoTopUp,
  AutoTopUpRequest,
  Campaign,
  CashOutReceipt,
  CheckoutReceipt,
  CheckoutRequest,
  ClaimRequest,
  CloseReceipt,
  CloseRequest,
  GrantReceipt,
  Member,
  MemberRequest,
  MergeReceipt,
  More,
  MoreRequest,
  NoAutoTopUp,
  PaymentFailedRequest,
  Purchase,
  ReactivateRequest,
  RedeemRequest,
  Referral,
  ReferralRequest,
  RenewRequest,
  Subscription,
  SubscriptionCancelRequest,
  SubscriptionChangeRequest,
  SubscriptionPreview,
  SubscriptionPreviewRequest,
  SubscriptionReceipt,
  SubscriptionRequest,
} from '@drawdown/client';
import type { SandboxAction } from '../sources/sandbox.ts';
import type { Replayed } from './target.ts';

/** A request of a member for more, as it is found. */
export type RequestRef = Pick<More, 'id' | 'team' | 'account'>;

/** A subscription's address. */
export interface OnSubscription {
  readonly account: string;
  readonly id: string;
}

type Changed = Promise<SubscriptionReceipt & Replayed>;
type Awarded = Promise<GrantReceipt & Replayed>;

/** The verbs of subscriptions, campaigns, purchases, members and an account's life, where a target has them. */
export interface SourceTarget {
  subscribe(account: string, body: SubscriptionRequest, key: string): Changed;
  renew(on: OnSubscription, body: RenewRequest, key: string): Changed;
  paymentFailed(on: OnSubscription, body: PaymentFailedRequest, key: string): Changed;
  change(on: OnSubscription, body: SubscriptionChangeRequest, key: string): Changed;
  cancel(on: OnSubscription, body: SubscriptionCancelRequest, key: string): Changed;
  pause(on: OnSubscription, key: string): Changed;
  resume(on: OnSubscription, key: string): Changed;
  reactivate(on: OnSubscription, body: ReactivateRequest, key: string): Changed;
  preview(on: OnSubscription, body: SubscriptionPreviewRequest): Promise<SubscriptionPreview>;
  subscription(on: OnSubscription): Promise<Subscription>;
  redeem(account: string, body: RedeemRequest, key: string): Awarded;
  claim(account: string, campaign: string, body: ClaimRequest, key: string): Awarded;
  referral(account: string, body: ReferralRequest): Promise<Referral>;
  codes(campaign: string, count: number): Promise<readonly string[]>;
  campaign(campaign: string): Promise<Campaign>;
  stopCampaign(campaign: string): Promise<Campaign>;
  checkout(account: string, body: CheckoutRequest, key: string): Promise<CheckoutReceipt & Replayed>;
  purchase(purchase: string): Promise<Purchase>;
  refundPurchase(purchase: string, key: string): Promise<Purchase>;
  topUp(account: string, body: AutoTopUpRequest): Promise<AutoTopUp>;
  topUpOff(account: string): Promise<void>;
  /** As they stand once nothing of them is under way any more. */
  topUps(account: string): Promise<AutoTopUp | NoAutoTopUp>;
  putMember(team: string, member: string, body: MemberRequest): Promise<Member>;
  removeMember(team: string, member: string): Promise<Member>;
  member(team: string, member: string): Promise<Member>;
  ask(team: string, member: string, body: MoreRequest): Promise<More>;
  answer(request: RequestRef, verb: 'approve' | 'deny'): Promise<More>;
  merge(account: string, into: string, key: string): Promise<MergeReceipt & Replayed>;
  close(account: string, body: CloseRequest, key: string): Promise<CloseReceipt & Replayed>;
  cashOut(account: string, key: string): Promise<CashOutReceipt & Replayed>;
  /** Presses a button of a sandbox checkout's page, which stands at `url`. */
  press(url: string, action: SandboxAction): Promise<void>;
  /**
   * Delivers what the provider has to say of a checkout, in any order, as deliveries arrive. Null where the provider's
   * signature cannot be made: that is over HTTP, since only the server has the secret.
   */
  readonly tell: ((url: string, action: SandboxAction) => Promise<void>) | null;
}
