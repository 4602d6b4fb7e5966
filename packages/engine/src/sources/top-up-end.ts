/** How automatic top-ups end: what their owner or the account's end leaves of them, in the transaction of its cause. */
import type { Notice } from '../core/notice.ts';
import { type Connection, statement } from '../store/database.ts';
import type { Prepared, Write } from '../store/task.ts';
import { dropMethod, forgetWrite, paymentMethod } from './payment-method-rows.ts';
import type { SavedMethod } from './provider.ts';
import { type Purchase, purchaseByNo, update } from './purchase-rows.ts';
import { unite } from './purchase-state.ts';
import type { Ground } from './subscription-pay.ts';
import { type EndReason, stoppedNotice } from './top-up-notices.ts';
import * as rows from './top-up-rows.ts';

/** What a change of an account does to its top-ups. */
export interface TopUpsEnd {
  readonly writes: readonly Write[];
  readonly notices: readonly Notice[];
  /** The charge that was sent and whose outcome is not known: whoever ends the account waits for it. */
  readonly sent: rows.TopUp | null;
  /** The charge that is not sent any more. */
  readonly canceled: rows.TopUp | null;
}

/** Whether what was agreed is forgotten, or only stopped. */
type Ending =
  | { readonly forgets: true; readonly reason: EndReason }
  | { readonly forgets: false; readonly reason: rows.StopReason };

/** Ends what was agreed, and takes back the charge that nobody has sent. Under the account's lock. */
export async function endTopUps(on: Connection, ground: Ground, ending: Ending): Promise<TopUpsEnd> {
  const { account, now } = ground;
  const setup = await rows.autoTopUp(on, account.number);
  const open = await rows.openTopUp(on, account.number);
  // Whoever sends it does so without the account's lock: the row decides who was first.
  const canceled = open !== null && (await rows.cancelUnsent(on, open)) ? open : null;
  const agreed = ending.forgets
    ? rows.dropSetup(account.number)
    : rows.stopWrite(account.number, ending.reason, now);
  return {
    writes: [...(setup === null ? [] : [agreed]), ...(await cancelPurchase(on, canceled, ground))],
    notices: setup?.state === 'on' ? [stoppedNotice(account.id, setup, { ...ending, now })] : [],
    sent: open === null || canceled !== null ? null : { ...open, state: 'sent' },
    canceled,
  };
}

async function cancelPurchase(
  on: Connection,
  canceled: rows.TopUp | null,
  { account, now }: Ground,
): Promise<Write[]> {
  const purchase = canceled && (await purchaseByNo(on, canceled.account, canceled.no));
  if (purchase === null) return [];
  const facts = unite(purchase.facts, [{ kind: 'ended', how: 'canceled' }]);
  return [update({ ...purchase, facts, state: 'canceled', updatedAt: now }, account.seq)];
}

/** Forgets how an account pays: here at once, and at the provider as soon as that answers. */
export async function forgetMethod(
  on: Connection,
  { account, now }: Ground,
): Promise<{ method: SavedMethod | null; writes: Write[] }> {
  const method = await paymentMethod(on, account.number);
  const writes =
    method === null ? [] : [dropMethod(account.number), forgetWrite(account.number, method, now)];
  return { method, writes };
}

export const preparedTo = ({
  writes,
  notices = [],
}: {
  readonly writes: readonly Write[];
  readonly notices?: readonly Notice[];
}): Prepared => ({ command: { verb: 'settle' }, writes: () => writes, notices: () => notices });

/**
 * Ends them with their account: nothing is charged any more, and how it was paid is forgotten. The charge that is out
 * is in `sent`: its account is to wait for what becomes of it.
 */
export async function endWithAccount(
  on: Connection,
  ground: Ground,
  reason: 'account_closed' | 'account_merged',
): Promise<TopUpsEnd> {
  const ended = await endTopUps(on, ground, { reason, forgets: true });
  const { writes } = await forgetMethod(on, ground);
  return { ...ended, writes: [...ended.writes, ...writes] };
}

const NOTHING_ENDS: TopUpsEnd = { writes: [], notices: [], sent: null, canceled: null };

/** A purchase in such a state has been given back, is being, or is disputed. */
const GOES_BACK: readonly Purchase['state'][] = ['refunding', 'disputed', 'reversed'];

const IS_TOP_UP = statement<[number, number], { found: boolean }>(
  'top_up_is',
  'select exists (select from drawdown.top_ups where account = $1 and no = $2) as found',
);

/**
 * Whoever gives back what was bought automatically, or disputes any payment, is not charged for the gap that this leaves: they
 * stop until their owner agrees anew.
 */
export async function stopForReversal(
  on: Connection,
  ground: Ground,
  { before, after }: { readonly before: Purchase; readonly after: Purchase },
): Promise<TopUpsEnd> {
  if (GOES_BACK.includes(before.state) || !GOES_BACK.includes(after.state)) return NOTHING_ENDS;
  const setup = await rows.autoTopUp(on, ground.account.number);
  if (setup?.state !== 'on') return NOTHING_ENDS;
  const isTopUp = (await on.query(IS_TOP_UP, [after.account, after.no])).rows[0]?.found === true;
  if (!isTopUp && after.state !== 'disputed') return NOTHING_ENDS;
  return endTopUps(on, ground, { reason: 'payment_reversed', forgets: false });
}

/** Whoever agreed to them for a team has closed their account: nobody's word stands for further charges. */
export async function stopWithoutConsent(on: Connection, ground: Ground, person: string): Promise<TopUpsEnd> {
  const setup = await rows.autoTopUp(on, ground.account.number);
  const isTheirs = setup !== null && [person, `user:${person}`].includes(setup.consent.actor);
  if (!isTheirs || setup.state !== 'on') return NOTHING_ENDS;
  return endTopUps(on, ground, { reason: 'consent_withdrawn', forgets: false });
}
