/**
 * Proves to the compiler that every schema and its wire type are one and the same, so that neither can drift.
 * Types only: nothing here runs.
 */
import type * as wire from '@drawdown/client';
import type { z } from 'zod';
import type * as access from './access.ts';
import type * as account from './account.ts';
import type * as campaign from './campaign.ts';
import type * as catalog from './catalog.ts';
import type * as forecast from './forecast.ts';
import type * as history from './history.ts';
import type * as operation from './operation.ts';
import type { problem } from './problem.ts';

/** True only where the two types are identical, optional and read-only marks included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile where one of the pairs is not the same. */
type Proof<Pairs extends { [name: string]: true }> = Pairs;

type Of<Schema extends z.ZodType> = z.output<Schema>;

export type RequestsAreTheWireTypes = Proof<{
  AccountRequest: Same<Of<typeof account.accountRequest>, wire.AccountRequest>;
  GrantRequest: Same<Of<typeof account.grantRequest>, wire.GrantRequest>;
  ExtendGrantRequest: Same<Of<typeof account.extendGrantRequest>, wire.ExtendGrantRequest>;
  ReasonRequest: Same<Of<typeof account.reasonRequest>, wire.ReasonRequest>;
  ConsumeRequest: Same<Of<typeof operation.consumeRequest>, Flat<wire.ConsumeRequest>>;
  HoldRequest: Same<Of<typeof operation.holdRequest>, Flat<wire.HoldRequest>>;
  BatchOperation: Same<
    Of<typeof operation.batchRequest>['operations'][number],
    Flat<wire.BatchRequest['operations'][number]>
  >;
  QuoteRequest: Same<Of<typeof operation.quoteRequest>, wire.QuoteRequest>;
  CaptureRequest: Same<Of<typeof operation.captureRequest>, wire.CaptureRequest>;
  ReleaseRequest: Same<Of<typeof operation.releaseRequest>, wire.ReleaseRequest>;
  ExtendHoldRequest: Same<Of<typeof operation.extendHoldRequest>, wire.ExtendHoldRequest>;
  RefundRequest: Same<Of<typeof operation.refundRequest>, wire.RefundRequest>;
  AdjustRequest: Same<Of<typeof operation.adjustRequest>, wire.AdjustRequest>;
  SessionRequest: Same<Of<typeof access.sessionRequest>, wire.SessionRequest>;
  DemonstrationSessionRequest: Same<
    Of<typeof access.demonstrationSessionRequest>,
    wire.DemonstrationSessionRequest
  >;
  CampaignRequest: Same<Of<typeof campaign.campaignRequest>, wire.CampaignRequest>;
  CampaignCodesRequest: Same<Of<typeof campaign.campaignCodesRequest>, wire.CampaignCodesRequest>;
  ClaimRequest: Same<Of<typeof campaign.claimRequest>, wire.ClaimRequest>;
  RedeemRequest: Same<Of<typeof campaign.redeemRequest>, Flat<wire.RedeemRequest>>;
  ReferralRequest: Same<Of<typeof campaign.referralRequest>, wire.ReferralRequest>;
  KeyRequest: Same<Of<typeof access.keyRequest>, wire.KeyRequest>;
}>;

export type AnswersAreTheWireTypes = Proof<{
  Account: Same<Of<typeof account.account>, wire.Account>;
  ClassBalance: Same<Of<typeof account.classBalance>, wire.ClassBalance>;
  Balance: Same<Of<typeof account.balance>, wire.Balance>;
  Grant: Same<Of<typeof account.grant>, wire.Grant>;
  GrantPage: Same<Of<typeof account.grantPage>, wire.Page<wire.Grant>>;
  Draw: Same<Of<typeof operation.draw>, wire.Draw>;
  Operation: Same<Of<typeof operation.operation>, wire.Operation>;
  Receipt: Same<Of<typeof operation.receipt>, wire.Receipt>;
  GrantReceipt: Same<Of<typeof operation.grantReceipt>, Flat<wire.GrantReceipt>>;
  HoldReceipt: Same<Of<typeof operation.holdReceipt>, Flat<wire.HoldReceipt>>;
  FreeOnDevice: Same<Of<typeof operation.freeOnDevice>, wire.FreeOnDevice>;
  BatchResponse: Same<Of<typeof operation.batchResponse>, wire.BatchResponse>;
  QuotedLimit: Same<Of<typeof operation.quotedLimit>, wire.QuotedLimit>;
  Quote: Same<Of<typeof operation.quote>, wire.Quote>;
  Hold: Same<Of<typeof operation.hold>, wire.Hold>;
  Forecast: Same<Of<typeof forecast.forecast>, wire.Forecast>;
  Entry: Same<Of<typeof history.entry>, wire.Entry>;
  Statement: Same<Of<typeof history.statement>, wire.Statement>;
  Explanation: Same<Of<typeof history.explanation>, wire.Explanation>;
  Catalog: Same<Of<typeof catalog.catalog>, wire.Catalog>;
  Session: Same<Of<typeof access.session>, wire.Session>;
  Key: Same<Of<typeof access.key>, wire.Key>;
  CreatedKey: Same<Of<typeof access.createdKey>, Flat<wire.CreatedKey>>;
  Campaign: Same<Of<typeof campaign.campaign>, wire.Campaign>;
  CampaignPage: Same<Of<typeof campaign.campaignPage>, wire.Page<wire.Campaign>>;
  CampaignCodes: Same<Of<typeof campaign.campaignCodes>, wire.CampaignCodes>;
  RedemptionPage: Same<Of<typeof campaign.redemptionPage>, wire.Page<wire.Redemption>>;
  Referral: Same<Of<typeof campaign.referral>, wire.Referral>;
  TestClock: Same<Of<typeof access.testClock>, wire.TestClock>;
  Problem: Same<Of<typeof problem>, wire.Problem>;
}>;

/** Intersections and `extends` written out as one object, which is what a schema is. */
type Flat<T> = { [K in keyof T]: T[K] };
