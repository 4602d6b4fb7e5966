/** Small balances that are paid out, and what is payable. */
import { z } from 'zod';
import { cost } from './account.ts';
import { settlement } from './account-life.ts';
import { operation } from './operation.ts';
import { accountId, credits, grantId, instant, page } from './primitives.ts';

export const cashOutRequest = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a currency such as USD')
      .exactOptional()
      .meta({
        description: 'Which of the currencies that were paid in; may be left out where there is one.',
      }),
  })
  .meta({ id: 'CashOutRequest', examples: [{ currency: 'USD' }] });

export const cashOutPreview = z
  .object({
    account: accountId,
    lots: z.array(z.object({ grant: grantId, credits, value: cost })),
    balance: cost.meta({ description: 'What was paid for all credits that are left under such a policy.' }),
    payable: cost,
  })
  .meta({ id: 'CashOutPreview' });

export const cashOutReceipt = z
  .object({ operation, account: accountId, at: instant, settlements: z.array(settlement), payable: cost })
  .meta({ id: 'CashOutReceipt' });

export const payable = z
  .object({ id: z.string(), account: accountId, created_at: instant, ...settlement.shape })
  .meta({ id: 'Payable' });

export const payablePage = page(payable, 'PayablePage');
