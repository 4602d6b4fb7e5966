import type { Engine } from '../engine.ts';
import { DrawdownError } from '../errors.ts';
import { engineSources } from './engine-sources.ts';
import { everyLot, wholeLedger } from './ledger.ts';
import type { ScenarioTarget } from './target.ts';

/** Runs scenarios on an engine in this process, which must have a test clock. */
export function engineTarget(engine: Engine): ScenarioTarget {
  const keyed = (idempotencyKey: string) => ({ idempotencyKey, actor: 'scenario' });
  return {
    problemOf: (error) => (error instanceof DrawdownError && error.status < 500 ? error.toProblem() : null),
    sources: engineSources(engine),
    now: async () => new Date(await engine.now()).toISOString(),
    setClock: async (now) => void (await engine.setTestClock(now)),
    putAccount: async (account, body) => void (await engine.putAccount(account, body)),
    balance: (account, at) => engine.balance(account, at),
    lots: (account) =>
      everyLot((cursor) => engine.grants(account, { limit: 200, ...(cursor === null ? {} : { cursor }) })),
    grantById: (grant) => engine.grantById(grant, {}),
    holdById: (hold) => engine.holdById(hold, {}),
    operation: (operation) => engine.operation(operation, {}),
    explain: (operation) => engine.explain(operation, {}),
    ledger: (account) => wholeLedger((cursor) => engine.entries(account, cursor === null ? {} : { cursor })),
    statement: (account, period) => engine.statement(account, period),
    quote: (account, body) => engine.quote(account, body, {}),
    grant: (account, body, key) => engine.grant(account, body, keyed(key)),
    consume: (account, body, key) => engine.consume(account, body, keyed(key)),
    hold: (account, body, key) => engine.hold(account, body, keyed(key)),
    capture: (hold, body, key) => engine.capture(hold, body, keyed(key)),
    release: (hold, body, key) => engine.release(hold, body, keyed(key)),
    extendHold: (hold, body, key) => engine.extendHold(hold, body, keyed(key)),
    refund: (operation, body, key) => engine.refund(operation, body, keyed(key)),
    voidGrant: (grant, body, key) => engine.voidGrant(grant, body, keyed(key)),
    extendGrant: (grant, body, key) => engine.extendGrant(grant, body, keyed(key)),
    freezeGrant: (grant, body, key) => engine.freezeGrant(grant, body, keyed(key)),
    unfreezeGrant: (grant, body, key) => engine.unfreezeGrant(grant, body, keyed(key)),
    adjust: (account, body, key) => engine.adjust(account, body, keyed(key)),
  };
}
