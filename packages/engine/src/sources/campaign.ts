import type * as wire from '@drawdown/client';
import type { Campaign, Surface } from '../catalog/catalog.ts';
import type { Call, Replayed } from '../change.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Paging } from '../queries.ts';
import { lotReceiptOf, namedReceipt } from '../receipt.ts';
import { accountClosed } from '../refusal.ts';
import { readAccountId, readSurface, readText } from '../request.ts';
import { recorded } from '../store/audit.ts';
import { byteaArray, textArray } from '../store/binary.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection } from '../store/database.ts';
import type { Prepared } from '../store/task.ts';
import { type Claimed, type Locked, type PlansOf, prepareAward } from './campaign-award.ts';
import { codeHash, makeCode } from './campaign-code.ts';
import { type AskForCampaign, CampaignDirectory, type KnownCampaign } from './campaign-directory.ts';
import { demandAttempt, failedAttempt } from './campaign-guesses.ts';
import { offersFor } from './campaign-offers.ts';
import { presentCampaign, presentRedemption } from './campaign-present.ts';
import { refusalOf } from './campaign-refusal.ts';
import * as rows from './campaign-rows.ts';
import { claimReferral, demandInvitable, Referrals } from './referral.ts';
import { ReferralDelivery } from './referral-delivery.ts';
import type { SourceSetting } from './source.ts';

export interface CampaignsSetting extends SourceSetting {
  /** For audiences of subscribers. */
  readonly plansOf: PlansOf;
  /** Of one that staff make: whether it waits for a second person. */
  readonly ask: AskForCampaign;
}

/** A person may paste a code with spaces around it. */
const MAX_CODE = 100;
const MAX_DEVICE = 200;
/** One answer's worth; a product that needs more asks again. */
const MAX_CODES = 1_000;
/** Campaigns that an account takes part in by itself, without a code. */
const CLAIMABLE: readonly string[] = ['event', 'limited_time_offer', 'daily_check_in', 'sign_up_bonus'];
const NOTHING: Claimed = { beside: 0n, writes: [] };

/**
 * Credits that accounts earn: events, promotion codes, referrals, limited-time offers, daily check-ins, sign-up
 * bonuses. Each award is one lot, issued in one transaction with all that it claims (a code, the budget, a device), and
 * refused whole where any of these is taken. Earning is not spending: a surface that cannot spend may earn.
 */
export class Campaigns {
  readonly #setting: CampaignsSetting;
  readonly #directory: CampaignDirectory;
  readonly #referrals: Referrals;
  readonly #delivery: ReferralDelivery;
  readonly #credits: (atoms: bigint) => number;

  constructor(setting: CampaignsSetting) {
    const { catalog, database, presenter } = setting;
    this.#setting = setting;
    this.#credits = (atoms) => presenter.credits(atoms);
    this.#directory = new CampaignDirectory(catalog, database, setting.ask);
    this.#referrals = new Referrals({
      catalog,
      database,
      directory: this.#directory,
      credits: this.#credits,
    });
    this.#delivery = new ReferralDelivery(setting);
  }

  /** Makes the catalog's campaigns known; `deliver`: also grants inviters what they are due, from now on. */
  async start({ deliver }: { deliver: boolean }): Promise<void> {
    await this.#directory.register(await this.#now());
    if (deliver) this.#delivery.start();
  }

  /** Grants inviters what they are due now, whether or not somebody looks for it by themselves. */
  async deliver(): Promise<void> {
    await this.#delivery.round();
  }

  stop(): Promise<void> {
    return this.#delivery.stop();
  }

  /** Redeems a code: of a promotion, or of whoever invited this account. */
  async redeem(id: string, body: wire.RedeemRequest, call: Call): Promise<wire.GrantReceipt & Replayed> {
    const code = readText(body.code, 'code', MAX_CODE);
    const facts = readFacts(body, call);
    let referred = false;
    const receipt = await this.#award(id, { verb: 'redeem', body, call }, async (on, locked) => {
      const found = await this.#findCode(on, locked, code);
      referred = found.code?.kind === 'referral';
      return this.#prepareRedeem(on, locked, { ...found, facts });
    });
    if (referred) this.#delivery.hurry();
    return receipt;
  }

  /** Takes part in a campaign that needs no code. */
  async claim(
    id: string,
    campaignId: string,
    body: wire.ClaimRequest,
    call: Call,
  ): Promise<wire.GrantReceipt & Replayed> {
    const facts = readFacts(body, call);
    const input = { campaign: campaignId, ...body };
    return this.#award(id, { verb: 'claim', body: input, call }, async (on, locked) => {
      const known = await this.#directory.demandInForce(on, campaignId);
      if (!CLAIMABLE.includes(known.campaign.kind)) {
        throw refusalOf('campaign_not_eligible', campaignId, 'The campaign needs a code.', {
          reason: 'code',
        });
      }
      const wanted = { ...facts, ...this.#wanted(known), role: 'participant' } as const;
      return prepareAward(on, locked, { ...wanted, claimCode: async () => NOTHING });
    });
  }

  async #award(
    id: string,
    { verb, body, call }: { verb: 'redeem' | 'claim'; body: object; call: Call },
    prepare: (on: Connection, locked: Locked) => Promise<Prepared>,
  ): Promise<wire.GrantReceipt & Replayed> {
    const { presenter, runner, queries } = this.#setting;
    const account = await this.#account(id);
    const receipt = await runner.runPrepared({
      account,
      verb,
      input: body,
      call,
      prepare,
      answer: (outcome) => lotReceiptOf(presenter, outcome),
    });
    return namedReceipt(queries, receipt);
  }

  #wanted({ campaign, row }: KnownCampaign) {
    const stoppedAt = row.stopped_at === null ? null : Number(row.stopped_at);
    return { campaign, stoppedAt, plansOf: this.#setting.plansOf };
  }

  /** Unknown codes and those that others have used are alike: 404, and counted as a guess. */
  async #findCode(
    on: Connection,
    { account, now }: Locked,
    text: string,
  ): Promise<{ known: KnownCampaign; code: rows.CodeRow | null }> {
    const asker = { account: account.number, now };
    await demandAttempt(on, asker);
    const shared = this.#directory.sharing(text);
    if (shared !== undefined) return { known: await this.#directory.demand(on, shared.id), code: null };
    const code = (await on.query(rows.CODE, [codeHash(text)])).rows[0];
    const foreign = code?.redeemed_by != null && Number(code.redeemed_by) !== account.number;
    if (code === undefined || foreign) throw await failedAttempt(this.#setting.database, asker);
    return { known: await this.#directory.demandInForce(on, code.campaign), code };
  }

  async #prepareRedeem(
    on: Connection,
    locked: Locked,
    { known, code, facts }: { known: KnownCampaign; code: rows.CodeRow | null; facts: Facts },
  ): Promise<Prepared> {
    const { campaign } = known;
    const wanted = { ...facts, ...this.#wanted(known) };
    if (code?.kind === 'referral') {
      if (campaign.referral === null) {
        throw refusalOf('campaign_ended', campaign.id, 'The campaign is a referral no more.');
      }
      const referral = { campaign, code };
      await demandInvitable(on, locked, referral);
      const claimCode = () => claimReferral(on, locked, referral);
      return prepareAward(on, locked, { ...wanted, role: 'invited', claimCode });
    }
    const claimCode =
      code?.kind === 'single_use'
        ? () => this.#claimSingleUse(on, locked, campaign, code)
        : async () => NOTHING;
    return prepareAward(on, locked, { ...wanted, role: 'participant', claimCode });
  }

  async #claimSingleUse(
    on: Connection,
    { account, now }: Locked,
    campaign: Campaign,
    code: rows.CodeRow,
  ): Promise<Claimed> {
    if (code.redeemed_by !== null) {
      throw refusalOf('campaign_already_redeemed', campaign.id, 'The account has redeemed this code.');
    }
    const { rows: claimed } = await on.query(rows.CLAIM_CODE, [code.hash, account.number, now]);
    // Somebody else was first, a moment ago.
    if (claimed[0] === undefined) {
      throw await failedAttempt(this.#setting.database, { account: account.number, now });
    }
    return NOTHING;
  }

  /** What the account may take part in now. */
  async offers(id: string, call: Call): Promise<{ data: wire.CampaignOffer[] }> {
    const { catalog, database, plansOf, queries } = this.#setting;
    const { account, now } = await queries.settled(id);
    if (account.closed !== null) return { data: [] };
    const setting = { catalog, directory: this.#directory, plansOf, credits: this.#credits };
    const asker = { account, now, surface: call.surface ?? 'server' };
    return { data: await database.transaction((on) => offersFor(setting, on, asker)) };
  }

  /** The account's own code to invite others with: made at the first call, the same ever after. */
  async referral(id: string, body: wire.ReferralRequest, call: Call): Promise<wire.Referral> {
    const account = await this.#setting.queries.profile(id);
    if (account.closedAt !== null) throw accountClosed(account.mergedInto);
    const now = await this.#now();
    return this.#referrals.codeOf(account, {
      campaign: body.campaign,
      now,
      actor: call.actor ?? 'library',
      staff: call.staff,
    });
  }

  /** Makes a campaign while the server runs, by the rules of the catalog's file; the same again is answered alike. */
  async create(body: wire.CampaignRequest, call: Call): Promise<wire.Campaign> {
    const by = { actor: call.actor ?? 'library', now: await this.#now(), staff: call.staff };
    return this.#present(await this.#directory.create(body, by), by.now);
  }

  /** Newest first. */
  async list(query: Paging): Promise<wire.Page<wire.Campaign>> {
    const limit = readLimit(query.limit);
    const before =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('campaigns', query.cursor);
    const { rows: found } = await this.#setting.database.query(rows.NEWEST, [before, limit + 1]);
    const figures = await this.#figures(found.map(({ id }) => id));
    const now = await this.#now();
    return pageOf(
      'campaigns',
      found,
      limit,
      (row) => Number(row.no),
      (row) =>
        presentCampaign(this.#directory.known(row), figures.get(row.id), { now, credits: this.#credits }),
    );
  }

  async show(id: string): Promise<wire.Campaign> {
    return this.#present(await this.#directory.demand(this.#setting.database, id), await this.#now());
  }

  /** Ends a campaign for good; lots that it issued stay as they are. */
  async end(id: string, body: wire.ReasonRequest, call: Call): Promise<wire.Campaign> {
    const reason = readText(body.reason, 'reason');
    const now = await this.#now();
    return this.#present(
      await this.#directory.stop(id, { actor: call.actor ?? 'library', now, staff: call.staff, reason }),
      now,
    );
  }

  /** Makes single-use codes. They are kept as hashes: this answer is the only one that ever holds them. */
  async codes(id: string, body: wire.CampaignCodesRequest, call: Call): Promise<wire.CampaignCodes> {
    const { count } = body;
    if (!Number.isInteger(count) || count < 1 || count > MAX_CODES) {
      throw invalid('count', `must be a whole number from 1 to ${MAX_CODES}`);
    }
    const { database } = this.#setting;
    const { campaign, row } = await this.#directory.demandInForce(database, id);
    if (campaign.codes?.kind !== 'single_use') throw invalid('campaign', 'has no single-use codes');
    if (row.stopped_at !== null) throw refusalOf('campaign_stopped', id, 'The campaign was stopped.');
    const codes = Array.from({ length: count }, makeCode);
    const hashes = byteaArray(codes.map(codeHash));
    const at = await this.#now();
    await recorded(database, call.staff, async (on) => {
      await on.query(rows.ADD_CODES, [hashes, id, at, call.actor ?? 'library']);
      return { done: undefined, told: { act: 'create_codes', at, subject: id, input: { count } } };
    });
    return { campaign: id, codes };
  }

  /** Who was granted what, newest first. */
  async redemptions(id: string, query: Paging): Promise<wire.Page<wire.Redemption>> {
    const limit = readLimit(query.limit);
    const before =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor('redemptions', query.cursor);
    const { database } = this.#setting;
    const { campaign } = await this.#directory.demand(database, id);
    const { rows: found } = await database.query(rows.REDEMPTIONS, [id, before, limit + 1]);
    return pageOf(
      'redemptions',
      found,
      limit,
      (row) => Number(row.no),
      (row) => presentRedemption(campaign, row, this.#credits),
    );
  }

  /** Whether the catalog in force would take the terms of this one. */
  gives(row: rows.CampaignRow): boolean {
    return this.#directory.known(row).inForce;
  }

  async #present(known: KnownCampaign, now: number): Promise<wire.Campaign> {
    const figures = await this.#figures([known.row.id]);
    return presentCampaign(known, figures.get(known.row.id), { now, credits: this.#credits });
  }

  async #figures(ids: readonly string[]): Promise<Map<string, rows.FiguresRow>> {
    const { rows: found } = await this.#setting.database.query(rows.FIGURES, [textArray(ids)]);
    return new Map(found.map((row) => [row.campaign, row]));
  }

  async #account(id: string): Promise<{ number: number; id: string }> {
    const number = await this.#setting.accounts.numberOf(readAccountId(id));
    if (number === null) throw new DrawdownError('account_not_found');
    return { number, id };
  }

  async #now(): Promise<number> {
    const { rows: found } = await this.#setting.database.query(nowStatement(this.#setting.clock), []);
    return Number(found[0]?.now);
  }
}

interface Facts {
  readonly surface: Surface;
  readonly device: string | undefined;
}

/** Where the person is and on which device. A session's surface is its token's. */
function readFacts(body: { device?: string; surface?: wire.Surface }, call: Call): Facts {
  if (call.surface !== undefined && body.surface !== undefined) {
    throw new DrawdownError('forbidden', "surface: a session's surface comes from its token", {
      field: 'surface',
    });
  }
  const stated = body.surface === undefined ? 'server' : readSurface(body.surface);
  return {
    surface: call.surface ?? stated,
    device: body.device === undefined ? undefined : readText(body.device, 'device', MAX_DEVICE),
  };
}
