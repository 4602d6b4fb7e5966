/**
 * The example that the documentation tells throughout: 20 subscription, 15 promotional and 100 purchased credits, and
 * a feature that costs 25. The subscription's 20 go first, then 5 of the promotional; the purchased stay.
 */
import type { Balance, Receipt } from '@drawdown/client';

const [SUBSCRIPTION, PROMOTIONAL, PURCHASED] = ['grt_0c41pk9s', 'grt_0c41pka1', 'grt_0c41pka7'] as const;
const EXPIRY = '2026-04-24T10:00:00.000Z';

export const exampleBalance: Balance = {
  account: 'u_1',
  version: 4,
  as_of: '2026-03-25T10:00:00.000Z',
  total: 110,
  held: 0,
  frozen: 0,
  available: 110,
  debt: 0,
  classes: [
    { class: 'subscription', total: 0, held: 0, frozen: 0, available: 0, next_expiry: null },
    {
      class: 'promotional',
      total: 10,
      held: 0,
      frozen: 0,
      available: 10,
      next_expiry: { at: EXPIRY, amount: 10 },
    },
    { class: 'purchased', total: 100, held: 0, frozen: 0, available: 100, next_expiry: null },
  ],
  draw_order: [PROMOTIONAL, PURCHASED],
};

export const exampleReceipt: Receipt = {
  operation: {
    id: 'op_0c41pkb2_4',
    type: 'consume',
    account: 'u_1',
    seq: 4,
    amount: 25,
    at: '2026-03-25T10:00:00.000Z',
    feature: 'ai_script',
    draws: [
      { grant: SUBSCRIPTION, class: 'subscription', amount: 20 },
      { grant: PROMOTIONAL, class: 'promotional', amount: 5 },
    ],
  },
  balance: exampleBalance,
};
