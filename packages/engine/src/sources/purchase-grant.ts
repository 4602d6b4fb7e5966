/** What the lots of a purchase are issued under. */
import type { Metadata } from '../core/account.ts';
import type { GrantCommand } from '../core/command.ts';
import type { Law } from './purchase-rows.ts';

/** What a purchase's lots are issued under; copied from the catalog when the checkout was made. */
export interface Terms {
  readonly id: string;
  readonly provider: string;
  readonly pack: string | null;
  readonly class: string;
  /** ISO 8601; null: the credits never expire. */
  readonly validity: string | null;
  readonly reversal: 'loss' | 'debt';
  readonly jurisdiction: string | null;
  readonly law: Pick<Law, 'cash_out'> | null;
  /** Of a plan's payment: the subscription issued its lots, and what is given again ends with the period. */
  readonly plan: string | null;
  readonly endsAt: number | null;
}

/** Without its amount: what a purchase issues a lot under. */
export function grantOf(
  terms: Terms,
  cost: GrantCommand['cost'],
  about: { [key: string]: string | boolean },
): Omit<GrantCommand, 'amount'> {
  const { validity, endsAt } = terms;
  const forever = validity === null ? ({ kind: 'forever' } as const) : null;
  const pack = terms.pack === null ? {} : { pack: terms.pack };
  return {
    verb: 'grant',
    class: terms.class,
    priority: 0,
    effectiveAt: null,
    validity:
      endsAt === null
        ? (forever ?? { kind: 'for', duration: validity as string })
        : { kind: 'until', expiresAt: endsAt },
    features: null,
    source: { type: 'purchase', ref: terms.id },
    cost,
    metadata: { channel: terms.provider, ...pack, ...lawOn(terms), ...about },
  };
}

/** On the lot itself, so that what holds for it is under the ledger's hash. Of a plan's credits no law is paid out by. */
function lawOn({ jurisdiction, law, plan }: Terms): Metadata {
  if (jurisdiction === null || plan !== null) return {};
  const cashOut = law?.cash_out ?? null;
  return { jurisdiction, ...(cashOut === null ? {} : { cash_out: { ...cashOut } }) };
}
