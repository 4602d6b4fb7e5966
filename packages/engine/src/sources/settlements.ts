/** What is payable to people: presented, listed for finance, and marked once it is paid. */
import type * as wire from '@drawdown/client';
import type { Call } from '../change.ts';
import { formatInstant } from '../core/calendar.ts';
import { grantId, parseGrantId, parsePurchaseId, purchaseId } from '../core/id.ts';
import { DrawdownError } from '../errors.ts';
import { pageOf, readCursor, readLimit } from '../page.ts';
import type { Presenter } from '../present.ts';
import type { Paging } from '../queries.ts';
import { readText } from '../request.ts';
import { recorded } from '../store/audit.ts';
import { nowStatement } from '../store/clock.ts';
import type { Connection, Database } from '../store/database.ts';
import { ONE_AT_A_TIME } from './merge-rows.ts';
import { purchaseWhereItIs } from './purchase-address.ts';
import { outcomeOf } from './purchase-state.ts';
import {
  isSaid,
  loweredBy,
  markPaid,
  payablesAfter,
  type Settlement,
  settlementsOf,
  settlementsOfPurchase,
} from './settlement-rows.ts';
import type { SourceSetting } from './source.ts';

type Reads = Pick<Connection | Database, 'query'>;

/**
 * What the provider has paid back since, the person has had. Nothing is payable while the provider may still pay it back: a
 * dispute over the payment is open, or a refund of it is under way.
 */
export async function payableMinor(on: Reads, one: Settlement): Promise<number> {
  if (one.way !== 'payable') return 0;
  const already = one.paid?.minor ?? 0;
  const place = one.purchase === null ? null : { account: one.account, no: one.purchase };
  const purchase = place && (await purchaseWhereItIs(on, place));
  if (purchase === null) return one.amountMinor - already;
  const outcome = outcomeOf(purchase.facts);
  if (one.kind === 'double') {
    const again = outcome.again.find(({ paid }) => paid.payment === one.payment);
    return again === undefined || again.disputed ? 0 : Math.max(0, again.standing - already);
  }
  if (outcome.frozen) return 0;
  const all = loweredBy(await settlementsOfPurchase(on, purchase), outcome);
  const lowered = [...all].find(([{ ordinal }]) => ordinal === one.ordinal)?.[1] ?? 0;
  return Math.max(0, one.amountMinor - lowered - already);
}

const isOfLot = ({ kind }: Settlement): boolean => kind === 'lot';

/** The lot's id, or the purchase's; of a second payment with its name behind. */
function idOf(one: Settlement): string {
  if (isOfLot(one)) return grantId(one.account, one.no);
  const purchase = purchaseId(one.account, one.no);
  return one.kind === 'late' ? purchase : `${purchase}.${one.payment}`;
}

export async function presentSettlement(
  on: Reads,
  presenter: Presenter,
  one: Settlement,
): Promise<wire.Settlement> {
  return {
    kind: one.kind,
    grant: isOfLot(one) ? grantId(one.account, one.no) : null,
    purchase: one.purchase === null ? null : purchaseId(one.account, one.purchase),
    credits: presenter.credits(one.credits),
    value: { amount_minor: one.amountMinor, currency: one.currency },
    way: one.way,
    payable_minor: await payableMinor(on, one),
    paid_at: one.paid === null ? null : formatInstant(one.paid.at),
    paid_by: one.paid?.by ?? null,
    paid_minor: one.paid?.minor ?? null,
    reference: one.paid?.reference ?? null,
  };
}

/** Over all accounts. */
export class Settlements {
  readonly #setting: SourceSetting;

  constructor(setting: SourceSetting) {
    this.#setting = setting;
  }

  /**
   * What is not marked as paid to its full amount, oldest first; of some of it nothing is left to be paid, since the provider
   * paid it back.
   */
  async payables(paging: Paging): Promise<wire.Page<wire.Payable>> {
    const limit = readLimit(paging.limit);
    const after = paging.cursor === undefined ? 0 : readCursor('settlements', paging.cursor);
    const rows = await payablesAfter(this.#setting.database, after, limit + 1);
    const page = pageOf(
      'settlements',
      rows,
      limit,
      (one) => one.ordinal,
      (one) => one,
    );
    return { ...page, data: await Promise.all(page.data.map((one) => this.#present(one))) };
  }

  async #present(one: Settlement): Promise<wire.Payable> {
    const { accounts, database, presenter } = this.#setting;
    const settlement = await presentSettlement(database, presenter, one);
    return {
      id: idOf(one),
      account: (await accounts.idOf(one.account)) as string,
      created_at: formatInstant(one.createdAt),
      ...settlement,
    };
  }

  /**
   * Records that it has been paid, by hand and elsewhere; what became payable of it since is recorded by another reference.
   * The same reference again changes nothing.
   */
  async paid(id: string, body: wire.SettlementRequest, call: Call): Promise<wire.Payable> {
    const { clock, database } = this.#setting;
    const reference = readText(body.reference, 'reference');
    const address = parseGrantId(id) ?? parsePurchaseId(id.split('.', 1)[0] as string);
    const find = async (on: Reads) => {
      const all = address === null ? [] : await settlementsOf(on, address.account);
      const found = all.find((one) => idOf(one) === id);
      if (found === undefined) throw new DrawdownError('settlement_not_found');
      return found;
    };
    await recorded(database, call.staff, async (on) => {
      await on.query(ONE_AT_A_TIME, []);
      const one = await find(on);
      const minor = isSaid(one, reference) ? 0 : await payableMinor(on, one);
      if (minor === 0) return { done: undefined, told: null };
      const at = Number((await on.query(nowStatement(clock), [])).rows[0]?.now);
      await markPaid(on, one, { at, by: call.actor ?? 'library', minor, reference });
      const input = { paid_minor: minor, currency: one.currency, reference };
      return { done: undefined, told: { act: 'mark_paid', at, account: one.account, subject: id, input } };
    });
    return this.#present(await find(database));
  }
}
