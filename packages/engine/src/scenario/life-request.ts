import type { CloseRequest, Cost, MemberRequest } from '@drawdown/client';
import type { Ids } from './ids.ts';
import type { LifeChange } from './model-life.ts';
import type { SourceTarget } from './source-target.ts';

interface Means {
  readonly sources: SourceTarget;
  readonly ids: Ids;
  readonly account: string;
  readonly key: string;
  readonly prefix: string;
}

/** A step as the request it stands for, made once, so that a replay sends the same input. */
export function lifeRequestOf(change: LifeChange, means: Means): () => Promise<unknown> {
  const { sources, ids, account, key, prefix } = means;
  switch (change.verb) {
    case 'member': {
      const { member, role, limit } = change;
      const body: MemberRequest = { role, ...(limit === null ? {} : { limit }) };
      return async () => ({ operation: null, member: await sources.putMember(account, member, body) });
    }
    case 'leave':
      return async () => ({ operation: null, member: await sources.removeMember(account, change.member) });
    case 'ask': {
      const { member, amount } = change;
      return async () => ({ operation: null, request: await sources.ask(account, member, { amount }) });
    }
    case 'approve':
    case 'deny': {
      const [id, member] = [ids.id('request', change.request), ids.id('member', change.request)];
      const request = { id, team: account, account: member };
      return async () => ({ operation: null, request: await sources.answer(request, change.verb) });
    }
    case 'merge':
      return () => sources.merge(account, `${prefix}${change.into}`, key);
    case 'close': {
      const body: CloseRequest = { reason: 'scenario', ...(change.forfeit ? { forfeit: true } : {}) };
      return async () => {
        const { operation, payable, settlements, replayed } = await sources.close(account, body, key);
        return { operation, replayed, closure: { payable: sumOf(payable), settlements: settlements.length } };
      };
    }
    case 'cash_out':
      return async () => {
        const { operation, payable, settlements, replayed } = await sources.cashOut(account, key);
        return {
          operation,
          replayed,
          closure: { payable: sumOf([payable]), settlements: settlements.length },
        };
      };
  }
}

/** Scenarios pay in one currency. */
const sumOf = (costs: readonly Cost[]): number =>
  costs.reduce((sum, { amount_minor }) => sum + amount_minor, 0);
