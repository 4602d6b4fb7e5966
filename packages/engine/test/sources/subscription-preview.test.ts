/** What a change of a subscription would do to each lot is decided by the code that then does it. */
import type {
  ReactivateRequest,
  RenewRequest,
  SubscriptionCancelRequest,
  SubscriptionChangeRequest,
  SubscriptionPreviewRequest,
  SubscriptionReceipt,
} from '@drawdown/client';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { idOf, moveTo, withRig } from './subscribing.ts';

const START = '2027-01-31T10:00:00Z';

describe('a preview says what then happens', () => {
  function act(
    engine: Engine,
    sub: string,
    request: SubscriptionPreviewRequest,
  ): Promise<SubscriptionReceipt> {
    const { subscriptions } = engine;
    const { action, ...body } = request;
    if (action === 'pause') return subscriptions.pause('u_1', sub, {});
    if (action === 'resume') return subscriptions.resume('u_1', sub, {});
    if (action === 'cancel') return subscriptions.cancel('u_1', sub, body as SubscriptionCancelRequest, {});
    if (action === 'renew') return subscriptions.renew('u_1', sub, body as RenewRequest, {});
    if (action === 'change') return subscriptions.change('u_1', sub, body as SubscriptionChangeRequest, {});
    return subscriptions.reactivate('u_1', sub, body as ReactivateRequest, {});
  }

  test.each<[SubscriptionPreviewRequest, SubscriptionPreviewRequest[]]>([
    [{ action: 'change', plan: 'max', interval: 'month' }, []],
    [{ action: 'change', plan: 'rolling' }, []],
    [{ action: 'change', plan: 'rolling', at: 'now' }, []],
    [{ action: 'cancel', at: 'now' }, []],
    [{ action: 'cancel' }, []],
    [{ action: 'renew', ref: 'in_9' }, []],
    [{ action: 'pause' }, []],
    [{ action: 'resume' }, [{ action: 'pause' }]],
    [{ action: 'reactivate' }, [{ action: 'cancel', at: 'now' }]],
  ])('%j', (request, first) =>
    withRig(START, async (rig) => {
      const { subscriptions } = rig.first;
      await rig.first.grant('u_1', { class: 'purchased', amount: 100, expires_at: null }, {});
      await subscriptions.create('u_1', { plan: 'rolling' }, {});
      const sub = idOf(await subscriptions.create('u_1', { plan: 'pro', interval: 'year' }, {}));
      await moveTo(rig.database, '2027-02-10T10:00:00Z');
      await rig.first.consume('u_1', { amount: 33 }, {});
      for (const before of first) await act(rig.first, sub, before);
      const { version } = await rig.first.balance('u_1');
      const seen = await subscriptions.preview('u_1', sub, request);
      expect((await rig.first.balance('u_1')).version).toBe(version);

      const done = await act(rig.first, sub, request);
      expect(seen.subscription).toEqual(done.subscription);
      const { version: _, draw_order: __, ...balance } = done.balance;
      expect(seen.balance).toMatchObject(balance);
      const { data } = await rig.first.grants('u_1', { limit: 200 });
      const shown = (lot: {
        effective_at: string;
        expires_at: string | null;
        amount: number;
        remaining: number;
      }) => `${lot.effective_at} – ${lot.expires_at}: ${lot.remaining} of ${lot.amount}`;
      const live = data.filter(({ state }) => state === 'active' || state === 'scheduled');
      const foreseen = seen.lots.filter(({ effect }) => effect !== 'voided');
      expect(foreseen.map(shown)).toEqual(live.map(shown));
      for (const lot of seen.lots) {
        if (lot.grant === null) expect(lot.effect).toBe('starts');
        else if (lot.effect === 'voided') {
          expect((await rig.first.grantById(lot.grant, {})).state).toBe('voided');
        } else if (lot.effect === 'keeps') expect(lot.expires_at).toBeNull();
      }
      expect(new Set(seen.lots.map(({ effect }) => effect))).toContain('keeps');
      expect(seen.lots.some(({ effect }) => effect === 'moves')).toBe(true);
    }),
  );
});
