import type * as wire from '@drawdown/client';
import type { Call } from './change.ts';
import { DrawdownError, invalid } from './errors.ts';
import { presentProfile } from './queries.ts';
import { unavailable } from './reachable.ts';
import { accountClosed } from './refusal.ts';
import { readAccountId, readMetadata, readTimeZone } from './request.ts';
import type { Accounts } from './store/accounts.ts';

export interface PutAccount {
  readonly account: wire.Account;
  readonly created: boolean;
}

/** Creates or updates an account; its kind never changes. Throws `account_kind_fixed` and `account_closed`. */
export async function putAccount(
  accounts: Accounts,
  { id, body, call }: { readonly id: string; readonly body: wire.AccountRequest; readonly call: Call },
): Promise<PutAccount> {
  readAccountId(id);
  if (body.kind !== undefined && body.kind !== 'user' && body.kind !== 'team') {
    throw invalid('kind', 'must be user or team');
  }
  const change = {
    kind: body.kind,
    timeZone: body.time_zone === undefined ? undefined : readTimeZone(body.time_zone),
    metadata: readMetadata(body.metadata),
  };
  const put = await accounts.put(id, change, call.staff).catch(unavailable);
  if (put === null) throw new DrawdownError('account_kind_fixed', undefined, { field: 'kind' });
  if (put.profile.closedAt !== null) throw accountClosed(put.profile.mergedInto);
  return { account: presentProfile(put.profile), created: put.created };
}
