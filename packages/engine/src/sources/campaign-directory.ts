import { fieldOf, readCampaign, rereadCampaign } from '../catalog/campaign.ts';
import type { Campaign, Catalog, JsonObject } from '../catalog/catalog.ts';
import { CatalogError } from '../catalog/load.ts';
import { canonicalCode } from '../core/code-text.ts';
import { DrawdownError, invalid } from '../errors.ts';
import { recorded, type StaffCaller } from '../store/audit.ts';
import { textArray } from '../store/binary.ts';
import type { Connection, Database } from '../store/database.ts';
import { codeHash } from './campaign-code.ts';
import { refusalOf } from './campaign-refusal.ts';
import * as rows from './campaign-rows.ts';

/** A campaign as it stands: its terms, and its row, which counts and may be stopped. */
export interface KnownCampaign {
  readonly campaign: Campaign;
  readonly row: rows.CampaignRow;
  /** False where the catalog in force has dropped it, or what it needs: it awards nothing more. */
  readonly inForce: boolean;
}

/**
 * Asked in the transaction that makes a campaign of staff's: the number of the approval that it waits for, if any, and what
 * making it counts for against their limits, in atoms.
 */
export type AskForCampaign = (
  on: Connection,
  made: {
    readonly campaign: Campaign;
    readonly terms: JsonObject;
    readonly staff: StaffCaller;
    readonly at: number;
  },
) => Promise<{ readonly approval: number | null; readonly size: bigint }>;

type Reads = Pick<Connection, 'query'>;

/** Who asks, and when. */
export interface By {
  readonly actor: string;
  readonly now: number;
  readonly staff: StaffCaller | undefined;
}

/** Terms that staff wrote, by their text: reading them means validating them, which awards need not wait for. */
const MAX_READ = 1_000;

/** Who the campaigns are: those of the catalog in force, by their file, and those that staff made, by their rows. */
export class CampaignDirectory {
  readonly #catalog: Catalog;
  readonly #database: Database;
  readonly #ask: AskForCampaign;
  readonly #read = new Map<string, ReturnType<typeof rereadCampaign>>();

  constructor(catalog: Catalog, database: Database, ask: AskForCampaign) {
    this.#catalog = catalog;
    this.#database = database;
    this.#ask = ask;
  }

  /** Gives every campaign of the catalog a row to count in. Any number of processes may do so at once. */
  async register(now: number): Promise<void> {
    const { campaigns } = this.#catalog.source;
    // In one order everywhere, so that two processes that start together never wait for each other.
    const listed = [...(campaigns as readonly { id: string }[])].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (listed.length === 0) return;
    await this.#database.query(rows.REGISTER, [
      textArray(listed.map(({ id }) => id)),
      textArray(listed.map((terms) => JSON.stringify(terms))),
      now,
    ]);
  }

  /** Throws `campaign_not_found`. */
  async demand(on: Reads, id: string): Promise<KnownCampaign> {
    const row = (await on.query(rows.BY_ID, [id])).rows[0];
    if (row === undefined) throw new DrawdownError('campaign_not_found');
    return this.known(row);
  }

  /**
   * As `demand`, of one that still awards: throws `campaign_ended` where the catalog has dropped it, and
   * `campaign_not_started` where it waits for a second person.
   */
  async demandInForce(on: Reads, id: string): Promise<KnownCampaign> {
    const found = await this.demand(on, id);
    const { waiting, stopped_at: stoppedAt } = found.row;
    if (found.inForce && waiting && stoppedAt === null) {
      throw refusalOf('campaign_not_started', id, 'The campaign waits for a second person.');
    }
    if (found.inForce) return found;
    throw refusalOf('campaign_ended', id, 'The catalog has this campaign no more.');
  }

  known(row: rows.CampaignRow): KnownCampaign {
    const listed = this.#catalog.campaigns.find(({ id }) => id === row.id);
    if (listed !== undefined) return { campaign: listed, row, inForce: true };
    const { campaign, fits } = this.#reread(row.terms);
    return { campaign, row, inForce: fits && row.origin === 'staff' };
  }

  #reread(terms: string): ReturnType<typeof rereadCampaign> {
    const known = this.#read.get(terms);
    if (known !== undefined) return known;
    const read = rereadCampaign(this.#catalog, terms);
    if (this.#read.size >= MAX_READ) this.#read.clear();
    this.#read.set(terms, read);
    return read;
  }

  /** The campaign of the catalog that has this code for everybody; undefined where none has. */
  sharing(code: string): Campaign | undefined {
    const wanted = canonicalCode(code);
    return this.#catalog.campaigns.find(
      ({ codes }) => codes?.kind === 'shared' && canonicalCode(codes.code) === wanted,
    );
  }

  /**
   * Makes a campaign by the rules of a catalog file. The same terms under the same id are answered with the campaign
   * that is there; other terms are `campaign_exists`: a budget is never another one.
   */
  async create(body: object, { actor, now, staff }: By): Promise<KnownCampaign> {
    const { campaign, terms } = this.#readBody(body);
    if (campaign.kind === 'promotion_code' && campaign.codes?.kind === 'shared') {
      if (this.sharing(campaign.codes.code) !== undefined) throw sharedAlready();
    }
    const text = JSON.stringify(terms);
    const row = await recorded<rows.CampaignRow | undefined>(this.#database, staff, async (on) => {
      const made = (await on.query(rows.CREATE, [campaign.id, text, now, actor])).rows[0];
      if (made === undefined)
        return { done: (await on.query(rows.BY_ID, [campaign.id])).rows[0], told: null };
      if (campaign.codes?.kind === 'shared') {
        const code = codeHash(campaign.codes.code);
        const added = await on.query(rows.ADD_SHARED_CODE, [code, campaign.id, now, actor]);
        if (added.rows[0] === undefined) throw sharedAlready();
      }
      const about = { act: 'create_campaign' as const, at: now, subject: campaign.id, input: { terms } };
      if (staff === undefined) return { done: made, told: about };
      const { approval, size } = await this.#ask(on, { campaign, terms, staff, at: now });
      const done = approval === null ? made : (await on.query(rows.WAIT, [campaign.id, approval])).rows[0];
      return { done, told: { ...about, size } };
    });
    if (row === undefined) throw new Error('a campaign that is there has a row');
    if (row.origin === 'staff' && row.terms === text) return this.known(row);
    throw refusalOf('campaign_exists', campaign.id, 'There is another campaign of that id.');
  }

  #readBody(body: object): ReturnType<typeof readCampaign> {
    try {
      return readCampaign(this.#catalog, body);
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
      const errors = error.issues.map(({ path, message }) => ({ field: fieldOf(path), message }));
      const first = errors[0] as { field: string; message: string };
      throw new DrawdownError(
        'invalid_request',
        errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
        { field: first.field, errors },
      );
    }
  }

  /** Ends a campaign for good; what it granted stays. Again: the first stop is answered. */
  async stop(
    id: string,
    { actor, now, staff, reason }: By & { readonly reason: string },
  ): Promise<KnownCampaign> {
    const row = await recorded(this.#database, staff, async (on) => {
      const before = (await on.query(rows.LOCK, [id])).rows[0];
      if (before === undefined) throw new DrawdownError('campaign_not_found');
      const { rows: found } = await on.query(rows.STOP, [id, now, actor, reason]);
      const told = { act: 'stop_campaign' as const, at: now, subject: id, reason, input: {} };
      return { done: found[0] as rows.CampaignRow, told: before.stopped_at === null ? told : null };
    });
    return this.known(row);
  }
}

function sharedAlready(): DrawdownError {
  return invalid('codes.code', 'another campaign has the same code');
}
