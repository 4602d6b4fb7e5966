import type * as wire from '@drawdown/client';
import type { Replayed } from './change.ts';
import { findGrant } from './core/account.ts';
import { classIn, type Presenter } from './present.ts';
import type { SourceNames } from './store/source-names.ts';
import type { Outcome } from './store/task.ts';

/** What a change answers: its operation and the balance after it. */
export function receiptOf(
  presenter: Presenter,
  { account, entry, now, replayed }: Outcome,
): wire.Receipt & Replayed {
  if (entry === null) throw new Error('an operation has an entry');
  return {
    operation: presenter.operation(account, entry, classIn(account)),
    balance: presenter.balance(account, now),
    replayed,
  };
}

/** As `receiptOf`, with the lot that the operation issued or changed. */
export function lotReceiptOf(presenter: Presenter, outcome: Outcome): wire.GrantReceipt & Replayed {
  const { account, entry, now } = outcome;
  const no = entry?.detail?.grants?.[0]?.no ?? entry?.detail?.grant;
  const lot = findGrant(account, no as number);
  if (lot === undefined) throw new Error('the lot of an operation is at hand');
  return { ...receiptOf(presenter, outcome), grant: presenter.grant(account, lot, now) };
}

/** The same with what the lot's source is called, which is read once the lot is there. */
export async function namedReceipt<R extends wire.GrantReceipt>(
  names: Pick<SourceNames, 'named'>,
  receipt: R,
): Promise<R> {
  // What staff are only shown, or what waits for a second person, has no receipt of its lot.
  const known: wire.Grant | undefined = (receipt as Partial<R> | undefined)?.grant;
  if (known === undefined) return receipt;
  const [grant = known] = await names.named([known]);
  return { ...receipt, grant };
}
