import { accountPath, change, post, read } from './exchange.ts';
import type { CallOptions, ChangeOptions, Transport } from './transport.ts';
import type * as wire from './wire.ts';

/** Small balances that are paid out, and what finance has to pay. */
export function cashOutMethods(transport: Transport) {
  return {
    /** Takes back the lots that the law of their sale has paid out while little is left, and records what is payable. */
    cashOut: (account: string, body: wire.CashOutRequest = {}, options?: ChangeOptions) =>
      change<wire.CashOutReceipt>(transport, `${accountPath(account)}/cash_outs`, { body, options }),
    /** What a payout would do; writes nothing, and is refused where the payout would be. */
    previewCashOut: (account: string, body: wire.CashOutRequest = {}, options?: CallOptions) =>
      post<wire.CashOutPreview>(transport, `${accountPath(account)}/cash_outs/preview`, {
        body,
        options,
        kind: 'repeatable',
      }),
    /** What is not marked as paid, over all accounts, oldest first. */
    payables: (paging: { limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      read<wire.Page<wire.Payable>>(transport, '/v1/settlements', { query: { ...paging }, options }),
    /** Records that it has been paid; again, the first word stands. */
    markPaid: (settlement: string, body: wire.SettlementRequest, options?: CallOptions) =>
      post<wire.Payable>(transport, `/v1/settlements/${encodeURIComponent(settlement)}/paid`, {
        body,
        options,
        kind: 'repeatable',
      }),
  };
}
