import { type Client, DrawdownApiError } from '@drawdown/client';
import { httpSources } from './http-sources.ts';
import { everyLot, wholeLedger } from './ledger.ts';
import type { ScenarioTarget } from './target.ts';

/**
 * Runs scenarios on a running server through the typed client. The server must have a test clock, and the token must
 * be one of staff, since scenarios void, freeze and adjust.
 */
export function httpTarget(client: Client): ScenarioTarget {
  const keyed = (idempotencyKey: string) => ({ idempotencyKey });
  return {
    problemOf: (error) => (error instanceof DrawdownApiError && error.status < 500 ? error.problem : null),
    sources: httpSources(client),
    now: async () => (await client.testClock()).now,
    setClock: async (now) => void (await client.setTestClock(now)),
    putAccount: async (account, body) => void (await client.putAccount(account, body)),
    balance: (account, at) => client.balance(account, at === undefined ? {} : { at }),
    lots: (account) =>
      everyLot((cursor) =>
        client.listGrants(account, { limit: 200, ...(cursor === null ? {} : { cursor }) }),
      ),
    grantById: (grant) => client.getGrant(grant),
    holdById: (hold) => client.getHold(hold),
    operation: (operation) => client.operation(operation),
    explain: (operation) => client.explain(operation),
    ledger: (account) =>
      wholeLedger((cursor) =>
        client.entries(account, { limit: 200, ...(cursor === null ? {} : { cursor }) }),
      ),
    statement: (account, period) => client.statement(account, period),
    quote: (account, body) => client.quote(account, body),
    grant: (account, body, key) => client.grant(account, body, keyed(key)),
    consume: (account, body, key) => client.consume(account, body, keyed(key)),
    hold: (account, body, key) => client.hold(account, body, keyed(key)),
    capture: (hold, body, key) => client.capture(hold, body, keyed(key)),
    release: (hold, body, key) => client.release(hold, body, keyed(key)),
    extendHold: (hold, body, key) => client.extendHold(hold, body, keyed(key)),
    refund: (operation, body, key) => client.refund(operation, body, keyed(key)),
    voidGrant: (grant, body, key) => client.voidGrant(grant, body, keyed(key)),
    extendGrant: (grant, body, key) => client.extendGrant(grant, body, keyed(key)),
    freezeGrant: (grant, body, key) => client.freezeGrant(grant, body, keyed(key)),
    unfreezeGrant: (grant, body, key) => client.unfreezeGrant(grant, body, keyed(key)),
    adjust: (account, body, key) => client.adjust(account, body, keyed(key)),
  };
}
